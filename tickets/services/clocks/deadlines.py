"""The clocks of tickets: begun with a ticket, and counted again from its events after every change of it.

A change never moves a clock by itself. It is written down as it is, and what follows for the clocks is counted from all
that was written down; so a reply that is taken back, a mail that was read late and a message that could not be sent
leave the clocks exactly as if they had never been. Statements do not grow with the number of tickets.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef

from core import bulk
from core.actor import SYSTEM
from core.history import by
from tickets.clocks import Allowed, Reading, read
from tickets.ladders import MISSED, next_moment
from tickets.models import Deadline, Terms, Ticket, TicketHistory
from tickets.papers import from_documents, while_spoken
from tickets.services.clocks import events, extensions
from tickets.services.clocks.demands import Demand
from tickets.services.clocks.nearest import SHOWN, nearest_of, show
from tickets.services.clocks.terms import Known, agree, calendar_of
from tickets.spans import ANSWERS, NEW, RESOLUTION, STATUS, Event, Span, spans

MOMENTS = ["due_at", "warn_at", "urgent_at", "met_at", "missed_at", "rings_at"]
COUNTED = ["state", "time_left", "paused_for", "pauses", "waits_for", "extended", "taken", *MOMENTS]
TARGETS = ["terms", "target", "unit", "late_is_next_day", "calendar"]
Key = tuple[str, str, str, datetime]
Dates = dict[str, datetime | int]
TOGETHER = 200
NOT_EXTENDED: Mapping[str, int] = {}


def begin(tickets: Sequence[Ticket], *, now: datetime) -> list[Deadline]:
    """The clocks of new tickets, which are not written yet, nor are these: write() does it once the tickets are.

    Sets the tickets' terms, clock and place in the queue.
    """
    if not tickets:
        return []
    known = Known()
    agree(tickets, known, now=now)
    rows: list[Deadline] = []
    for ticket in tickets:
        if ticket.terms_id:
            happened = [] if ticket.status == NEW else [Event(now, STATUS, ticket.status)]
            own = Clocks(ticket, [], happened, known, now=now)
            own.settle(whole=False)
            rows.extend(own.new)
    return rows


def write(rows: Iterable[Deadline]) -> None:
    """Store what begin() made, now that the tickets are stored."""
    new = list(rows)
    for row in new:
        row.ticket_id = row.ticket.pk
    bulk.insert(new)


def follow(tickets: Sequence[Ticket], *, now: datetime, save: bool = True, whole: bool = False) -> None:
    """Count the clocks of these tickets again, after whatever happened to them was written down.

    save: store the tickets' clock and place in the queue too, else the caller does, with the fields SHOWN.
    whole: write down clocks that had ended before anybody counted them, as for tickets brought from elsewhere.
    """
    asked = [ticket for ticket in tickets if ticket.terms_id]
    if not asked:
        return
    store(count(asked, now=now, whole=whole))
    if save:
        Ticket.objects.bulk_update(asked, SHOWN)


def count(asked: Sequence[Ticket], *, now: datetime, whole: bool = False) -> list["Clocks"]:
    """The clocks of tickets that have terms, counted but not stored; the tickets show them already."""
    ids = [ticket.pk for ticket in asked]
    rows = list(Deadline.objects.filter(ticket__in=ids).order_by("id"))
    known = Known()
    used = {row.terms_id for row in rows} | {ticket.terms_id for ticket in asked if ticket.terms_id}
    known.add(list(Terms.objects.filter(pk__in=used)))
    happened, longer = events.of_tickets(asked, now=now), extensions.of_tickets(asked, known)
    theirs: dict[int, list[Deadline]] = {}
    for row in rows:
        theirs.setdefault(row.ticket_id, []).append(row)
    clocks = []
    for ticket in asked:
        own = theirs.get(ticket.pk, []), happened[ticket.pk]
        clocks.append(Clocks(ticket, *own, known, longer=longer.get(ticket.pk, {}), now=now))
        clocks[-1].settle(whole=whole)
    return clocks


def owed_an_answer(ids: Collection[int], *, since: datetime) -> set[int]:
    """Those of the tickets by whose clocks an answer is owed: another word of the customer's moves none of them.

    since: when those words reached us; a ticket whose status has changed from then on is left out.
    """
    if not ids:
        return set()
    changed = TicketHistory.objects.filter(ticket=OuterRef("ticket"), at__gte=since, after__has_key="status")
    owed = Deadline.objects.open().filter(~Exists(changed), ticket__in=ids, goal__in=ANSWERS)
    return set(owed.values_list("ticket_id", flat=True))


def adopt(tickets: Sequence[Ticket], *, now: datetime) -> None:
    """Give tickets that are stored with all their past the clocks that the rules in force would have given them."""
    agree(tickets, Known(), now=now)
    Ticket.objects.bulk_update(tickets, ["terms"], batch_size=TOGETHER)
    for start in range(0, len(tickets), TOGETHER):
        follow(tickets[start : start + TOGETHER], now=now, whole=True)


def retarget(ticket: Ticket, *, now: datetime) -> None:
    """Let the rules that hold now measure a ticket whose type or priority changed; what was used stays used.

    Clocks that have ended keep what they were measured by.
    """
    before, dates = ticket.terms_id, _dates(ticket)
    agree([ticket], Known(), now=now)
    if ticket.terms_id == before:
        return
    ticket.save(update_fields=["terms"])
    if ticket.terms_id:
        follow([ticket], now=now)
    else:
        Deadline.objects.filter(ticket=ticket, met_at=None).delete()
        show(ticket, None)
        ticket.save(update_fields=SHOWN)
    if (after := _dates(ticket)) != dates:
        TicketHistory.objects.create(
            ticket=ticket, at=now, change="deadlines_moved", before=dates, after=after, **by(SYSTEM)
        )


def _dates(ticket: Ticket) -> Dates:
    """When each open clock is due, and the seconds left of those that stand still: for the history."""
    return dates_of(Deadline.objects.filter(ticket=ticket, met_at=None).order_by("id"))


def dates_of(rows: Iterable[Deadline]) -> Dates:
    """The same of these rows, as far as they are open."""
    return {
        " ".join(filter(None, (row.goal, row.pack))): row.due_at or int((row.time_left or timedelta()).total_seconds())
        for row in rows
        if row.met_at is None
    }


def store(several: Sequence["Clocks"]) -> None:
    """Write down what count() found to be different."""
    gone = [row.pk for clocks in several for row in clocks.gone]
    changed = [row for clocks in several for row in clocks.changed]
    if gone:
        Deadline.objects.filter(pk__in=gone).delete()
    if changed:
        Deadline.objects.bulk_create(
            changed, update_conflicts=True, unique_fields=["id"], update_fields=[*COUNTED, *TARGETS]
        )
    bulk.insert(row for clocks in several for row in clocks.new)


@dataclass(frozen=True, slots=True)
class _Wanted:
    demand: Demand
    allowed: Allowed
    terms: Terms
    span: Span
    extended: int


class Clocks:
    """The clocks of one ticket: what there is, what there should be, and the difference."""

    def __init__(
        self,
        ticket: Ticket,
        rows: Sequence[Deadline],
        happened: Sequence[Event],
        known: Known,
        *,
        now: datetime,
        longer: Mapping[str, int] = NOT_EXTENDED,
    ) -> None:
        """longer: by how much the limit of each legal pack was extended."""
        self.ticket, self.rows, self.happened, self.known, self.now = ticket, rows, happened, known, now
        self.longer = longer
        self.new: list[Deadline] = []
        self.changed: list[Deadline] = []
        self.gone: list[Deadline] = []
        self.standing: list[Deadline] = []
        self._counted: dict[tuple[str, ...], list[Span]] = {}

    def settle(self, *, whole: bool) -> None:
        terms = self.known.terms[self.ticket.terms_id or 0]
        wanted = self._wanted(terms)
        kept: list[Deadline] = []
        for row in self.rows:
            found = wanted.pop(_key(row), None)
            if row.terms_id != terms.pk and row.met_at:
                found = self._wanted(self.known.terms[row.terms_id]).get(_key(row)) or found
            if found is None:
                self.gone.append(row)
            else:
                kept.append(row)
                self._measure(row, found)
        for each in wanted.values():
            if whole or each.span.met_at is None:
                self.new.append(self._made(each))
        self.standing = [*kept, *self.new]
        self._show(self.standing)

    def _wanted(self, terms: Terms) -> dict[Key, _Wanted]:
        found = {}
        for demand, usual in self.known.clocks(terms):
            extended = self.longer.get(demand.pack, 0) if demand.goal == RESOLUTION else 0
            allowed = replace(usual, amount=usual.amount + extended) if extended else usual
            for span in self._spans(demand.pauses):
                own = self._own(span, demand, allowed) if span.goal == demand.goal else None
                if own:
                    key = (demand.goal, demand.basis, demand.pack, own.started_at)
                    found[key] = _Wanted(demand, allowed, terms, own, extended)
        return found

    def _spans(self, pausing: tuple[str, ...]) -> list[Span]:
        if pausing not in self._counted:
            self._counted[pausing] = spans(self.ticket.received_at, self.happened, pausing=pausing)
        return self._counted[pausing]

    def _own(self, span: Span, demand: Demand, allowed: Allowed) -> Span | None:
        """The stretch as this clock counts it; None where it never began."""
        written_at = self.ticket.written_at
        if demand.from_documents:
            return from_documents(span, written_at=written_at, documents_at=self.ticket.documents_at)
        if demand.spoken:
            return while_spoken(span, written_at=written_at)
        return self._begun(span, demand, allowed)

    def _begun(self, span: Span, demand: Demand, allowed: Allowed) -> Span:
        """A law may count from the day it happened; where that was over before we heard of it, from then."""
        occurred = self.ticket.occurred_at
        if not demand.from_occurrence or occurred is None or span.started_at != self.ticket.received_at:
            return span
        over = allowed.first_due(occurred) <= self.ticket.received_at
        return span if over or occurred > span.started_at else replace(span, started_at=occurred)

    def _made(self, wanted: _Wanted) -> Deadline:
        demand = wanted.demand
        row = Deadline(
            ticket=self.ticket,
            goal=demand.goal,
            basis=demand.basis,
            pack=demand.pack,
            started_at=wanted.span.started_at,
        )
        self._write(row, wanted)
        return row

    def _measure(self, row: Deadline, wanted: _Wanted) -> None:
        before = [getattr(row, name) for name in (*COUNTED, "terms_id")]
        self._write(row, wanted)
        if before != [getattr(row, name) for name in (*COUNTED, "terms_id")]:
            self.changed.append(row)

    def _write(self, row: Deadline, wanted: _Wanted) -> None:
        demand, terms = wanted.demand, wanted.terms
        row.terms_id, row.calendar_id = terms.pk, calendar_of(demand, terms)
        row.target, row.unit, row.late_is_next_day = demand.target.amount, demand.target.unit, demand.late_is_next_day
        row.extended = wanted.extended
        shown = read(wanted.span, wanted.allowed, now=self.now)
        _fill(row, wanted.span, shown)
        row.taken = _still_taken(row, shown)
        steps = self.known.steps(terms, demand.goal, demand.basis)
        row.rings_at = next_moment(steps, shown, wanted.allowed, row.taken)

    def _show(self, rows: Sequence[Deadline]) -> None:
        """What lists show of the ticket, and its place in the queue."""
        nearest = nearest_of(rows) if self.ticket.is_open else None
        show(self.ticket, nearest)


def _fill(row: Deadline, span: Span, shown: Reading) -> None:
    row.state, row.met_at, row.missed_at = shown.state, span.met_at, shown.missed_at
    row.due_at, row.time_left, row.paused_for = shown.due_at, shown.time_left, shown.paused_for
    row.waits_for = span.waits_for
    row.warn_at, row.urgent_at = shown.warn_at, shown.urgent_at
    row.pauses = [[begun.isoformat(), ended.isoformat() if ended else None] for begun, ended in span.pauses]


def _still_taken(row: Deadline, shown: Reading) -> list[str]:
    """What has happened already; where more time was given after all, it may run out once more."""
    return [each for each in row.taken if each != MISSED or shown.missed_at]


def _key(row: Deadline) -> Key:
    return row.goal, row.basis, row.pack, row.started_at
