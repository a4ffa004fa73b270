"""Which rules hold for tickets: matched in bulk, kept as they were, shared by tickets that got the same."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from customers.models import Customer
from policies import rules
from policies.calendar_spec import ROUND_THE_CLOCK, compiled
from policies.hours import Hours
from policies.matching import Ladders, TicketFacts, match
from policies.models import CalendarVersion, Channel
from policies.services import calendars
from policies.snapshots import RuleSnapshot
from policies.targets import CALENDAR, Target
from staff.models import Team
from tickets.clocks import Allowed
from tickets.ladders import Step
from tickets.models import Deadline, Terms, Ticket
from tickets.services.clocks.demands import SERVICE, Demand, demands
from tickets.spans import FIRST, RESOLUTION

Kind = tuple[int, int | None, tuple[int, ...], tuple[str, ...]]


@dataclass(slots=True)
class Known:
    """Rows that the deadlines of one transaction need, each read once."""

    terms: dict[int, Terms] = field(default_factory=dict)
    _hours: dict[int, Hours] = field(default_factory=dict)
    _clocks: dict[int, list[tuple[Demand, Allowed]]] = field(default_factory=dict)
    _steps: dict[int, tuple[str, list[Step]]] = field(default_factory=dict)

    def clocks(self, terms: Terms) -> list[tuple[Demand, Allowed]]:
        """What these terms ask for, each with how it is measured."""
        if terms.pk not in self._clocks:
            self._clocks[terms.pk] = [(demand, self._allowed(demand, terms)) for demand in demands(terms.rules)]
        return self._clocks[terms.pk]

    def _allowed(self, demand: Demand, terms: Terms) -> Allowed:
        hours = self._hours.get(calendar_of(demand, terms) or 0, compiled(ROUND_THE_CLOCK))
        return Allowed(demand.target.amount, demand.target.unit, hours, demand.late_is_next_day)

    def allowed(self, row: Deadline) -> Allowed:
        """What a clock that is there is measured by; its terms must be known."""
        hours = self._hours.get(row.calendar_id or 0, compiled(ROUND_THE_CLOCK))
        return Allowed(row.target + row.extended, row.unit, hours, row.late_is_next_day)

    def steps(self, terms: Terms, goal: str, basis: str) -> list[Step]:
        """The steps of the ladder on a clock. It stands on the solution; where none is due, on the first answer."""
        if terms.pk not in self._steps:
            laddered = RESOLUTION if RESOLUTION in terms.rules.targets else FIRST
            self._steps[terms.pk] = laddered, terms.ladder
        laddered, steps = self._steps[terms.pk]
        return steps if (goal, basis) == (laddered, SERVICE) else []

    def extendable(self, terms_id: int | None) -> bool:
        """Whether a law of these terms may be put off."""
        terms = self.terms.get(terms_id or 0)
        return terms is not None and any(each["extension_times"] for each in terms.snapshot["legal"])

    def add(self, several: Sequence[Terms]) -> None:
        """Take these in with the calendars they name."""
        self.terms |= {each.pk: each for each in several}
        named = {pk for each in several for pk in each.calendars.values()} - self._hours.keys()
        if named:
            self._hours |= {pk: version.hours for pk, version in CalendarVersion.objects.in_bulk(named).items()}


def calendar_of(demand: Demand, terms: Terms) -> int | None:
    """The version of a calendar that a clock counts with, None for the wall clock."""
    return None if demand.target.unit == CALENDAR else terms.calendars.get(demand.target.calendar)


def agree(tickets: Sequence[Ticket], known: Known, *, now: datetime) -> None:
    """Set what holds for each ticket; nothing is saved but terms that are new. Without rules the tickets have none.

    The tickets' customers and channels must be at hand. The number of statements does not grow with the tickets.
    """
    ruling = rules.current(now)
    if not ruling.version:
        return
    restricted = set(Team.objects.filter(restricted=True).values_list("pk", flat=True))
    roots = _roots([ticket.customer for ticket in tickets])
    snapshots = [match(_facts(ticket, roots, restricted), ruling) for ticket in tickets]
    kinds = {_kind(each): each for each in snapshots if each.targets or each.legal}
    rows = _rows(kinds, ruling.ladders)
    known.add(list(rows.values()))
    for ticket, snapshot in zip(tickets, snapshots, strict=True):
        ticket.terms = rows.get(_kind(snapshot))


def _kind(snapshot: RuleSnapshot) -> Kind:
    """What tells snapshots apart: the publication, the rules that held, the packs."""
    return snapshot.version, snapshot.rule, snapshot.tightened_by, tuple(each.pack for each in snapshot.legal)


def _roots(customers: Sequence[Customer]) -> dict[int, Customer]:
    """Who counts for a merged customer: the root they were merged into."""
    merged = {each.root_id for each in customers if each.root_id and each.root_id != each.pk}
    return Customer.objects.in_bulk(merged) if merged else {}


def _facts(ticket: Ticket, roots: dict[int, Customer], restricted: set[int]) -> TicketFacts:
    who = roots.get(ticket.customer.root_id or 0, ticket.customer)
    channel: Channel = ticket.channel
    return TicketFacts(
        query_type=ticket.query_type_id,
        priority=ticket.priority,
        channel_kind=channel.kind,
        channel=channel.pk,
        public=ticket.reach is not None,
        stage=who.stage,
        tier=who.tier,
        high_value=who.high_value,
        restricted=ticket.team_id in restricted,
        area=ticket.area or who.area,
        loss_claimed=ticket.loss_amount is not None,
        written=ticket.written_at is not None,
    )


def _rows(kinds: Mapping[Kind, RuleSnapshot], ladders: Ladders) -> dict[Kind, Terms]:
    """The terms of each kind of snapshot, written where they are new."""
    if not kinds:
        return {}
    codes = {target.calendar for each in kinds.values() for target in _targets(each)}
    versions = {code: version.pk for code, version in calendars.in_force(codes).items()}
    asked = {kind: _terms(each, versions, ladders.get(each.ladder, [])) for kind, each in kinds.items()}
    digests = [each.digest for each in asked.values()]
    found = {row.digest: row for row in Terms.objects.filter(digest__in=digests)}
    if missing := [each for each in asked.values() if each.digest not in found]:
        Terms.objects.bulk_create(missing, ignore_conflicts=True)  # another worker may have met the same
        found = {row.digest: row for row in Terms.objects.filter(digest__in=digests)}
    return {kind: found[each.digest] for kind, each in asked.items()}


def _terms(snapshot: RuleSnapshot, versions: Mapping[str, int], steps: list[dict[str, object]]) -> Terms:
    used = {target.calendar for target in _targets(snapshot) if target.unit != CALENDAR}
    calendars_used = {code: versions[code] for code in used if code in versions}
    row = Terms(snapshot=snapshot.as_json(), calendars=calendars_used, steps=steps)
    written = json.dumps([row.snapshot, row.calendars, *([row.steps] if steps else [])], sort_keys=True)
    row.digest = hashlib.sha256(written.encode()).hexdigest()
    return row


def _targets(snapshot: RuleSnapshot) -> Iterator[Target]:
    yield from snapshot.targets.values()
    for legal in snapshot.legal:
        yield from legal.targets.values()
