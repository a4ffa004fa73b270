"""The board for those who lead, what can be done from it, and its tables as files."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from core.clock import now
from core.errors import DomainError
from desk.board import board_page
from desk.board_tables import TABLES
from desk.keys import KEYS
from desk.pages import field_of, leaders_page, status_of
from desk.views.showing import ticket_of
from desk.work_forms import AssignForm
from policies.models import Channel
from reports import snapshots
from reports.csv_text import csv_text
from tickets.models import Escalation, Ticket
from tickets.services.escalation import escalating, nudging
from tickets.services.handling import work
from web.requests import PageRequest

BOARD = "board"
DEEDS: dict[str, tuple[Callable[..., object], Promise]] = {
    "assign": (work.assign, _("Passed on. The history knows.")),
    "nudge": (nudging.nudge, _("The owner has been told.")),
    "take-over": (work.take_over, _("The ticket is yours now. Its former owner and the history know.")),
}


@require_safe
@leaders_page
def overview(request: PageRequest) -> HttpResponse:
    return _board(request)


@require_safe
@leaders_page
def table(request: PageRequest, table: str) -> HttpResponse:
    """One table of the board, whole, with what its numbers mean."""
    if table not in TABLES:
        raise Http404
    page = board_page(request.GET.dict(), actor=request.actor, now=now())
    head, rows, definition = TABLES[table](page)
    response = HttpResponse(csv_text(definition, head, rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="tanggap-{table}-{page.taken.at:%Y%m%d-%H%M%S}.csv"'
    return response


@require_safe
@leaders_page
def acts(request: PageRequest, reference: str) -> HttpResponse:
    """What can be done with a ticket from here: in its menu, or without scripts as a page."""
    return _acts(request, ticket_of(request, reference))


@require_POST
@leaders_page
def act(request: PageRequest, reference: str, deed: str) -> HttpResponse:
    ticket = ticket_of(request, reference)
    make, said = DEEDS[deed]
    form = AssignForm(request.POST, ticket=ticket) if deed == "assign" else None
    if form and not form.is_valid():
        return _acts(request, ticket, form=form, status=422)
    try:
        make(ticket.pk, actor=request.actor, now=now(), **(form.cleaned_data if form else {}))
    except DomainError as refused:
        if form:
            form.add_error(field_of(refused, form), refused.message)
        problem = "" if form else refused.message
        return _acts(request, ticket, form=form, problem=problem, status=status_of(refused))
    messages.success(request, str(said))
    return _back(request)


@require_POST
@leaders_page
def acknowledge(request: PageRequest, pk: int) -> HttpResponse:
    """What was refused stands over the board as a sentence."""
    try:
        escalating.acknowledge(pk, actor=request.actor, now=now())
    except Escalation.DoesNotExist as missing:
        raise Http404 from missing
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Noted that you have seen it."))
    return _back(request)


def _back(request: PageRequest) -> HttpResponse:
    """The board as it is after what was just done."""
    snapshots.forget()
    if request.htmx:
        return _board(request)
    return redirect(f"{reverse('board:board')}?{request.GET.urlencode()}")


def _board(request: PageRequest) -> HttpResponse:
    moment = now()
    page = board_page(request.GET.dict(), actor=request.actor, now=moment)
    template = "desk/board/_answer.html" if request.htmx else "desk/board/board.html"
    response = render(
        request, template, {"page": page, "now": moment, "keys": KEYS, "channel_kinds": Channel.Kind.choices}
    )
    if request.htmx:
        response["HX-Push-Url"] = "false"
    return response


def _acts(
    request: PageRequest, ticket: Ticket, *, form: forms.Form | None = None, problem: str = "", status: int = 200
) -> HttpResponse:
    context = {
        "ticket": ticket,
        "form": form or AssignForm(ticket=ticket),
        "problem": problem,
        "address": request.GET.urlencode(),
        "keys": KEYS,
    }
    template = "desk/board/_acts.html" if request.htmx else "desk/board/acts.html"
    response = render(request, template, context, status=status)
    if request.htmx and status != 200:
        response["HX-Retarget"], response["HX-Reswap"] = f"#acts-{ticket.reference}", "innerHTML"
        response["HX-Push-Url"] = "false"
    return response
