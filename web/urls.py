"""What lies under /files/: attachments, the original look of mails and the pictures in them."""

from django.urls import path

from web import downloads, frame, pictures

app_name = "web"
urlpatterns = [
    path("attachments/<int:pk>/", downloads.attachment, name="attachment"),
    path("messages/<int:pk>/body/", frame.message_body, name="message-body"),
    path("messages/<int:pk>/pictures/", frame.show_pictures, name="show-pictures"),
    path("pictures/<str:token>/", pictures.picture, name="picture"),
]
