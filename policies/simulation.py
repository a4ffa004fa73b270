"""What would hold for a ticket that comes in at some moment: the rule, and when each clock would run out. Pure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from policies.due import due
from policies.hours import Hours
from policies.matching import RuleSet, RuleSnapshot, TicketFacts, match
from policies.targets import CALENDAR, GOALS, ROUND_THE_CLOCK, Target

SERVICE = "service"


@dataclass(frozen=True, slots=True)
class Clock:
    """One clock. basis: service, or the code of a legal pack. due_at: None where its calendar does not exist."""

    goal: str
    basis: str
    target: Target
    due_at: datetime | None


@dataclass(frozen=True, slots=True)
class Simulation:
    snapshot: RuleSnapshot
    clocks: list[Clock]

    def earliest(self, goal: str) -> Clock | None:
        """The clock of a goal that runs out first, of our own and the law's."""
        dated = [(clock.due_at, clock) for clock in self.clocks if clock.goal == goal and clock.due_at]
        return min(dated, key=lambda each: each[0])[1] if dated else None


def simulate(facts: TicketFacts, received_at: datetime, rules: RuleSet, hours: Mapping[str, Hours]) -> Simulation:
    """hours: the calendars there are, by code. Legal clocks are counted from receipt, whatever starts them in truth."""
    snapshot = match(facts, rules)
    clocks = sorted(_clocks(snapshot, received_at, hours), key=lambda clock: GOALS.index(clock.goal))
    return Simulation(snapshot, clocks)


def _clocks(snapshot: RuleSnapshot, at: datetime, hours: Mapping[str, Hours]) -> Iterator[Clock]:
    for goal, target in snapshot.targets.items():
        yield Clock(goal, SERVICE, target, _due(target, at, hours))
    for legal in snapshot.legal:
        for goal, target in legal.targets.items():
            late = legal.next_day_after_hours
            yield Clock(goal, legal.pack, target, _due(target, at, hours, late_is_next_day=late))


def _due(
    target: Target, at: datetime, hours: Mapping[str, Hours], *, late_is_next_day: bool = False
) -> datetime | None:
    counted = hours.get(target.calendar) or (hours.get(ROUND_THE_CLOCK) if target.unit == CALENDAR else None)
    return due(target, at, counted, next_day_after_hours=late_is_next_day) if counted else None
