"""How long something may take: a number with its unit and calendar, and how it is kept in JSON."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

GOALS = ("first_response", "next_response", "update", "resolution")
WORKING, CALENDAR, DAYS = "working", "calendar", "days"
UNITS = (WORKING, CALENDAR, DAYS)
ROUND_THE_CLOCK = "X"  # round the clock: what holds where nobody has chosen a calendar
MINUTES_OF_A_DAY = 540  # a working day of nine hours, where only a comparison is asked for


@dataclass(frozen=True, slots=True)
class Target:
    """How long something may take.

    amount: minutes, or days where unit is DAYS. unit: WORKING minutes of the calendar, CALENDAR minutes of the wall
    clock, or working DAYS of the calendar. calendar: a calendar's code.
    """

    amount: int
    unit: str = WORKING
    calendar: str = "B"

    @property
    def minutes(self) -> int:
        """For comparing targets of different units with each other."""
        return self.amount * MINUTES_OF_A_DAY if self.unit == DAYS else self.amount

    def share(self, percent: int) -> "Target":
        """That part of it, at least one minute or day."""
        return Target(max(1, -(-self.amount * percent // 100)), self.unit, self.calendar)


Targets = Mapping[str, Target]


def targets_of(stored: Mapping[str, Any]) -> dict[str, Target]:
    """Targets as they are written in JSON: goal -> amount, unit, calendar."""
    return {goal: Target(each["amount"], each["unit"], each["calendar"]) for goal, each in stored.items()}


def target_json(target: Target) -> dict[str, Any]:
    return {"amount": target.amount, "unit": target.unit, "calendar": target.calendar}


def targets_json(targets: Targets) -> dict[str, Any]:
    return {goal: target_json(target) for goal, target in targets.items()}
