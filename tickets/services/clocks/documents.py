"""Complaints whose legal time begins when the documents are complete, and spoken ones that go on in writing.

Source: domain.md 2.3, the packs that count from complete documents and rule (6); docs/rules.md, "Complete documents".
"""

from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from core.actor import Actor
from core.errors import Invalid
from policies.models import CalendarVersion
from policies.snapshots import LegalSnapshot
from policies.worktime import working_days_end
from tickets.customer_dates import told
from tickets.models import Message, Ticket
from tickets.services.clocks import deadlines
from tickets.services.handling import work
from tickets.services.handling.locking import lock
from tickets.services.handling.settling import Ending
from tickets.services.outward import automatic, outgoing, replies

ASKED = "documents_asked"
AT_ONCE = timedelta(0)


def law_of(ticket: Ticket) -> LegalSnapshot | None:
    """The law of this ticket that counts from complete documents, None where there is none."""
    laws = ticket.terms.rules.legal if ticket.terms else ()
    return next((each for each in laws if each.from_documents), None)


def spoken_law(ticket: Ticket) -> LegalSnapshot | None:
    """The law that holds while the complaint is only spoken, None where there is none or it is in writing already."""
    laws = ticket.terms.rules.legal if ticket.terms and ticket.written_at is None else ()
    return next((each for each in laws if each.converts_to), None)


def wanted_until(ticket: Ticket, law: LegalSnapshot) -> datetime | None:
    """Until when the customer may complete the documents; None where the law names no such limit."""
    target = law.targets.get("resolution")
    version = ticket.terms and target and ticket.terms.calendars.get(target.calendar)
    if not law.documents_days or not version:
        return None
    hours = CalendarVersion.objects.get(pk=version).hours
    return working_days_end(hours, ticket.written_at or ticket.received_at, law.documents_days)


@transaction.atomic
def complete(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    at: datetime | None = None,
    reason: str = "",
    version: int | None = None,
) -> Ticket:
    """The documents are complete: the time of the law begins. at: since when, now where nobody says.

    A moment that was recorded is corrected with a reason. Raises Invalid, NotAllowed, Conflict.
    """
    ticket = _open(ticket_id, actor=actor, version=version)
    moment = ticket.received_at if at and _same_minute(at, ticket.received_at) else at or now
    if not ticket.received_at <= moment <= now:
        sentence = _("The documents were complete at some moment between the receipt of the complaint and now.")
        raise Invalid(sentence, field="at")
    if ticket.documents_at and not reason.strip():
        raise Invalid(_("Say why the moment is corrected."), field="reason")
    change = "documents_corrected" if ticket.documents_at else "documents_complete"
    return _set(ticket, moment, change, actor=actor, now=now, reason=reason)


@transaction.atomic
def take_back(ticket_id: int, *, actor: Actor, now: datetime, reason: str, version: int | None = None) -> Ticket:
    """The documents are not complete after all: the time of the law has not begun. Raises as complete does."""
    ticket = _open(ticket_id, actor=actor, version=version)
    if ticket.documents_at is None:
        raise Invalid(_("Nobody has said that the documents are complete."))
    if not reason.strip():
        raise Invalid(_("Say what is missing."), field="reason")
    return _set(ticket, None, "documents_incomplete", actor=actor, now=now, reason=reason)


def _open(ticket_id: int, *, actor: Actor, version: int | None) -> Ticket:
    ticket = lock(ticket_id, actor=actor, version=version)
    if law_of(ticket) is None:
        raise Invalid(_("No law that holds for this ticket counts from complete documents."))
    if not ticket.is_open:
        raise Invalid(_("This ticket is settled already."))
    return ticket


def _same_minute(one: datetime, other: datetime) -> bool:
    """Forms know no seconds."""
    return one.replace(second=0, microsecond=0) == other.replace(second=0, microsecond=0)


def _set(ticket: Ticket, moment: datetime | None, change: str, *, actor: Actor, now: datetime, reason: str) -> Ticket:
    work.change(ticket, {"documents_at": moment}, change=change, actor=actor, now=now, reason=reason.strip())
    deadlines.follow([ticket], now=now)
    return ticket


@transaction.atomic
def put_in_writing(
    ticket_id: int, *, actor: Actor, now: datetime, needed: str = "", version: int | None = None
) -> Ticket:
    """A spoken complaint goes on in writing: its written time begins with the complete documents.

    needed: what the customer must bring; they are asked for it by mail, in these words. The receipt stays as it was.
    Raises Invalid where it is not a spoken complaint under a law that knows this, where the law for written ones is
    not in force, or where the customer shall be asked and cannot be; NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    spoken = spoken_law(ticket)
    if spoken is None or not ticket.is_open:
        raise Invalid(_("This is no open complaint that a law counts as spoken: there is nothing to convert."))
    work.change(ticket, {"written_at": now}, change="put_in_writing", actor=actor, now=now, reason=needed.strip())
    deadlines.retarget(ticket, now=now)
    law = law_of(ticket)
    if law is None:
        sentence = _("%(pack)s is not in force for this ticket, so no time for a written complaint would begin.")
        raise Invalid(sentence % {"pack": spoken.converts_to})
    if needed.strip():
        _ask(ticket, law, needed.strip(), now=now)
    return ticket


def _ask(ticket: Ticket, law: LegalSnapshot, needed: str, *, now: datetime) -> None:
    """Raises Invalid where there is no way to write to the customer."""
    way = outgoing.route(ticket, cc=())
    if not outbox.within_budget({each.address for each in way.to}, now=now):
        raise Invalid(_("The address of this customer had its share of automatic mail for now."), field="needed")
    until = wanted_until(ticket, law)
    with translation.override(ticket.customer.language):
        text = _(
            "Dear %(name)s,\n\n"
            "you told us about “%(subject)s” (%(reference)s). So that we can examine it as a written complaint, "
            "please send us:\n\n"
            "%(needed)s\n\n"
            "Just answer this mail and attach it.%(until)s\n\n"
            "%(company)s"
        ) % {
            "name": ticket.customer.name or _("customer"),
            "subject": ticket.subject,
            "reference": ticket.reference,
            "needed": needed,
            "until": " " + _("We need it by %(day)s.") % {"day": told(until, ticket.customer)} if until else "",
            "company": way.channel.name,
        }
    automatic.send(ticket, text, way, kind=ASKED, now=now)


@transaction.atomic
def refuse(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    undo: timedelta = AT_ONCE,
    version: int | None = None,
) -> Message:
    """Refuse the complaint in writing, because its documents were not completed in time; it is resolved as not upheld.

    reason: what was missing, as the customer reads it. Raises Invalid where there is no such limit, it has not passed,
    the documents are complete, or no reason is given; and as replies.reply does.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    law = law_of(ticket)
    until = wanted_until(ticket, law) if law else None
    if until is None or ticket.documents_at:
        raise Invalid(_("Only a complaint whose documents are not complete can be refused for that."))
    if now <= until:
        sentence = _("The customer has until %(day)s to complete the documents: it cannot be refused before.")
        raise Invalid(sentence % {"day": told(until, ticket.customer)})
    if not reason.strip():
        raise Invalid(_("Say what was missing: the customer reads it."), field="reason")
    with translation.override(settings.LANGUAGE_CODE):  # causes are counted, whoever wrote them
        cause = _("Documents not completed in time")
    return replies.reply(
        ticket_id,
        actor=actor,
        text=refusal_text(ticket, until, reason.strip()),
        now=now,
        undo=undo,
        then=Ticket.Status.RESOLVED,
        ending=Ending(Ticket.Outcome.NOT_UPHELD, cause=cause),
        version=version,
    )


def refusal_text(ticket: Ticket, until: datetime, reason: str) -> str:
    """The refusal in the customer's language, with its reason and how it is taken up again."""
    with translation.override(ticket.customer.language):
        return _(
            "Dear %(name)s,\n\n"
            "we cannot examine your complaint “%(subject)s” (%(reference)s), because its documents were not complete "
            "by %(until)s.\n\n"
            "What was missing: %(reason)s\n\n"
            "As soon as you can send it, just answer this mail: we take it up again."
        ) % {
            "name": ticket.customer.name or _("customer"),
            "subject": ticket.subject,
            "reference": ticket.reference,
            "until": told(until, ticket.customer),
            "reason": reason,
        }
