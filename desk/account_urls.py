"""What lies under /staff/: logging in and out, and one's own settings."""

from django.urls import path

from desk.views import account, availability

app_name = "staff"
urlpatterns = [
    path("login/", account.LogIn.as_view(), name="login"),
    path("logout/", account.LogOut.as_view(), name="logout"),
    path("profile/", account.profile, name="profile"),
    path("availability/", availability.availability, name="availability"),
]
