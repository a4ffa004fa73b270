"""What lies under /files/: attachments and the original look of mails."""

from django.urls import path

from web import downloads, frame

app_name = "web"
urlpatterns = [
    path("attachments/<int:pk>/", downloads.attachment, name="attachment"),
    path("messages/<int:pk>/body/", frame.message_body, name="message-body"),
]
