"""Hours as people write them: 08:00-12:00, 13:00-17:00."""

import re
from itertools import pairwise

from django.utils.translation import gettext as _

from core.errors import Invalid
from policies.hours import DAY_MINUTES, Slot

WRITTEN = re.compile(r"(\d{1,2})[:.](\d{2})\s*(?:-|–|—|to|sampai|s/d)\s*(\d{1,2})[:.](\d{2})")


def read(text: str, *, field: str = "") -> tuple[Slot, ...]:
    """The slots of a day, in order. Empty where nothing is written: the day is closed.

    Raises Invalid, naming `field`, where something is no slot, ends before it begins, or overlaps another.
    """
    parts = [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]
    slots = sorted(_slot(part, field) for part in parts)
    check(slots, field=field)
    return tuple(slots)


def _slot(part: str, field: str) -> Slot:
    found = WRITTEN.fullmatch(part)
    numbers = [int(number) for number in found.groups()] if found else []
    if not numbers or numbers[1] > 59 or numbers[3] > 59:
        raise Invalid(_("“%(part)s” is not understood. Write hours as 08:00-17:00.") % {"part": part}, field=field)
    return numbers[0] * 60 + numbers[1], numbers[2] * 60 + numbers[3]


def check(slots: list[Slot], *, field: str = "") -> None:
    """Raises Invalid where slots, in order of their beginnings, cannot be the hours of one day."""
    for opens, closes in slots:
        said = {"slot": _said(opens, closes)}
        if closes > DAY_MINUTES or opens < 0:
            raise Invalid(_("A day ends at 24:00, so %(slot)s goes too far.") % said, field=field)
        if closes <= opens:
            words = _("%(slot)s ends before it begins. Write a night shift as two: until 24:00, and from 00:00.")
            raise Invalid(words % said, field=field)
    for first, second in pairwise(slots):
        if second[0] < first[1]:
            words = _("%(first)s and %(second)s overlap. Make them one, or leave a gap.")
            raise Invalid(words % {"first": _said(*first), "second": _said(*second)}, field=field)


def write(slots: tuple[Slot, ...]) -> str:
    return ", ".join(_said(opens, closes) for opens, closes in slots)


def _said(opens: int, closes: int) -> str:
    return f"{opens // 60:02}:{opens % 60:02}-{closes // 60:02}:{closes % 60:02}"
