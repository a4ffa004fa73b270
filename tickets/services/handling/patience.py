"""Waiting for a customer who does not answer: two reminders, then settled with notice; each once."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import formats, translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from core.actor import SYSTEM
from core.errors import Invalid
from notices.services.telling import News, tell_all
from staff.services.people import leads_of
from tickets.links import status_url
from tickets.models import Ticket, Wait
from tickets.services.handling import awaiting, settling, work
from tickets.services.handling.settling import Ending
from tickets.services.outward import automatic, outgoing

REMINDER, SETTLED = "reminder", "settled_unanswered"
WITHDRAWN = Ending(outcome=Ticket.Outcome.WITHDRAWN)


def go_on(*, now: datetime, limit: int = 200) -> int:
    """Do what is due for tickets that wait; returns for how many. Twice at once does it once."""
    due = list(Wait.objects.due(now).values_list("pk", "ticket_id")[:limit])
    return sum(_go_on(wait_id, ticket_id, now=now) for wait_id, ticket_id in due)


@transaction.atomic
def _go_on(wait_id: int, ticket_id: int, *, now: datetime) -> int:
    """0 where somebody else has it, or it has been done."""
    locked = Ticket.objects.select_for_update(of=("self",), skip_locked=True)
    ticket = locked.select_related("query_type", "customer", "channel").filter(pk=ticket_id).first()
    wait = Wait.objects.get(pk=wait_id)
    if ticket is None or wait.next_at is None or wait.next_at > now:
        return 0
    if ticket.status != wait.status or ticket.waits.latest_first().first() != wait:
        return _next(wait, None)  # the ticket waits no more, or for something else
    if wait.until and wait.until <= now:
        work.change(ticket, _open(now), change="wait_over", actor=SYSTEM, now=now, reason=wait.awaited)
        _tell(ticket, "wait_over", wait, now=now)
        return _next(wait, None)
    if wait.reminders < len(awaiting.STEPS) - 1:
        _write(ticket, reminder_text(ticket, wait), REMINDER, now=now)
        wait.reminders += 1
        return _next(wait, awaiting.next_of(wait))
    wait.reminders += 1
    _give_up(ticket, wait, now=now)
    return _next(wait, wait.until)


def _next(wait: Wait, at: datetime | None) -> int:
    wait.next_at = at
    wait.save(update_fields=["next_at", "reminders"])
    return 1


def _open(now: datetime) -> dict[str, object]:
    return {"status": Ticket.Status.OPEN, "ball": Ticket.Ball.OURS, "queue_at": now}


def _give_up(ticket: Ticket, wait: Wait, *, now: datetime) -> None:
    """Settled as withdrawn, and the customer told; where either cannot be, a person is told to look."""
    may = ticket.query_type.settles_unanswered and not ticket.query_type.unsorted
    may = may and not ticket.follow_ups.to_do().exists()
    if not may or not _write(ticket, settled_text(ticket, wait), SETTLED, now=now):
        return _tell(ticket, "customer_silent", wait, now=now)
    values = settling.settled(ticket, WITHDRAWN, now=now)
    work.change(ticket, values, change="settled_unanswered", actor=SYSTEM, now=now, reason=wait.awaited)
    return None


def _write(ticket: Ticket, text: str, kind: str, *, now: datetime) -> bool:
    """Whether it leaves: not where there is no way to this customer, or their address had its share of such mail."""
    try:
        way = outgoing.route(ticket, cc=())
    except Invalid:
        return False
    allowed = bool(outbox.within_budget({each.address for each in way.to}, now=now))
    if allowed:
        automatic.send(ticket, text, way, kind=kind, now=now)
    return allowed


def _tell(ticket: Ticket, kind: str, wait: Wait, *, now: datetime) -> None:
    people = [ticket.owner_id] if ticket.owner_id else leads_of(ticket.team_id)
    tell_all([News(person, kind, "ticket", ticket.pk, {"what": wait.awaited}) for person in people], now=now)


def reminder_text(ticket: Ticket, wait: Wait) -> str:
    """What is awaited, since when, and what happens without an answer; in the customer's language."""
    with translation.override(ticket.customer.language):
        return _(
            "Hello %(name)s,\n\n"
            "to go on with “%(subject)s” (%(reference)s) we need your answer to what we asked on %(day)s:\n\n"
            "%(awaited)s\n\n"
            "Just answer this mail. See how it stands: %(link)s\n\n"
            "%(company)s"
        ) % _words(ticket, wait)


def settled_text(ticket: Ticket, wait: Wait) -> str:
    """That we take it as settled, and how it is taken up again."""
    with translation.override(ticket.customer.language):
        return _(
            "Hello %(name)s,\n\n"
            "we have not heard from you about “%(subject)s” (%(reference)s) since we asked on %(day)s:\n\n"
            "%(awaited)s\n\n"
            "We take it that the matter is settled for you. If it is not, just answer this mail, whenever you like: "
            "we go on where we stopped.\n\n"
            "%(company)s"
        ) % _words(ticket, wait)


def _words(ticket: Ticket, wait: Wait) -> dict[str, str]:
    mailbox = outgoing.mailbox_for(ticket.channel) or ticket.channel
    return {
        "name": ticket.customer.name or _("customer"),
        "subject": ticket.subject,
        "reference": ticket.reference,
        "day": formats.date_format(wait.since.astimezone(ZoneInfo(ticket.customer.time_zone)), "j F Y"),
        "awaited": f"“{wait.awaited}”",
        "link": status_url(ticket.pk),
        "company": mailbox.name,
    }
