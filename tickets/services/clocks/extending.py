"""Putting off a legal limit as its pack allows: for a reason of the law, with the customer told before it passes.

Source: domain.md 2.3, rule (5); docs/rules.md, "Extending a limit".
"""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from core.actor import Actor
from core.errors import Invalid
from core.history import by
from policies.models import LegalPack
from policies.snapshots import LegalSnapshot
from tickets import explaining
from tickets.clocks import read
from tickets.customer_dates import told
from tickets.legal_words import reason_words
from tickets.links import status_url
from tickets.models import Deadline, Extension, Message, Ticket
from tickets.services.clocks import deadlines
from tickets.services.handling import work
from tickets.services.handling.locking import lock
from tickets.services.outward import automatic, outgoing
from tickets.spans import RESOLUTION

NOTICE, EXTENDED = "extension", "limit_extended"


def law_of(deadline: Deadline) -> LegalSnapshot | None:
    """What the pack of this clock says, as it was when the ticket got its rules. The terms must be at hand."""
    return next((each for each in deadline.terms.rules.legal if each.pack == deadline.pack), None)


def refusal(deadline: Deadline, extensions: Iterable[Extension], *, now: datetime) -> str:
    """Why this limit cannot be extended, one sentence; empty where it can. extensions: all of its ticket."""
    law = law_of(deadline)
    if deadline.goal != RESOLUTION or law is None or law.extension is None:
        return _("Only the limit of a law for the solution can be extended, and only where its pack says so.")
    if deadline.met_at or not deadline.ticket.is_open:
        return _("This limit does not run any more.")
    if deadline.due_at is None:
        return _("This limit does not run yet, so there is nothing to extend.")
    if deadline.due_at <= now:
        return _("The limit has passed: it could only be extended before, with the customer told in time.")
    used = sum(each.pack == deadline.pack for each in extensions)
    if used >= law.extension_times:
        return _("%(pack)s allows no further extension.") % {"pack": deadline.pack}
    return ""


def foreseen(deadline: Deadline, *, now: datetime) -> datetime:
    """When it would be due: the extension of its pack counted from the first limit."""
    law = law_of(deadline)
    assert law
    assert law.extension
    allowed = explaining.allowed_of(deadline, more=law.extension.amount)
    due = read(explaining.span_of(deadline), allowed, now=now).due_at
    assert due
    return due


@transaction.atomic
def extend(deadline_id: int, *, actor: Actor, now: datetime, reason: str, done: str) -> Deadline:
    """Put the limit off by what its pack allows, and tell the customer.

    reason: one of those that the pack allows. done: what has been done so far; the customer reads both.
    Raises Invalid with why it cannot be extended, or where the customer cannot be told; NotAllowed,
    Deadline.DoesNotExist.
    """
    seen = Deadline.objects.visible_to(actor).get(pk=deadline_id)
    ticket = lock(seen.ticket_id, actor=actor)
    deadline = Deadline.objects.select_related("terms", "calendar").get(pk=deadline_id)
    deadline.ticket = ticket
    if why := refusal(deadline, ticket.extensions.all(), now=now):
        raise Invalid(why)
    law = law_of(deadline)
    if law is None or law.extension is None or reason not in law.extension_reasons:
        raise Invalid(_("Choose one of the reasons that the law allows."), field="reason")
    if not done.strip():
        raise Invalid(_("Say what has been done so far: the customer reads it."), field="done")
    due, former = foreseen(deadline, now=now), deadline.due_at
    assert former
    message = _tell(deadline, due, reason=reason, done=done.strip(), now=now)
    made = Extension.objects.create(
        ticket=ticket,
        pack=deadline.pack,
        at=now,
        added=law.extension.amount,
        due_before=former,
        due_at=due,
        reason=reason,
        told_in=message,
        **by(actor),
    )
    _record(made, actor=actor, now=now)
    deadlines.follow([ticket], now=now)
    deadline.refresh_from_db()
    return deadline


def _record(made: Extension, *, actor: Actor, now: datetime) -> None:
    dates = {"due_before": made.due_before, "due_at": made.due_at}
    why = f"{made.pack}: {made.reason}"  # a code: every reader reads it in their own language
    kept = {"pack": made.pack, "reason": made.reason, "extension": made.pk, **dates}
    work.change(made.ticket, {}, change=EXTENDED, actor=actor, now=now, reason=why, more=kept)


def _tell(deadline: Deadline, due: datetime, *, reason: str, done: str, now: datetime) -> Message:
    """Raises Invalid where the customer cannot be written to now: without the notice there is no extension."""
    ticket = deadline.ticket
    try:
        way = outgoing.route(ticket, cc=())
    except Invalid as no_way:
        raise Invalid(_("The customer must be told before the limit, and we know no way to write to them.")) from no_way
    if not outbox.within_budget({each.address for each in way.to}, now=now):
        raise Invalid(_("The customer must be told, and their address had its share of automatic mail for now."))
    text = notice_text(deadline, due, reason=reason, done=done, company=way.channel.name)
    return automatic.send(ticket, text, way, kind=NOTICE, now=now)


def preview(deadline: Deadline, *, reason: str, done: str, now: datetime) -> str:
    """The notice as the customer would get it now."""
    mailbox = outgoing.mailbox_for(deadline.ticket.channel)
    company = mailbox.name if mailbox else ""
    return notice_text(deadline, foreseen(deadline, now=now), reason=reason, done=done, company=company)


def notice_text(deadline: Deadline, due: datetime, *, reason: str, done: str, company: str) -> str:
    """What the customer is told (domain.md 6.6, T3): both dates, why, what was done, and whom they may turn to."""
    ticket, former = deadline.ticket, deadline.due_at
    assert former
    with translation.override(ticket.customer.language):
        words = {
            "name": ticket.customer.name or _("customer"),
            "reference": ticket.reference,
            "old": told(former, ticket.customer),
            "new": told(due, ticket.customer),
            "reason": reason_words(reason),
            "done": done,
            "body": _bodies(deadline.pack, ticket),
            "link": status_url(ticket.pk),
            "company": company,
        }
        return (
            _(
                "Dear %(name)s,\n\n"
                "we cannot settle your complaint %(reference)s by %(old)s.\n\n"
                "Why: %(reason)s\n"
                "Done so far: %(done)s\n"
                "The new date: %(new)s\n\n"
                "If you object, answer this mail and ask for a supervisor%(body)s.\n\n"
                "See how it stands: %(link)s\n\n"
                "%(company)s"
            )
            % words
        )


def _bodies(pack: str, ticket: Ticket) -> str:
    """Who outside the company may be called, as the end of a sentence; empty where the pack names nobody."""
    law = LegalPack.objects.filter(code=pack).first()
    named = law and law.text_in("external", ticket.customer.language)
    return _(", or turn to %(body)s") % {"body": named} if named else ""
