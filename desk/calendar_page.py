"""Calendars as the desk shows them: a line each, and a month with the reason of every closed day."""

import re
from calendar import Calendar as Weeks
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.utils import translation
from django.utils.dates import WEEKDAYS_ABBR
from django.utils.translation import gettext as _

from policies import slot_words
from policies.calendar_spec import CalendarSpec, Effect, SpecialDays
from policies.hours import Day, Hours, Reason
from policies.models import CalendarVersion
from policies.worktime import is_open, next_open


@dataclass(frozen=True, slots=True)
class CalendarLine:
    """One calendar of the list. opens_at: when it opens next, None while it is open."""

    version: CalendarVersion
    hours: list[str]
    opens_at: datetime | None


@dataclass(frozen=True, slots=True)
class MonthDay:
    """A day of the month view. why: its reason in words, empty on a day like all others."""

    date: date
    inside: bool
    today: bool
    hours: str
    why: str
    special: bool


@dataclass(frozen=True, slots=True)
class Month:
    first: date
    weeks: list[list[MonthDay]]
    previous: str
    next: str

    @property
    def notes(self) -> list[MonthDay]:
        """Its days that differ from their weekday."""
        return [day for week in self.weeks for day in week if day.inside and day.special]


def line(version: CalendarVersion, *, now: datetime) -> CalendarLine:
    hours = version.hours
    opens_at = None if is_open(hours, now) else next_open(hours, now)
    return CalendarLine(version, week_words(version.spec), opens_at)


def week_words(spec: CalendarSpec) -> list[str]:
    """The week in short: days in a row with the same hours are said together."""
    if spec.always:
        return [_("round the clock, every day")]
    runs: list[tuple[int, int, str]] = []
    for number, slots in enumerate(spec.week):
        said = slot_words.write(slots)
        if runs and runs[-1][2] == said:
            runs[-1] = (runs[-1][0], number, said)
        else:
            runs.append((number, number, said))
    return [f"{_days(first, last)} {said}" for first, last, said in runs if said]


def _days(first: int, last: int) -> str:
    names = [str(WEEKDAYS_ABBR[number]) for number in (first, last)]
    return names[0] if first == last else "–".join(names)


def month_of(hours: Hours, asked: str, *, now: datetime) -> Month:
    """The month of an address such as 2026-03; this month where nothing of the kind is asked for."""
    today = hours.local(now).date()
    known = re.fullmatch(r"(20\d\d)-(0[1-9]|1[0-2])", asked)
    first = date(int(known[1]), int(known[2]), 1) if known else today.replace(day=1)
    weeks = [
        [_month_day(hours, on, month=first.month, today=today) for on in week]
        for week in Weeks().monthdatescalendar(first.year, first.month)
    ]
    previous, following = first - timedelta(days=1), (first + timedelta(days=31)).replace(day=1)
    return Month(first, weeks, f"{previous:%Y-%m}", f"{following:%Y-%m}")


def _month_day(hours: Hours, on: date, *, month: int, today: date) -> MonthDay:
    day = hours.day(on)
    return MonthDay(
        on,
        inside=on.month == month,
        today=on == today,
        hours=slot_words.write(day.slots),
        why=reason_words(day),
        special=day.reason not in (Reason.USUAL, Reason.CLOSED_WEEKDAY),
    )


def reason_words(day: Day) -> str:
    """Why a day is as it is, in the language of the page."""
    name = day.name_in(translation.get_language() or "")
    if day.reason == Reason.CLOSED_WEEKDAY:
        return _("closed")
    if day.reason == Reason.EXCEPTION:
        return name or _("special day")
    return name


def effect_words(special: SpecialDays) -> str:
    """What special days do, in a few words."""
    if special.effect == Effect.CLOSED:
        return _("closed")
    if special.effect == Effect.USUAL:
        return _("open as usual")
    return slot_words.write(special.slots)
