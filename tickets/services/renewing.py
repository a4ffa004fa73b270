"""Letting the rules and calendars that hold now measure tickets that are open: foreseen first, then done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import bulk
from core.actor import Actor
from core.history import by
from notices import live
from tickets.models import Deadline, Ticket, TicketHistory
from tickets.services.deadlines import Clocks, Dates, count, dates_of, store
from tickets.services.nearest import SHOWN, show
from tickets.services.terms import Known, agree


@dataclass(frozen=True, slots=True)
class Renewal:
    """What becomes of the open clocks of one ticket. before, after: when each is due, or the seconds it has left."""

    ticket: Ticket
    before: Dates
    after: Dates
    now: datetime

    @property
    def later(self) -> bool:
        """Something may take longer, or is asked no more."""
        return any(gained > 0 for gained in self._gained()) or bool(self.before.keys() - self.after.keys())

    @property
    def earlier(self) -> bool:
        """Something must be sooner, or is asked for the first time."""
        return any(gained < 0 for gained in self._gained()) or bool(self.after.keys() - self.before.keys())

    @property
    def late(self) -> bool:
        """A clock that had time would have none."""
        return any(self._over(due) and not self._over(self.before.get(name)) for name, due in self.after.items())

    def _gained(self) -> Iterator[float]:
        """The seconds each clock gains, of those that are there before and after and run or stand still in both."""
        for name, due in self.before.items():
            then = self.after.get(name)
            if isinstance(due, datetime) and isinstance(then, datetime):
                yield (then - due).total_seconds()
            elif isinstance(due, int) and isinstance(then, int):
                yield then - due

    def _over(self, due: "datetime | int | None") -> bool:
        return isinstance(due, datetime) and due <= self.now


def foresee(tickets: Sequence[Ticket], *, now: datetime) -> list[Renewal]:
    """Those of the tickets whose dates would move. Nothing is stored but terms that are new."""
    return [renewal for renewal, _clocks in _renewed(tickets, now=now) if renewal.before != renewal.after]


def renew(tickets: Sequence[Ticket], *, actor: Actor, reason: str, now: datetime) -> list[Renewal]:
    """Measure these tickets, which the caller has locked, by what holds now. What was used stays used.

    Clocks that have ended keep what they were measured by. The statements do not grow with the tickets.
    """
    renewed = _renewed(tickets, now=now)
    store([clocks for _renewal, clocks in renewed if clocks])
    freed = [renewal.ticket for renewal, clocks in renewed if clocks is None]
    Deadline.objects.filter(ticket__in=freed, met_at=None).delete()
    Ticket.objects.bulk_update(tickets, ["terms", *SHOWN])
    moved = [renewal for renewal, _clocks in renewed if renewal.before != renewal.after]
    bulk.insert(
        TicketHistory(
            ticket=each.ticket,
            at=now,
            change="deadlines_moved",
            before=each.before,
            after=each.after,
            reason=reason,
            **by(actor),
        )
        for each in moved
    )
    live.tickets_changed(*(each.ticket.pk for each in moved))
    return moved


def _renewed(tickets: Sequence[Ticket], *, now: datetime) -> list[tuple[Renewal, Clocks | None]]:
    rows = list(Deadline.objects.filter(ticket__in=tickets, met_at=None).order_by("id"))
    before = {ticket.pk: dates_of(row for row in rows if row.ticket_id == ticket.pk) for ticket in tickets}
    agree(tickets, Known(), now=now)
    clocks = {each.ticket.pk: each for each in count([each for each in tickets if each.terms_id], now=now)}
    found = []
    for ticket in tickets:
        own = clocks.get(ticket.pk)
        if own is None:
            show(ticket, None)
        after = dates_of(own.standing) if own else {}
        found.append((Renewal(ticket, before[ticket.pk], after, now), own))
    return found
