"""The changes of a ticket: each a small form of its own, shown in a drop-down or, without scripts, as a page."""

from collections.abc import Callable
from dataclasses import dataclass

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import DomainError
from desk.facts_form import FactsForm
from desk.follow_up_forms import FollowUpForm
from desk.keys import KEYS
from desk.law_forms import DocumentsForm, InWritingForm, RefuseForm, record_documents
from desk.pages import staff_page, tell
from desk.queue import Choice
from desk.views.showing import address_of, ticket_of
from desk.work_forms import (
    AssignForm,
    CallForm,
    ChangeForm,
    ClassifyForm,
    CloseForm,
    EscalateForm,
    ReopenForm,
    ResolveForm,
    WaitForm,
)
from tickets.models import Ticket
from tickets.services.clocks import documents
from tickets.services.escalation import escalating
from tickets.services.handling import closing, facts, work
from tickets.services.promises import calls, follow_ups
from web.requests import PageRequest


@dataclass(frozen=True, slots=True)
class Change:
    """One kind of change: its form, its words, and the service that makes it."""

    form: type[ChangeForm]
    title: Promise
    button: Promise
    done: Promise
    make: Callable[..., object]


CHANGES = {
    "assign": Change(AssignForm, _("Assign"), _("Assign"), _("Passed on. The history knows."), work.assign),
    "escalate": Change(
        EscalateForm,
        _("Ask for help"),
        _("Ask for help"),
        _("Asked. You are told what comes of it."),
        escalating.escalate,
    ),
    "classify": Change(ClassifyForm, _("Type and priority"), _("Save"), _("Type and priority saved."), work.classify),
    "facts": Change(FactsForm, _("Facts of the case"), _("Save"), _("The facts are saved."), facts.describe),
    "wait": Change(WaitForm, _("Let it wait"), _("Save"), _("Saved: the ticket waits."), work.wait),
    "resolve": Change(ResolveForm, _("Resolve"), _("Resolve"), _("Resolved."), work.resolve),
    "close": Change(CloseForm, _("Close"), _("Close"), _("Closed."), closing.close),
    "follow-up": Change(FollowUpForm, _("Follow-up"), _("Set it"), _("The follow-up is set."), follow_ups.add),
    "call": Change(CallForm, _("Write down a call"), _("Save the call"), _("The call is written down."), calls.record),
    "documents": Change(
        DocumentsForm, _("Documents complete"), _("Save"), _("Saved. The limit of the law is set."), record_documents
    ),
    "in-writing": Change(
        InWritingForm,
        _("Go on in writing"),
        _("Go on in writing"),
        _("It goes on in writing. The day of receipt stays."),
        documents.put_in_writing,
    ),
    "refuse": Change(
        RefuseForm,
        _("Refuse with a reason"),
        _("Refuse it and tell the customer"),
        _("Refused. The customer gets the reason in writing."),
        documents.refuse,
    ),
    "reopen": Change(ReopenForm, _("Open again"), _("Open again"), _("The ticket is open again."), work.reopen),
}


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def change(request: PageRequest, reference: str, kind: str) -> HttpResponse:
    ticket, chosen = ticket_of(request, reference), CHANGES[kind]
    form = chosen.form(request.POST if request.method == "POST" else None, ticket=ticket)
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            chosen.make(ticket.pk, actor=request.actor, now=now(), **form.cleaned_data)
        except DomainError as refused:
            status = tell(form, refused)
        else:
            messages.success(request, str(chosen.done))
            return redirect(address_of(ticket.reference, request))
    return _form(request, ticket, kind, form, status=status)


def _form(request: PageRequest, ticket: Ticket, kind: str, form: ChangeForm, *, status: int) -> HttpResponse:
    """The form, alone where htmx puts it into its drop-down."""
    address = Choice.read(request.GET.dict(), actor=request.actor).address()
    context = {
        "ticket": ticket,
        "kind": kind,
        "change": CHANGES[kind],
        "form": form,
        "address": address,
        "keys": KEYS,
    }
    if not request.htmx:
        return render(request, "desk/change.html", context, status=status)
    response = render(request, "desk/_change.html", context, status=status)
    if status != 200:
        response["HX-Retarget"], response["HX-Reswap"], response["HX-Push-Url"] = (
            f"#change-{kind}",
            "innerHTML",
            "false",
        )
    return response
