"""Sorting: taking over what the words of a ticket propose."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from core.clock import now
from core.errors import DomainError
from desk.pages import staff_page
from desk.views.showing import address_of, ticket_of
from tickets.services.handling import work
from web.requests import PageRequest


@require_POST
@staff_page
def accept_type(request: PageRequest, reference: str) -> HttpResponse:
    found = ticket_of(request, reference)
    version = request.POST.get("version", "")
    seen = int(version) if version.isdecimal() else None
    try:
        work.accept_proposal(found.pk, actor=request.actor, now=now(), version=seen)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Sorted."))
    return redirect(address_of(found.reference, request))
