"""Answering what one was told about a ticket: seen, taken over, or given back with a reason."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.clock import now
from core.errors import DomainError
from desk.pages import staff_page
from desk.views.showing import address_of
from tickets.models import Escalation
from tickets.services import escalating
from web.requests import PageRequest

DEEDS: dict[str, Callable[..., Escalation]] = {
    "escalation-acknowledge": escalating.acknowledge,
    "escalation-take": escalating.take,
    "escalation-return": escalating.give_back,
}
DONE = {
    "escalation-acknowledge": _("Noted that you have seen it."),
    "escalation-take": _("The ticket is yours."),
    "escalation-return": _("Given back. They are told why."),
}


@require_POST
@staff_page
def answer(request: PageRequest, pk: int, deed: str) -> HttpResponse:
    """Back on the ticket, what was refused stands there as a sentence."""
    seen = Escalation.objects.visible_to(request.actor).select_related("ticket")
    escalation = seen.filter(pk=pk).first()
    if escalation is None:
        raise Http404
    said = {"reason": request.POST.get("reason", "")} if deed == "escalation-return" else {}
    try:
        DEEDS[deed](pk, actor=request.actor, now=now(), **said)
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, str(DONE[deed]))
    return redirect(address_of(escalation.ticket.reference, request))
