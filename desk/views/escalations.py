"""Answering what one was told about a ticket: seen, taken over, or given back with a reason."""

from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from core.clock import now
from core.errors import DomainError
from desk.notices import escalation_of
from desk.pages import staff_page, user_of
from desk.views.showing import address_of
from notices.models import Notice
from notices.services import telling
from tickets.models import Escalation
from tickets.services.escalation import escalating
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
    escalation = _seen(request, pk)
    _answer(request, escalation, deed)
    return redirect(address_of(escalation.ticket.reference, request))


@require_POST
@staff_page
def answer_notice(request: PageRequest, pk: int, deed: str) -> HttpResponse:
    """The same from the list of notices. The one that was answered is read, unless others are bundled behind it."""
    notice = Notice.objects.visible_to(request.actor).filter(pk=pk).first()
    if notice is None or deed not in DEEDS:
        raise Http404
    if _answer(request, _seen(request, escalation_of(notice)), deed) and not notice.bundled.exists():
        telling.read([notice.pk], user_id=user_of(request).pk, now=now())
    return redirect("desk:notices")


def _seen(request: PageRequest, pk: int) -> Escalation:
    found = Escalation.objects.visible_to(request.actor).select_related("ticket").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _answer(request: PageRequest, escalation: Escalation, deed: str) -> bool:
    """Whether it could be done; a sentence says so on the next page."""
    said = {"reason": request.POST.get("reason", "")} if deed == "escalation-return" else {}
    try:
        DEEDS[deed](escalation.pk, actor=request.actor, now=now(), **said)
    except DomainError as refused:
        messages.error(request, refused.message)
        return False
    messages.success(request, str(DONE[deed]))
    return True
