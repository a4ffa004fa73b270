"""Extending a legal limit: its reason, the new date, and the notice that the customer gets."""

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.clock import now
from desk.keys import KEYS
from desk.law_forms import ExtendForm
from desk.pages import posted, staff_page, submit
from desk.queue import Choice
from desk.views.showing import ticket_of
from tickets.models import Deadline, Ticket
from tickets.rights import may_change
from tickets.services.clocks import extending
from web.requests import PageRequest

NOTICE = "notice-preview"


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def extend(request: PageRequest, reference: str, pk: int) -> HttpResponse:
    ticket = ticket_of(request, reference)
    deadline = _deadline(request, ticket, pk)
    moment, law = now(), extending.law_of(deadline)
    refused = extending.refusal(deadline, ticket.extensions.all(), now=moment)
    form = ExtendForm(posted(request), reasons=law.extension_reasons if law else ())
    status = 422 if refused else 200
    if not refused and "preview" not in request.POST:
        extended, status = submit(
            form, lambda: extending.extend(pk, actor=request.actor, now=moment, **form.cleaned_data)
        )
        if extended:
            messages.success(request, _("The limit is extended and the customer is told."))
            return redirect(f"{reverse('desk:deadlines', args=[ticket.reference])}?{_address(request)}")
    context = {"ticket": ticket, "deadline": deadline, "form": form, "refused": refused, "address": _address(request)}
    context |= {"keys": KEYS, "now": moment}
    if not refused and law:
        reason, done = _said(request, law.extension_reasons)
        context["new_date"] = extending.foreseen(deadline, now=moment)
        context["notice"] = extending.preview(deadline, reason=reason, done=done, now=moment)
    only_notice = request.htmx.target == NOTICE
    template = "desk/_extend_notice.html" if only_notice else "desk/extend.html"
    return render(request, template, context, status=200 if only_notice else status)


def _deadline(request: PageRequest, ticket: Ticket, pk: int) -> Deadline:
    """One of the ticket's clocks, or 404; forbidden to whoever may not change the ticket."""
    if not may_change(ticket, request.actor):
        raise PermissionDenied
    seen = Deadline.objects.visible_to(request.actor).select_related("terms", "calendar")
    deadline = seen.filter(ticket=ticket, pk=pk).first()
    if deadline is None:
        raise Http404
    deadline.ticket = ticket
    return deadline


def _said(request: PageRequest, reasons: tuple[str, ...]) -> tuple[str, str]:
    """What the notice would say by now."""
    given = request.POST.get("reason", "")
    reason = given if given in reasons else next(iter(reasons), "")
    return reason, request.POST.get("done", "").strip() or "…"


def _address(request: PageRequest) -> str:
    return Choice.read(request.GET.dict(), actor=request.actor).address()
