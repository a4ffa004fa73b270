"""What would hold for a ticket that comes in at some moment: the rule, and when each clock would run out. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from policies.due import due
from policies.hours import Hours
from policies.matching import RuleSet, TicketFacts, match
from policies.snapshots import LegalSnapshot, RuleSnapshot
from policies.targets import CALENDAR, GOALS, ROUND_THE_CLOCK, Target

SERVICE = "service"
FIRST, NEXT = "first_response", "next_response"
MESSAGE, DOCUMENTS = "message", "documents"  # what a clock waits for that would not begin at once


@dataclass(frozen=True, slots=True)
class Coming:
    """When a ticket comes in. documents_at: when all documents are in. occurred_at: when it happened. None: unknown."""

    received_at: datetime
    documents_at: datetime | None = None
    occurred_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. basis: service, or the code of a legal pack. due_at: None where its calendar does not exist, or while
    it waits_for something: the customer's next message, or the documents.
    """

    goal: str
    basis: str
    target: Target
    due_at: datetime | None
    waits_for: str = ""


@dataclass(frozen=True, slots=True)
class Simulation:
    snapshot: RuleSnapshot
    clocks: list[Clock]


def simulate(facts: TicketFacts, coming: Coming, rules: RuleSet, hours: Mapping[str, Hours]) -> Simulation:
    """hours: the calendars there are, by code. The clocks are those that such a ticket gets; tests hold them equal."""
    snapshot = match(facts, rules)
    clocks = sorted(_clocks(snapshot, coming, hours), key=lambda clock: GOALS.index(clock.goal))
    return Simulation(snapshot, clocks)


def _clocks(snapshot: RuleSnapshot, coming: Coming, hours: Mapping[str, Hours]) -> Iterator[Clock]:
    for goal, target in snapshot.targets.items():
        yield _clock(goal, target, coming, hours)
    for legal in snapshot.legal:
        for goal, target in legal.targets.items():
            yield _clock(goal, target, coming, hours, legal)


def _clock(
    goal: str, target: Target, coming: Coming, hours: Mapping[str, Hours], legal: LegalSnapshot | None = None
) -> Clock:
    basis = legal.pack if legal else SERVICE
    waits_for = _waits_for(goal, coming, legal)
    starts = _starts(goal, target, coming, hours, legal) if legal else coming.received_at
    return Clock(goal, basis, target, None if waits_for else _due(target, starts, hours, legal), waits_for)


def _waits_for(goal: str, coming: Coming, legal: LegalSnapshot | None) -> str:
    if goal == NEXT:
        return MESSAGE
    wanting = legal is not None and _after_documents(goal, legal) and coming.documents_at is None
    return DOCUMENTS if wanting else ""


def _after_documents(goal: str, legal: LegalSnapshot) -> bool:
    return legal.from_documents and goal != FIRST


def _starts(goal: str, target: Target, coming: Coming, hours: Mapping[str, Hours], legal: LegalSnapshot) -> datetime:
    """As tickets.papers and tickets.services.clocks.deadlines have it."""
    received, occurred = coming.received_at, coming.occurred_at
    if coming.documents_at and _after_documents(goal, legal):
        return max(received, coming.documents_at)
    if legal.from_occurrence and occurred and occurred < received:
        over = _due(target, occurred, hours, legal)
        return occurred if over and over > received else received
    return received


def _due(
    target: Target, at: datetime, hours: Mapping[str, Hours], legal: LegalSnapshot | None = None
) -> datetime | None:
    counted = hours.get(target.calendar) or (hours.get(ROUND_THE_CLOCK) if target.unit == CALENDAR else None)
    late_is_next_day = legal is not None and legal.next_day_after_hours
    return due(target, at, counted, next_day_after_hours=late_is_next_day) if counted else None
