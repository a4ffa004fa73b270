"""What we told a customer that we would do and by when, as their page shows it: no date is moved in silence."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.dateparse import parse_datetime

from portal.services.following import customer_of, public_messages
from tickets.legal_words import reason_words
from tickets.models import FollowUp, Ticket

NOT_DONE = (FollowUp.Outcome.NOT_NEEDED, FollowUp.Outcome.UNREACHABLE)


@dataclass(frozen=True, slots=True)
class Moved:
    """A date that was said first, and why it was moved."""

    due_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Extended:
    """A limit of a law that was put off."""

    before: datetime
    reason: str
    due_at: datetime


@dataclass(frozen=True, slots=True)
class Promise:
    """what: as the customer was told. late: its date has passed and it is not done."""

    what: str
    due_at: datetime
    moved: Sequence[Moved]
    done: bool
    late: bool


def told(ticket: Ticket, *, now: datetime) -> list[Promise]:
    """The follow-ups of a ticket that its customer was told of, the nearest date first; two statements."""
    rows = FollowUp.objects.visible_to(customer_of(ticket)).filter(ticket=ticket, due_at__isnull=False)
    rows = rows.filter(told_in__in=public_messages(ticket, now=now)).exclude(outcome__in=NOT_DONE)
    follow_ups = list(rows.order_by("due_at", "id"))
    moved = _moved(ticket) if follow_ups else {}
    return [
        Promise(
            what=each.what,
            due_at=each.due_at,
            moved=moved.get(each.pk, []),
            done=each.is_done,
            late=not each.is_done and each.due_at <= now,
        )
        for each in follow_ups
        if each.due_at
    ]


def _moved(ticket: Ticket) -> dict[int, list[Moved]]:
    """The dates that each follow-up had before, the oldest first."""
    found: dict[int, list[Moved]] = {}
    for change in ticket.history.filter(change="follow_up_moved").order_by("id"):
        before = parse_datetime(str(change.before.get("due_at") or ""))
        if before:
            found.setdefault(change.after["follow_up"], []).append(Moved(before, change.reason))
    return found


def extended(ticket: Ticket) -> list[Extended]:
    """The limits of a law that were put off, the oldest first: what each was, what it is since, and why.

    No statement where no law that holds for the ticket can be put off.
    """
    if ticket.terms is None or not any(law.extension_times for law in ticket.terms.rules.legal):
        return []
    return [
        Extended(each.due_before, reason_words(each.reason), each.due_at)
        for each in ticket.extensions.filter(told_in__isnull=False)
    ]
