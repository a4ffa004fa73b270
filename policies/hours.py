"""When a calendar is open: weekly hours and special dates of one zone, compiled year by year.

Pure: no database, no clock. A calendar is open at a moment when the moment's local time lies in one of the slots of its
local day, and nothing else; so an hour that a clock change skips is not worked and one that it repeats is worked twice.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from functools import cache
from zoneinfo import ZoneInfo

Slot = tuple[int, int]  # minutes of the local day: opens, closes; 1440 is midnight at its end
DAY_MINUTES = 1440
ALL_DAY: tuple[Slot, ...] = ((0, DAY_MINUTES),)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
TICK = timedelta(microseconds=1)
MINUTE = 60_000_000


class Reason(StrEnum):
    """Why a day is as it is."""

    USUAL = "usual"
    CLOSED_WEEKDAY = "closed_weekday"
    HOLIDAY = "holiday"
    JOINT_LEAVE = "joint_leave"
    EXCEPTION = "exception"


@dataclass(frozen=True, slots=True)
class Day:
    """The hours of one date, in order and without overlap; none on a closed day."""

    slots: tuple[Slot, ...]
    reason: Reason = Reason.USUAL
    name_id: str = ""
    name_en: str = ""

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en


@cache
def usual(slots: tuple[Slot, ...]) -> Day:
    """A day like every other of its weekday."""
    return Day(slots, Reason.USUAL if slots else Reason.CLOSED_WEEKDAY)


def nothing_special(_year: int) -> Mapping[date, Day]:
    return {}


class Year:
    """All the open stretches of one local year, with running totals; moments are microseconds since 1970."""

    def __init__(self, hours: "Hours", number: int) -> None:
        self.starts: list[int] = []
        self.ends: list[int] = []
        self.dates: list[int] = []  # of the days that have hours, as ordinals
        self.closes: list[int] = []  # when each of them closes
        for first, last, offset in _offsets(hours.zone, number):
            self._fill(hours, first, last, offset)
        self.before = [0]
        for start, end in zip(self.starts, self.ends, strict=True):
            self.before.append(self.before[-1] + end - start)

    @property
    def total(self) -> int:
        return self.before[-1]

    def _fill(self, hours: "Hours", first: int, last: int, offset: int) -> None:
        """The stretches between two moments that have the same distance to UTC."""
        epoch_day = date(1970, 1, 1).toordinal()
        for ordinal in range(
            (first + offset) // (DAY_MINUTES * MINUTE), (last - 1 + offset) // (DAY_MINUTES * MINUTE) + 1
        ):
            midnight = ordinal * DAY_MINUTES * MINUTE - offset
            for opens, closes in hours.day(date.fromordinal(ordinal + epoch_day)).slots:
                start, end = max(midnight + opens * MINUTE, first), min(midnight + closes * MINUTE, last)
                if start < end:
                    self._open(start, end, ordinal + epoch_day)

    def _open(self, start: int, end: int, ordinal: int) -> None:
        if self.ends and self.ends[-1] == start:
            self.ends[-1] = end
        else:
            self.starts.append(start)
            self.ends.append(end)
        if self.dates and self.dates[-1] == ordinal:
            self.closes[-1] = end
        else:
            self.dates.append(ordinal)
            self.closes.append(end)

    def worked_until(self, moment: int) -> int:
        """The working time of this year before a moment."""
        place = bisect_right(self.starts, moment)
        return self.before[place] - max(0, self.ends[place - 1] - moment) if place else 0

    def when(self, worked: int) -> int:
        """The first moment at which so much of this year's working time is over; 0 < worked <= total."""
        place = bisect_left(self.before, worked) - 1
        return self.starts[place] + worked - self.before[place]


@dataclass(frozen=True)
class Hours:
    """A calendar ready to count with. week: slots from Monday on; special: the dates of a year unlike their weekday.

    Years are compiled when they are first needed and kept, so keep the value too.
    """

    zone: ZoneInfo
    week: tuple[tuple[Slot, ...], ...]
    special: Callable[[int], Mapping[date, Day]] = nothing_special
    _years: dict[int, Year] = field(default_factory=dict, compare=False, repr=False)

    def day(self, on: date) -> Day:
        return self.special(on.year).get(on) or usual(self.week[on.weekday()])

    def year(self, number: int) -> Year:
        known = self._years.get(number)
        if known is None:
            known = self._years[number] = Year(self, number)
        return known

    def local(self, at: datetime) -> datetime:
        return at.astimezone(self.zone)


def always(zone: ZoneInfo) -> Hours:
    """Round the clock, every day."""
    return Hours(zone, (ALL_DAY,) * 7)


def _offsets(zone: ZoneInfo, year: int) -> list[tuple[int, int, int]]:
    """A local year in pieces of one distance to UTC each: first moment, last moment, distance."""
    return _pieces(zone, datetime(year, 1, 1, tzinfo=zone), datetime(year + 1, 1, 1, tzinfo=zone))


def offsets_of_day(zone: ZoneInfo, on: date) -> list[tuple[int, int, int]]:
    midnight = datetime(on.year, on.month, on.day, tzinfo=zone)
    return _pieces(zone, midnight, midnight + timedelta(days=1))


def _pieces(zone: ZoneInfo, start: datetime, end: datetime) -> list[tuple[int, int, int]]:
    first, last = start.astimezone(UTC), end.astimezone(UTC)
    pieces: list[tuple[int, int, int]] = []
    begin = at = first
    while at < last:
        following = min(at + timedelta(days=1), last)
        if _offset(zone, following) != _offset(zone, at):
            change = _change(zone, at, following)
            pieces.append((ticks(begin), ticks(change), _offset(zone, at)))
            begin = change
        at = following
    if begin < last:
        pieces.append((ticks(begin), ticks(last), _offset(zone, begin)))
    return pieces


def _change(zone: ZoneInfo, before: datetime, after: datetime) -> datetime:
    """The second at which the clock is changed, by halving."""
    low, high = 0, int((after - before).total_seconds())
    while high - low > 1:
        middle = (low + high) // 2
        if _offset(zone, before + timedelta(seconds=middle)) == _offset(zone, before):
            low = middle
        else:
            high = middle
    return before + timedelta(seconds=high)


def _offset(zone: ZoneInfo, at: datetime) -> int:
    offset = at.astimezone(zone).utcoffset()
    return (offset or timedelta()) // TICK


def ticks(at: datetime) -> int:
    return (at - EPOCH) // TICK


def moment_of(ticks: int) -> datetime:
    return EPOCH + ticks * TICK
