from django.urls import path

from demo import views

app_name = "demo"
urlpatterns = [
    path("login/", views.login, name="login"),
    path("story/", views.story, name="story"),
    path("story/<str:reference>/", views.story_of, name="story-of"),
]
