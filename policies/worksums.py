"""The sum behind a due date, line by line, for whoever wants to check it by hand. Pure, as policies.hours."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policies.hours import DAY_MINUTES, MINUTE, Day, Hours, moment_of, offsets_of_day, ticks
from policies.worktime import add, closes_of


@dataclass(frozen=True, slots=True)
class Line:
    """One step of a sum: a stretch that counts, a day that does not, or a working day with its number.

    opens, closes: the part of the day that counts, aware UTC; the same moment where nothing does.
    total: what has been counted up to the end of this line. number: of the working day, day 0 being the first.
    """

    date: date
    day: Day
    opens: datetime
    closes: datetime
    counted: timedelta
    total: timedelta
    number: int | None = None


def explain(hours: Hours, start: datetime, amount: timedelta) -> list[Line]:
    """How `add` comes to its answer: every stretch that counts, every day that does not."""
    return lines_between(hours, start, add(hours, start, amount))


def lines_between(hours: Hours, start: datetime, end: datetime, *, so_far: timedelta = timedelta()) -> list[Line]:
    """How `between` comes to its answer. so_far: what was counted before."""
    found: list[Line] = []
    on, last = hours.local(start).date(), hours.local(end).date()
    total = so_far
    while on <= last:
        day = hours.day(on)
        stretches = list(_stretches(hours, on, start, end))
        for opens, closes in stretches:
            total += closes - opens
            found.append(Line(on, day, opens, closes, closes - opens, total))
        if not stretches and (not day.slots or on not in (hours.local(start).date(), last)):
            found.append(Line(on, day, start, start, timedelta(), total))
        on += timedelta(days=1)
    return found


def _stretches(hours: Hours, on: date, start: datetime, end: datetime) -> Iterator[tuple[datetime, datetime]]:
    """What of one day's slots lies between two moments."""
    for opens, closes in hours.day(on).slots:
        for first, last, offset in offsets_of_day(hours.zone, on):
            midnight = (on - date(1970, 1, 1)).days * DAY_MINUTES * MINUTE - offset
            begins = max(midnight + opens * MINUTE, first, ticks(start))
            ends = min(midnight + closes * MINUTE, last, ticks(end))
            if begins < ends:
                yield moment_of(begins), moment_of(ends)


def explain_days(hours: Hours, start: datetime, days: int, *, late_is_next_day: bool = False) -> list[Line]:
    """How `working_days_end` comes to its answer: day 0, then every day, numbered where it counts."""
    numbers = {
        ordinal: (number, moment_of(close))
        for number, (ordinal, close) in enumerate(
            closes_of(hours, start, days, late_is_next_day=late_is_next_day), start=min(days, 1)
        )
    }
    first = hours.local(start).date()
    found = []
    for ordinal in range(first.toordinal(), max(numbers) + 1):
        on = date.fromordinal(ordinal)
        number, close = numbers.get(ordinal, (0 if on == first else None, start))
        found.append(Line(on, hours.day(on), close, close, timedelta(), timedelta(), number))
    return found
