"""What moves the clocks of tickets, read from timeline and history in four statements, however many tickets."""

from collections.abc import Sequence
from datetime import datetime

from channels_out.models import Dispatch
from core.actor import ActorKind
from tickets.models import Message, Ticket, TicketHistory, TimelineEntry
from tickets.spans import NEW, STATUS, THEY_WROTE, WE_WROTE, Event

SENT = ("replied", "forwarded")
THANKED = "just_thanks"
QUIET = (ActorKind.SYSTEM, ActorKind.ANONYMOUS)  # machines, and whoever is held back
Known = tuple[datetime, int, int, Event]  # when we knew it, words before statuses, and in the order they were written


def of_tickets(tickets: Sequence[Ticket], *, now: datetime) -> dict[int, list[Event]]:
    """The events of each ticket in the order we came to know them; the last ends at the status the ticket has."""
    ids = [ticket.pk for ticket in tickets]
    found: dict[int, list[Known]] = {pk: [] for pk in ids}
    thanks = _statuses(ids, found)
    _spoken(ids, found, thanks)
    for several in found.values():
        several.sort(key=lambda each: each[:3])
    events = {pk: [event for *_order, event in several] for pk, several in found.items()}
    for ticket in tickets:
        if _status_of(events[ticket.pk]) != ticket.status:
            events[ticket.pk].append(Event(now, STATUS, ticket.status))
    return events


def _spoken(ids: Sequence[int], found: dict[int, list[Known]], thanks: set[int]) -> None:
    """What people said. What could not be sent was not said to anybody, and mere thanks wait for nothing."""
    failed = Message.objects.filter(ticket__in=ids, dispatch__state=Dispatch.State.FAILED)
    unsent = set(failed.values_list("pk", flat=True))
    rows = TimelineEntry.objects.filter(ticket__in=ids).spoken().exclude(actor_kind__in=QUIET).order_by("id")
    latest: dict[int, datetime] = {}
    for pk, ticket, at, direction, message in rows.values_list("pk", "ticket_id", "at", "direction", "object_id"):
        ours = direction == TimelineEntry.Direction.OUT
        if message in (unsent if ours else thanks):
            continue
        latest[ticket] = known = max(at, latest.get(ticket, at))
        found[ticket].append((known, 0, pk, Event(at, WE_WROTE if ours else THEY_WROTE)))


def _statuses(ids: Sequence[int], found: dict[int, list[Known]]) -> set[int]:
    """Changes of status, but for those of replies that were taken back, and of reopenings by mere thanks, whose
    messages are returned.
    """
    rows = TicketHistory.objects.filter(ticket__in=ids, after__has_key="status").order_by("id")
    changes = list(rows.values_list("pk", "ticket_id", "at", "change", "after"))
    sent = [after.get("message") for *_row, change, after in changes if change in SENT]
    kept = set(Message.objects.filter(pk__in=sent).values_list("pk", flat=True)) if sent else set()
    undone = {after["undoes"] for *_row, change, after in changes if change == THANKED}
    for pk, ticket, at, change, after in changes:
        if change in SENT and after.get("message") not in kept:
            continue
        if change != THANKED and pk not in undone:
            found[ticket].append((at, 1, pk, Event(at, STATUS, after["status"])))
    return {message for *_row, change, after in changes if change == THANKED for message in after["messages"]}


def _status_of(events: Sequence[Event]) -> str:
    statuses = [event.status for event in events if event.kind == STATUS]
    return statuses[-1] if statuses else NEW
