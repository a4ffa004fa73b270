"""When something must happen on a clock: the steps of its ladder, and the moment its time runs out. Pure."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from tickets.clocks import Allowed, Reading

MISSED = "missed"  # beside the steps of the ladder: the moment at which the time runs out


@dataclass(frozen=True, slots=True)
class Step:
    """One step of a ladder, as it was when the ticket got its rules. key: ladder and number, once per deadline."""

    key: str
    level: int
    actions: tuple[str, ...]
    at_percent: int | None = None
    after_minutes: int | None = None
    team: int | None = None
    deputies: bool = True
    ask_minutes: int = 30
    note_id: str = ""
    note_en: str = ""

    @classmethod
    def of(cls, ladder: str, stored: Mapping[str, Any]) -> "Step":
        """stored: as a publication keeps it; what was kept before steps had numbers is known by its place."""
        fields = {name: value for name, value in stored.items() if name not in ("position", "number", "actions")}
        number = stored.get("number", stored["position"])
        return cls(key=f"{ladder}/{number}", actions=tuple(stored["actions"]), **fields)

    def after(self, total: timedelta) -> timedelta:
        """How much of a clock's time, which is so long in total, has been used when it is due."""
        return timedelta(minutes=self.after_minutes or 0) if self.at_percent is None else total * self.at_percent / 100


@dataclass(frozen=True, slots=True)
class Due:
    """Something whose moment has come: a step, or (None) that the time has run out."""

    at: datetime
    step: Step | None = None

    @property
    def key(self) -> str:
        return self.step.key if self.step else MISSED


def moments(steps: Iterable[Step], reading: Reading, allowed: Allowed, taken: Collection[str]) -> Iterator[Due]:
    """What is still to happen on a clock, and when. Nothing while it stands still; no step once its goal is met."""
    if MISSED not in taken and (missed := reading.missed_at or (None if reading.met else reading.due_at)):
        yield Due(missed)
    running = reading.running
    if reading.met or running is None:
        return
    for step in steps:
        if step.key not in taken:
            yield Due(allowed.when_used(running, step.after(reading.total)), step)


def next_moment(steps: Iterable[Step], reading: Reading, allowed: Allowed, taken: Collection[str]) -> datetime | None:
    """When the clock must be looked at again; one sum whatever the number of steps."""
    soonest = min(
        (step for step in steps if step.key not in taken), key=lambda step: step.after(reading.total), default=None
    )
    return min((due.at for due in moments([soonest] if soonest else [], reading, allowed, taken)), default=None)
