"""When a stretch of a clock is due, how much is left while it stands still, and the sum behind it. Pure."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from policies.hours import Hours
from policies.targets import CALENDAR, DAYS
from policies.worksums import Line, explain_days, lines_between
from policies.worktime import add, between, working_days_end
from tickets.spans import Span

RUNNING, PAUSED, MET, MISSED = "running", "paused", "met", "missed"
SOON, URGENT = 0.75, 0.9
LAST_MINUTES, OF_AT_LEAST = timedelta(minutes=30), timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Allowed:
    """What a clock is measured by. hours: of its calendar; those of the wall clock where the unit is CALENDAR."""

    amount: int
    unit: str
    hours: Hours
    late_is_next_day: bool = False

    def first_due(self, start: datetime) -> datetime:
        """When it is due if nothing stops it."""
        if self.unit == DAYS:
            return working_days_end(self.hours, start, self.amount, late_is_next_day=self.late_is_next_day)
        if self.unit == CALENDAR:
            return start + timedelta(minutes=self.amount)
        return add(self.hours, start, timedelta(minutes=self.amount))

    def total(self, start: datetime, due: datetime) -> timedelta:
        """The working time from a beginning to its first due: what is allowed, where that is not counted in days."""
        return between(self.hours, start, due) if self.unit == DAYS else timedelta(minutes=self.amount)

    def when_used(self, stretch: "Stretch", used: timedelta) -> datetime:
        """When so much of a clock's time will have been used, or has been; never before the stretch began."""
        return add(self.hours, stretch.begins, max(used - stretch.used, timedelta()))


@dataclass(frozen=True, slots=True)
class Reading:
    """What a clock shows. due_at: None while it stands still; else when it is, or was, due.

    warn_at, urgent_at: when three quarters and nine tenths of its time are over, or half an hour is left of four hours
    or more. missed_at: when its time ran out before the goal was met, even where it was met later. total: how long it
    may take. running: its last stretch, None while it stands still. met: its goal was met.
    """

    state: str
    due_at: datetime | None
    time_left: timedelta | None = None
    warn_at: datetime | None = None
    urgent_at: datetime | None = None
    missed_at: datetime | None = None
    paused_for: timedelta = timedelta()
    total: timedelta = timedelta()
    running: "Stretch | None" = None
    met: bool = False


@dataclass(frozen=True, slots=True)
class Stretch:
    """A piece of a clock's life: running with so much used before, or standing still."""

    begins: datetime
    ends: datetime | None
    due: datetime
    used: timedelta
    still: bool = False


def stretches(span: Span, allowed: Allowed) -> Iterator[Stretch]:
    """The life of a clock up to its last pause or for ever; nothing stops a clock that is already due."""
    begins, due = span.started_at, allowed.first_due(span.started_at)
    total, used = allowed.total(begins, due), timedelta()
    for pause, resumed in span.pauses:
        if due <= pause:
            break
        yield Stretch(begins, pause, due, used)
        used += between(allowed.hours, begins, pause)
        yield Stretch(pause, resumed, due, used, still=True)
        if resumed is None:
            return
        begins, due = resumed, add(allowed.hours, resumed, total - used)
    yield Stretch(begins, None, due, used)


def read(span: Span, allowed: Allowed, *, now: datetime) -> Reading:
    """What the clock shows at that moment."""
    life = list(stretches(span, allowed))
    last = life[-1]
    total = allowed.total(span.started_at, life[0].due)
    paused_for = sum((each.ends - each.begins for each in life if each.still and each.ends), timedelta())
    if last.still and span.met_at is None:
        return Reading(PAUSED, None, time_left=total - last.used, paused_for=paused_for, total=total)
    missed = last.due if last.due <= (span.met_at or now) and not last.still else None
    warn, urgent = _warnings(last, total, allowed)
    met = span.met_at is not None
    state = MISSED if missed else MET if met else RUNNING
    running = None if last.still else last
    return Reading(state, last.due, None, warn, urgent, missed, paused_for, total, running, met)


def _warnings(stretch: Stretch, total: timedelta, allowed: Allowed) -> tuple[datetime, datetime]:
    nine_tenths = total * URGENT
    if total >= OF_AT_LEAST:
        nine_tenths = min(nine_tenths, total - LAST_MINUTES)
    return allowed.when_used(stretch, total * SOON), allowed.when_used(stretch, nine_tenths)


@dataclass(frozen=True, slots=True)
class Step:
    """One line of an explanation: a day of the sum, or (line None) a time in which the clock stood still."""

    begins: datetime
    ends: datetime | None
    line: Line | None = None


def explain(span: Span, allowed: Allowed) -> list[Step]:
    """The sum of a clock line by line, with the times it stood still."""
    found: list[Step] = []
    for stretch in stretches(span, allowed):
        if stretch.still:
            found.append(Step(stretch.begins, stretch.ends))
        elif allowed.unit == DAYS and stretch.begins == span.started_at:
            lines = explain_days(
                allowed.hours, stretch.begins, allowed.amount, late_is_next_day=allowed.late_is_next_day
            )
            found.extend(Step(line.opens, line.closes, line) for line in lines)
        else:
            ends = stretch.due if stretch.ends is None else min(stretch.ends, stretch.due)
            lines = lines_between(allowed.hours, stretch.begins, ends, so_far=stretch.used)
            found.extend(Step(line.opens, line.closes, line) for line in lines)
    return found
