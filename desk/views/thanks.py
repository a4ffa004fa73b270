"""The customer wrote after the solution: one says whether that was just thanks."""

from collections.abc import Callable

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.clock import now
from core.errors import DomainError
from desk.pages import staff_page
from desk.views.showing import address_of, ticket_of
from tickets.services.handling import thanking
from web.requests import PageRequest


@require_POST
@staff_page
def just_thanks(request: PageRequest, reference: str) -> HttpResponse:
    done = _("Resolved as before. It does not count as opened again.")
    return _judge(request, reference, thanking.just_thanks, done)


@require_POST
@staff_page
def goes_on(request: PageRequest, reference: str) -> HttpResponse:
    return _judge(request, reference, thanking.goes_on, _("The ticket stays open."))


def _judge(request: PageRequest, reference: str, make: Callable[..., object], done: str) -> HttpResponse:
    found = ticket_of(request, reference)
    version = request.POST.get("version", "")
    try:
        make(found.pk, actor=request.actor, now=now(), version=int(version) if version.isdecimal() else None)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, done)
    return redirect(address_of(found.reference, request))
