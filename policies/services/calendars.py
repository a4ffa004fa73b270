"""Calendars: made and changed by administrators, each change a version of its own; looked up by their codes."""

import re
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import SYSTEM, Actor, Role
from core.errors import Conflict, Invalid, NotAllowed
from core.history import by
from policies import slot_words
from policies.calendar_spec import JAKARTA, ROUND_THE_CLOCK, CalendarSpec, Effect, SpecialDays, compiled
from policies.models import Calendar, CalendarVersion
from policies.worktime import NeverOpen, next_open

OFFICE, LONG = ((480, 1020),), ((480, 1260),)
FIRST_YEAR, LAST_YEAR, LONGEST = 2000, 2100, 366
MOST_SPECIAL = 2000
OFFICE_WEEK = CalendarSpec(JAKARTA, (OFFICE,) * 5 + ((), ()), holidays=True, joint_leave=True)
SHIPPED = {
    "B": (("Jam kantor", "Office hours"), OFFICE_WEEK),
    "E": (("Setiap hari 08.00–21.00", "Daily 08:00–21:00"), CalendarSpec(JAKARTA, (LONG,) * 7)),
    "X": (("24 jam setiap hari", "Round the clock"), ROUND_THE_CLOCK),
    "id-bank": (("Hari kerja bank", "Banking days"), OFFICE_WEEK),
}


@dataclass(frozen=True, slots=True)
class Names:
    """What people call a calendar."""

    name_id: str
    name_en: str


def in_force(codes: Collection[str]) -> dict[str, CalendarVersion]:
    """The versions that hold now, by code, in one statement; a code that nobody has made a calendar for is left out."""
    found = CalendarVersion.objects.in_force().filter(calendar__code__in=codes) if codes else []
    return {version.calendar.code: version for version in found}


@transaction.atomic
def create(code: str, *, names: Names, spec: CalendarSpec, actor: Actor, now: datetime) -> Calendar:
    """A new calendar. Raises Invalid where something about it is wrong or its code is taken, NotAllowed."""
    _may_change(actor)
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9-]{0,39}", code):
        raise Invalid(_("A code has letters, digits and hyphens only, at most 40."), field="code")
    if Calendar.objects.filter(code__iexact=code).exists():
        raise Invalid(_("There is a calendar with this code already."), field="code")
    check(spec, names, now=now)
    calendar = Calendar.objects.create(code=code, name_id=names.name_id, name_en=names.name_en)
    _write(calendar, spec, actor=actor, now=now, reason="")
    return calendar


@transaction.atomic
def change(
    calendar_id: int,
    *,
    names: Names,
    spec: CalendarSpec,
    actor: Actor,
    now: datetime,
    number: int | None = None,
    reason: str = "",
) -> Calendar:
    """Let a calendar say something else from now on. Deadlines that run keep the version they were counted with.

    number: of the version the actor saw, or None. Nothing is written where nothing changes.
    Raises Invalid, NotAllowed, Conflict, Calendar.DoesNotExist.
    """
    _may_change(actor)
    calendar = Calendar.objects.select_for_update(of=("self",)).get(pk=calendar_id)
    if number is not None and number != calendar.number:
        raise Conflict(_("Somebody changed this calendar meanwhile. Look at it again."), current=calendar.number)
    check(spec, names, now=now)
    holds = calendar.versions.get(number=calendar.number)
    if spec == holds.spec and (names.name_id, names.name_en) == (calendar.name_id, calendar.name_en):
        return calendar
    calendar.name_id, calendar.name_en, calendar.number = names.name_id, names.name_en, calendar.number + 1
    calendar.save(update_fields=["name_id", "name_en", "number"])
    _write(calendar, spec, actor=actor, now=now, reason=reason)
    return calendar


@transaction.atomic
def ship(*, now: datetime) -> int:
    """Make those of the calendars we ship that are missing; returns how many. What is there stays as it is."""
    known = set(Calendar.objects.filter(code__in=SHIPPED).values_list("code", flat=True))
    missing = [code for code in SHIPPED if code not in known]
    for code in missing:
        names, spec = SHIPPED[code]
        create(code, names=Names(*names), spec=spec, actor=SYSTEM, now=now)
    return len(missing)


def check(spec: CalendarSpec, names: Names, *, now: datetime) -> None:
    """Raises Invalid with one sentence about what is wrong with a calendar."""
    for field in ("name_id", "name_en"):
        if not getattr(names, field).strip():
            raise Invalid(_("A calendar needs its name in both languages."), field=field)
    try:
        ZoneInfo(spec.zone)
    except (ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        words = _("“%(zone)s” is not a time zone; one is Asia/Jakarta.") % {"zone": spec.zone}
        raise Invalid(words, field="zone") from unknown
    for slots in (*spec.week, *(each.slots for each in spec.special)):
        slot_words.check(sorted(slots))
    if spec.joint_leave and not spec.holidays:
        raise Invalid(_("Joint leave is closed only where national holidays are."), field="joint_leave")
    _check_special(spec.special)
    try:
        next_open(compiled(spec), now)
    except NeverOpen as never:
        raise Invalid(
            _("This calendar is never open, so nothing could ever be due. Give at least one weekday its hours."),
            field="week",
        ) from never


def _check_special(special: Collection[SpecialDays]) -> None:
    if len(special) > MOST_SPECIAL:
        raise Invalid(_("A calendar has at most %(most)d special days.") % {"most": MOST_SPECIAL}, field="special")
    for each in special:
        _check_one(each)
    ordered = sorted(special, key=lambda each: (each.first, -each.length))
    open_until: list[SpecialDays] = []
    for each in ordered:
        open_until = [before for before in open_until if before.last >= each.first]
        for before in open_until:
            if each.last > before.last or (each.first, each.last) == (before.first, before.last):
                words = _("Two entries both speak of %(day)s, and neither lies inside the other.")
                raise Invalid(words % {"day": each.first.isoformat()}, field="special")
        open_until.append(each)


def _check_one(each: SpecialDays) -> None:
    days = {"first": each.first.isoformat(), "last": each.last.isoformat()}
    if each.last < each.first:
        raise Invalid(_("%(first)s to %(last)s ends before it begins.") % days, field="special")
    if each.length > LONGEST or not FIRST_YEAR <= each.first.year <= each.last.year <= LAST_YEAR:
        words = _("%(first)s to %(last)s cannot be: special days last at most a year and lie between 2000 and 2100.")
        raise Invalid(words % days, field="special")
    if (each.effect in (Effect.HOURS, Effect.EXTRA)) != bool(each.slots):
        words = _("%(first)s: hours are given where days have other hours, and only there.")
        raise Invalid(words % days, field="special")


def with_closed_days(spec: CalendarSpec, days: Collection[tuple[date, str]]) -> CalendarSpec:
    """The calendar with these days closed as well; a day that it speaks of alone already stays as it is."""
    known = {each.first for each in spec.special if each.length == 1}
    fresh = {on: name for on, name in days if on not in known}
    added = (SpecialDays(on, on, Effect.CLOSED, (), name, name) for on, name in sorted(fresh.items()))
    special = sorted((*spec.special, *added), key=lambda each: (each.first, each.last))
    return CalendarSpec(spec.zone, spec.week, spec.holidays, spec.joint_leave, tuple(special))


def _may_change(actor: Actor) -> None:
    if actor != SYSTEM and actor.role != Role.ADMINISTRATOR:
        raise NotAllowed(_("Only administrators change calendars."))


def _write(calendar: Calendar, spec: CalendarSpec, *, actor: Actor, now: datetime, reason: str) -> None:
    CalendarVersion.objects.create(
        calendar=calendar,
        number=calendar.number,
        zone=spec.zone,
        week=[[list(slot) for slot in slots] for slots in spec.week],
        holidays=spec.holidays,
        joint_leave=spec.joint_leave,
        special=[each.as_json() for each in spec.special],
        made_at=now,
        reason=reason,
        **by(actor),
    )
