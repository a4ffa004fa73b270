from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_safe

from portal.pages import page, show
from web.requests import PageRequest


@require_safe
@page
def home(request: PageRequest) -> HttpResponse:
    """The first page for visitors; the staff goes on to its desk."""
    if request.actor.is_staff:
        return redirect(settings.LOGIN_REDIRECT_URL)
    return show(request, "portal/home.html", {})
