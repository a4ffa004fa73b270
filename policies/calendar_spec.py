"""What a calendar says, as plain values: weekly hours, holidays or not, and days that differ. Knows no database."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from functools import cache, lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from policies import holiday_dates
from policies.hours import ALL_DAY, Day, Hours, Reason, Slot, usual

Slots = tuple[Slot, ...]
JAKARTA = "Asia/Jakarta"


class Effect(StrEnum):
    """What special days do. HOURS changes days that are open anyway, as in Ramadan; EXTRA opens any day.

    USUAL: the weekly hours hold although it is a holiday.
    """

    CLOSED = "closed"
    HOURS = "hours"
    EXTRA = "extra"
    USUAL = "usual"


@dataclass(frozen=True, slots=True)
class SpecialDays:
    """One day or several in a row that differ. Where two say something of a day, the shorter stretch wins."""

    first: date
    last: date
    effect: Effect = Effect.CLOSED
    slots: Slots = ()
    name_id: str = ""
    name_en: str = ""

    @property
    def length(self) -> int:
        return (self.last - self.first).days + 1

    def dates(self, year: int) -> Iterator[date]:
        """Those of its dates that lie in the year."""
        on, last = max(self.first, date(year, 1, 1)), min(self.last, date(year, 12, 31))
        while on <= last:
            yield on
            on += timedelta(days=1)

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en

    def as_json(self) -> dict[str, Any]:
        return {
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "effect": self.effect.value,
            "slots": [list(slot) for slot in self.slots],
            "name_id": self.name_id,
            "name_en": self.name_en,
        }

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "SpecialDays":
        return cls(
            date.fromisoformat(stored["first"]),
            date.fromisoformat(stored["last"]),
            Effect(stored["effect"]),
            slots_of(stored["slots"]),
            stored["name_id"],
            stored["name_en"],
        )


@dataclass(frozen=True, slots=True)
class CalendarSpec:
    """A calendar. week: slots from Monday on. holidays: national ones are closed; joint_leave: cuti bersama too."""

    zone: str
    week: tuple[Slots, ...]
    holidays: bool = False
    joint_leave: bool = False
    special: tuple[SpecialDays, ...] = ()

    @property
    def always(self) -> bool:
        """Open round the clock on every day."""
        return self.week == (ALL_DAY,) * 7 and not self.holidays and not self.special

    def of_year(self, year: int) -> dict[date, Day]:
        """The dates that differ from their weekday."""
        found = self._holidays(year)
        for each in sorted(self.special, key=lambda special: -special.length):
            for on in each.dates(year):
                found[on] = self._day(on, found, each)
        return found

    def _holidays(self, year: int) -> dict[date, Day]:
        if not self.holidays:
            return {}
        known = holiday_dates.of_year(year)
        return {on: day for on, day in known.items() if self.joint_leave or day.reason != Reason.JOINT_LEAVE}

    def _day(self, on: date, found: Mapping[date, Day], special: SpecialDays) -> Day:
        week = self.week[on.weekday()]
        if special.effect == Effect.HOURS:
            before = found.get(on, usual(week))
            if not before.slots:
                return before
        slots = {Effect.CLOSED: (), Effect.USUAL: week}.get(special.effect, special.slots)
        return Day(slots, Reason.EXCEPTION, special.name_id, special.name_en)


def slots_of(stored: Any) -> Slots:
    """Slots as they are written in JSON: a list of pairs of minutes."""
    return tuple((int(opens), int(closes)) for opens, closes in stored)


@lru_cache(maxsize=200)
def compiled(spec: CalendarSpec) -> Hours:
    """Ready to count with, and kept: the same calendar is compiled once in a process."""
    return Hours(ZoneInfo(spec.zone), spec.week, cache(spec.of_year))


ROUND_THE_CLOCK = CalendarSpec(JAKARTA, (ALL_DAY,) * 7)
