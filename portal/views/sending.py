"""The end of the complaint form: look over it, send it, and have its number."""

from collections.abc import Mapping
from datetime import timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from core.actor import SYSTEM
from core.clock import now as clock_now
from policies.models import QueryType
from portal import contacts, steps
from portal.models import FormDraft
from portal.pages import gone, page, private, show, speak
from portal.services import budgets, sending
from portal.steps import StepForm
from portal.views.complain import form_today
from tickets.links import status_token
from tickets.models import Ticket
from tickets.services.clocks import expecting

FASTEST_PERSON = timedelta(seconds=3)  # from the first answer to the last button


@require_http_methods(["GET", "HEAD", "POST"])
@private
@page
def check(request: HttpRequest, token: str) -> HttpResponse:
    """All answers on one page; the button sends them."""
    draft = FormDraft.objects.filter(token=token, ticket=None).first()
    if draft is None:
        return gone(request)
    if draft.sent_at:
        return redirect("portal:received", token)
    if "language" in request.POST:
        return speak(redirect(request.path), request.POST["language"])
    form = form_today()
    pages = form.judged(draft.data)
    missing = steps.first_open(pages)
    if missing != steps.CHECK:
        return redirect(reverse("portal:step", args=[token, missing]) + "?look=again")
    if request.method == "POST":
        return _send(request, draft, pages, form.contacts)
    quick = _("That was very quick. Nothing is lost: please press Send once more, robots do not come back.")
    return _draw(request, draft, pages, form.contacts, notice=quick if "quick" in request.GET else "")


def _send(
    request: HttpRequest, draft: FormDraft, pages: Mapping[str, StepForm], book: contacts.Contacts
) -> HttpResponse:
    now = clock_now()
    if now - draft.created_at < FASTEST_PERSON:
        return redirect(f"{request.path}?quick=1")
    said: dict[str, object] = {}
    for each in pages.values():
        said |= each.said()
    try:
        sending.send(draft, said, channel=book.webform, now=now)
    except budgets.TooMany as refused:
        return _draw(request, draft, pages, book, notice=refused.message, status=429)
    return redirect("portal:received", draft.token)


def _draw(
    request: HttpRequest,
    draft: FormDraft,
    pages: Mapping[str, StepForm],
    book: contacts.Contacts,
    *,
    notice: str = "",
    status: int = 200,
) -> HttpResponse:
    context: dict[str, object] = {
        "draft": draft,
        "step": steps.CHECK,
        "number": len(steps.ORDER),
        "of": len(steps.ORDER),
        "sections": steps.sections(pages),
        "files": list(draft.files.select_related("file")),
        "notice": notice,
    }
    return show(request, "portal/check.html", context, book=book, status=status)


@require_safe
@private
@page
def received(request: HttpRequest, token: str) -> HttpResponse:
    """The confirmation, at its own address for a day: the number, who reads it, and what happens next."""
    draft = FormDraft.objects.filter(token=token, ticket=None).first()
    if draft is None:
        return gone(request)
    if draft.sent_at is None:
        return redirect("portal:check", token)
    query_type = QueryType.objects.filter(slug=draft.data.get("query_type", "")).select_related("team").first()
    ticket = Ticket.objects.visible_to(SYSTEM).select_related("terms").filter(reference=draft.reference).first()
    context: dict[str, object] = {
        "draft": draft,
        "query_type": query_type,
        "is_complaint": query_type is None or query_type.kind == QueryType.Kind.COMPLAINT,
        "team": query_type.team if query_type and query_type.team and not query_type.team.restricted else None,
        "status_link": reverse("portal:status", args=[status_token(ticket.pk) if ticket else draft.reference]),
        "expected": expecting.expected([ticket]).get(ticket.pk) if ticket else None,
        "with_mail": bool(draft.data.get("email")),
    }
    return show(request, "portal/received.html", context)
