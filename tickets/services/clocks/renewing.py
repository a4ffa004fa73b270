"""Letting the rules and calendars that hold now measure tickets that are open: foreseen first, then done."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import bulk
from core.actor import Actor
from core.history import by
from notices import live
from tickets.models import Deadline, Terms, Ticket, TicketHistory
from tickets.services.clocks.deadlines import Clocks, Dates, count, dates_of, store
from tickets.services.clocks.nearest import SHOWN, show
from tickets.services.clocks.terms import Known, agree


@dataclass(frozen=True, slots=True)
class Renewal:
    """What becomes of the open clocks of one ticket. before, after: when each is due, or the seconds it has left.

    other_steps: the steps of its ladder are others than before.
    """

    ticket: Ticket
    before: Dates
    after: Dates
    now: datetime
    other_steps: bool = False

    @property
    def changes(self) -> bool:
        return self.other_steps or self.before != self.after

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
    """Those of the tickets whose dates or steps would change. Nothing is stored but terms that are new."""
    return [renewal for renewal, _clocks in _renewed(tickets, now=now) if renewal.changes]


def renew(tickets: Sequence[Ticket], *, actor: Actor, reason: str, now: datetime) -> list[Renewal]:
    """Measure these tickets, which the caller has locked, by what holds now. What was used stays used.

    Clocks that have ended keep what they were measured by. The statements do not grow with the tickets.
    """
    renewed = _renewed(tickets, now=now)
    store([clocks for _renewal, clocks in renewed if clocks])
    freed = [renewal.ticket for renewal, clocks in renewed if clocks is None]
    Deadline.objects.filter(ticket__in=freed, met_at=None).delete()
    Ticket.objects.bulk_update(tickets, ["terms", *SHOWN])
    changed = [renewal for renewal, _clocks in renewed if renewal.changes]
    bulk.insert(_history(each, actor=actor, reason=reason, now=now) for each in changed)
    live.tickets_changed(*(each.ticket.pk for each in changed))
    return changed


def _history(renewal: Renewal, *, actor: Actor, reason: str, now: datetime) -> TicketHistory:
    """What was moved, by whom and why; where no date was, that other steps are to come."""
    moved = renewal.before != renewal.after
    return TicketHistory(
        ticket=renewal.ticket,
        at=now,
        change="deadlines_moved" if moved else "ladder_renewed",
        before=renewal.before if moved else {},
        after=renewal.after if moved else {},
        reason=reason,
        **by(actor),
    )


def _renewed(tickets: Sequence[Ticket], *, now: datetime) -> list[tuple[Renewal, Clocks | None]]:
    rows = list(Deadline.objects.filter(ticket__in=tickets, met_at=None).order_by("id"))
    before = {ticket.pk: dates_of(row for row in rows if row.ticket_id == ticket.pk) for ticket in tickets}
    former = {ticket.pk: ticket.terms_id for ticket in tickets}
    agree(tickets, Known(), now=now)
    used = Terms.objects.in_bulk({pk for ticket in tickets for pk in (former[ticket.pk], ticket.terms_id) if pk})
    clocks = {each.ticket.pk: each for each in count([each for each in tickets if each.terms_id], now=now)}
    found = []
    for ticket in tickets:
        own = clocks.get(ticket.pk)
        if own is None:
            show(ticket, None)
        after = dates_of(own.standing) if own else {}
        was, then = used.get(former[ticket.pk] or 0), used.get(ticket.terms_id or 0)
        other_steps = after != {} and was != then and (was.ladder if was else []) != (then.ladder if then else [])
        found.append((Renewal(ticket, before[ticket.pk], after, now, other_steps), own))
    return found
