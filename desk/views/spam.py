"""Spam: one ticket or a selection, with its sender or without, and back again."""

from collections.abc import Sequence

from django.contrib import messages
from django.core import signing
from django.http import HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from channels_in.services import blocking
from channels_in.services.blocking import ADDRESS, DOMAIN, Marked
from core.clock import now
from core.errors import DomainError
from desk.pages import staff_page
from desk.queue import Choice
from desk.views.showing import address_of, ticket_of
from tickets.models import Ticket
from tickets.services.handling import work
from web.requests import PageRequest
from web.templatetags.web import UNDO

SALT, LONGEST_UNDO = "desk.spam", 60  # seconds; the line offers it for ten
MOST_SELECTED = 200


@require_POST
@staff_page
def mark(request: PageRequest, reference: str) -> HttpResponse:
    """One ticket is spam; its sender may be blocked at the same time."""
    ticket = ticket_of(request, reference)
    block = request.POST.get("block", "")
    version = request.POST.get("version", "")
    try:
        marked = blocking.mark_one(
            ticket.pk,
            actor=request.actor,
            now=now(),
            block=block if block in (ADDRESS, DOMAIN) else "",
            version=int(version) if version.isdecimal() else None,
        )
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        _say(request, marked, back=address_of(ticket.reference, request))
    return redirect(address_of(ticket.reference, request))


@require_POST
@staff_page
def unmark(request: PageRequest, reference: str) -> HttpResponse:
    ticket = ticket_of(request, reference)
    try:
        work.not_spam(ticket.pk, actor=request.actor, now=now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Not spam: the ticket is as it was before."))
    return redirect(address_of(ticket.reference, request))


@require_POST
@staff_page
def mark_selected(request: PageRequest) -> HttpResponse:
    """What is selected in the queue is spam, or none; what one may not change stays as it is."""
    choice = Choice.read(request.GET.dict(), actor=request.actor)
    back = f"{reverse('desk:queue')}?{choice.address()}"
    chosen = [int(each) for each in request.POST.getlist("ticket")[:MOST_SELECTED] if each.isdecimal()]
    act = request.POST.get("act", "")
    if not chosen:
        messages.error(request, _("Nothing is selected."))
    elif act == "not_spam":
        marked = blocking.not_spam(chosen, actor=request.actor, now=now())
        messages.success(request, _back_words(marked.done))
    else:
        block = ADDRESS if act == "block" else ""
        _say(request, blocking.mark_spam(chosen, actor=request.actor, now=now(), block=block), back=back)
    return redirect(back)


@require_POST
@staff_page
def undo(request: PageRequest) -> HttpResponse:
    """Take back what was marked a moment ago, and unblock whom it blocked."""
    try:
        what = signing.loads(request.GET.get("of", ""), salt=SALT, max_age=LONGEST_UNDO)
    except signing.BadSignature:
        messages.error(request, _("Too late to take it back here. Open the ticket under Spam and say that it is none."))
        return redirect("desk:queue")
    marked = blocking.not_spam(what["tickets"], actor=request.actor, now=now(), unblock=what["blocked"])
    messages.success(request, _back_words(marked.done))
    return redirect(what["back"])


def _say(request: PageRequest, marked: Marked, *, back: str) -> None:
    """What was done, with the way back; and what could not be done."""
    if marked.done:
        words = ngettext("%(count)d ticket is spam.", "%(count)d tickets are spam.", len(marked.done))
        words = words % {"count": len(marked.done)}
        if marked.blocked:
            words += " " + _("Blocked: %(senders)s.") % {"senders": ", ".join(marked.blocked[:5])}
        what = {"tickets": [ticket.pk for ticket in marked.done], "blocked": marked.blocked, "back": back}
        address = f"{reverse('desk:spam-undo')}?of={signing.dumps(what, salt=SALT, compress=True)}"
        messages.success(request, words, extra_tags=f"{UNDO}{address}")
    if marked.refused:
        words = ngettext(
            "%(count)d ticket belongs to another team and stays as it is.",
            "%(count)d tickets belong to other teams and stay as they are.",
            marked.refused,
        )
        messages.warning(request, words % {"count": marked.refused})


def _back_words(tickets: Sequence[Ticket]) -> str:
    words = ngettext("%(count)d ticket is back as it was.", "%(count)d tickets are back as they were.", len(tickets))
    return words % {"count": len(tickets)}
