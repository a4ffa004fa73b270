"""The table of addresses; each face keeps its own."""

from django.conf import settings
from django.urls import include, path

from helpdesk import views

urlpatterns = [
    path("", include("portal.urls")),
    path("desk/", include("desk.urls")),
    path("board/", include("desk.board_urls")),
    path("staff/", include("desk.account_urls")),
    path("api/v1/", include("api.urls")),
    path("files/", include("web.urls")),
    path("i18n/", include("django.conf.urls.i18n")),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]
if settings.DEMO:
    urlpatterns.append(path("demo/", include("demo.urls")))
