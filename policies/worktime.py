"""Working time: when an amount of it is over, and how much of it lies between two moments. Pure, as policies.hours."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator
from datetime import datetime, timedelta

from core.errors import DomainError
from policies.hours import TICK, Hours, moment_of, ticks

MOST_YEARS = 30


class NeverOpen(DomainError):
    """The calendar has no working time within thirty years, so nothing can ever be due."""

    code = "never_open"


def is_open(hours: Hours, at: datetime) -> bool:
    local = hours.local(at)
    minute = local.hour * 60 + local.minute
    return any(opens <= minute < closes for opens, closes in hours.day(local.date()).slots)


def add(hours: Hours, start: datetime, amount: timedelta) -> datetime:
    """The first moment by which `amount` of working time has passed since `start`; `start` itself for none.

    Time that runs out as the day closes is over then, not on the next morning.
    Raises NeverOpen where the calendar does not have so much time within thirty years, ValueError below zero.
    """
    if amount < timedelta():
        raise ValueError("An amount of working time is not negative.")
    if not amount:
        return start
    moment, left = ticks(start), amount // TICK
    first = hours.local(start).year
    left += hours.year(first).worked_until(moment)
    for number in range(first, first + MOST_YEARS):
        year = hours.year(number)
        if left <= year.total:
            return moment_of(year.when(left))
        left -= year.total
    raise _never(hours)


def between(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """The working time from `start` to `end`; negative where `end` lies before."""
    if end < start:
        return -between(hours, end, start)
    first, last = hours.local(start).year, hours.local(end).year
    worked = hours.year(last).worked_until(ticks(end)) - hours.year(first).worked_until(ticks(start))
    return (worked + sum(hours.year(number).total for number in range(first, last))) * TICK


def next_open(hours: Hours, at: datetime) -> datetime:
    """`at` itself where the calendar is open, else the moment at which it opens next. Raises NeverOpen."""
    moment, first = ticks(at), hours.local(at).year
    for number in range(first, first + MOST_YEARS):
        year = hours.year(number)
        place = bisect_right(year.ends, moment)
        if place < len(year.ends):
            return moment_of(max(moment, year.starts[place]))
    raise _never(hours)


def working_days_end(hours: Hours, start: datetime, days: int, *, late_is_next_day: bool = False) -> datetime:
    """When the n-th working day closes; the day of `start` is day 0, whether it is a working day or not.

    late_is_next_day: what begins after the day has closed, or on a day without hours, begins on the next working day.
    No days: the first close from `start` on. Raises NeverOpen.
    """
    return moment_of(list(closes_of(hours, start, days, late_is_next_day=late_is_next_day))[-1][1])


def closes_of(hours: Hours, start: datetime, days: int, *, late_is_next_day: bool) -> Iterator[tuple[int, int]]:
    """The date (as ordinal) and close of each working day that counts; of day 0 only where it alone is asked for."""
    local, moment = hours.local(start), ticks(start)
    today = local.date().toordinal()
    first = hours.year(local.year)
    place = bisect_left(first.dates, today)
    works = place < len(first.dates) and first.dates[place] == today
    gone = not works or first.closes[place] <= moment
    skip = 1 if gone and late_is_next_day and days else 0
    place += works and bool(days or gone)
    wanted, number = max(days, 1) + skip, local.year
    while number < local.year + MOST_YEARS:
        year = hours.year(number)
        for ordinal, close in zip(year.dates[place:], year.closes[place:], strict=True):
            wanted -= 1
            skip -= 1
            if skip < 0:
                yield ordinal, close
            if not wanted:
                return
        number, place = number + 1, 0
    raise _never(hours)


def _never(hours: Hours) -> NeverOpen:
    return NeverOpen(f"This calendar ({hours.zone.key}) has not so much working time within {MOST_YEARS} years.")
