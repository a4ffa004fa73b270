"""The clocks of a ticket, each with its sum."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from core.clock import now
from desk.deadline_page import clocks_of
from desk.keys import KEYS
from desk.law import law_part
from desk.pages import staff_page
from desk.queue import Choice
from desk.views.showing import ticket_of
from tickets.rights import may_change
from web.requests import PageRequest


@require_safe
@staff_page
def deadlines(request: PageRequest, reference: str) -> HttpResponse:
    """All clocks of a ticket, and why each is due then."""
    ticket, moment = ticket_of(request, reference), now()
    context = {
        "ticket": ticket,
        "clocks": clocks_of(ticket, actor=request.actor, now=moment),
        "address": Choice.read(request.GET.dict(), actor=request.actor).address(),
        "law": law_part(ticket, now=moment),
        "may_change": may_change(ticket, request.actor),
        "now": moment,
        "keys": KEYS,
    }
    return render(request, "desk/deadlines.html", context)
