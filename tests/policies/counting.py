"""Calendars of the tests, ready to count with, and the counting by hand that they are held against."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from policies import holiday_dates
from policies.hours import Day, Hours, Reason, Slot

JAKARTA, BERLIN = ZoneInfo("Asia/Jakarta"), ZoneInfo("Europe/Berlin")
OFFICE = ((480, 1020),)
WEEKDAYS = (OFFICE,) * 5 + ((), ())
B = Hours(JAKARTA, WEEKDAYS, holiday_dates.of_year)
MINUTE = timedelta(minutes=1)


def with_days(zone: ZoneInfo, week: tuple[tuple[Slot, ...], ...], days: dict[date, Day] | None = None) -> Hours:
    """Hours with these special dates and no other."""
    known = days or {}
    return Hours(zone, week, lambda year: {on: day for on, day in known.items() if on.year == year})


def closed(name: str = "") -> Day:
    return Day((), Reason.EXCEPTION, name, name)


def open_by_hand(hours: Hours, at: datetime) -> bool:
    local = at.astimezone(hours.zone)
    return any(opens <= local.hour * 60 + local.minute < closes for opens, closes in hours.day(local.date()).slots)


def between_by_hand(hours: Hours, start: datetime, end: datetime) -> timedelta:
    """Minute after minute; start and end on whole minutes."""
    worked, at = timedelta(), start
    while at < end:
        worked += MINUTE if open_by_hand(hours, at) else timedelta()
        at += MINUTE
    return worked


def add_by_hand(hours: Hours, start: datetime, minutes: int) -> datetime:
    at = start
    while minutes:
        minutes -= open_by_hand(hours, at)
        at += MINUTE
    return at


def utc(words: str) -> datetime:
    return datetime.fromisoformat(words).replace(tzinfo=UTC)
