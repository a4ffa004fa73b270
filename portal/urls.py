"""What lies at the root of the site: the pages for customers."""

from django.urls import path, re_path

from portal.views import complain, following, home, sending

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("complain/", complain.start, name="complain"),
    re_path(r"^complain/(?P<token>[a-z2-9]{24})/(?P<name>about|story|person)/$", complain.step, name="step"),
    re_path(r"^complain/(?P<token>[a-z2-9]{24})/check/$", sending.check, name="check"),
    re_path(r"^complain/(?P<token>[a-z2-9]{24})/received/$", sending.received, name="received"),
    path("c/", following.look_up, name="look-up"),
    path("c/sent/", following.link_sent, name="link-sent"),
    re_path(r"^c/(?P<reference>[A-Za-z]{3}-[0-9]{4}-[0-9A-Za-z]{7})/$", following.look_up, name="look-up-of"),
    path("c/<str:token>/", following.status, name="status"),
    path("c/<str:token>/files/<int:pk>/", following.attachment, name="attachment"),
]
