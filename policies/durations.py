"""How packs write how long something may take: 15m, 2h, 1d of the calendar; 15cm, 4ch, 7cd of the wall clock; 5wd."""

import re

from core.errors import Invalid
from policies.targets import CALENDAR, DAYS, WORKING

WRITTEN = re.compile(r"(\d+)(c?[mhd]|wd)")
MINUTES = {"m": 1, "h": 60, "d": 1440}
DAY_OF_CALENDAR = {"B": 540, "E": 780, "X": 1440}


def read(written: str, *, calendar: str) -> dict[str, int | str]:
    """An amount with its unit. A `d` is one day of the calendar: nine hours in B. Raises Invalid."""
    found = WRITTEN.fullmatch(written)
    if not found:
        raise Invalid(f"{written!r} is no duration: write 15m, 2h, 1d, 15cm, 4ch, 7cd or 5wd.")
    number, unit = int(found[1]), found[2]
    if unit == "wd":
        return {"amount": number, "unit": DAYS}
    if unit.startswith("c"):
        return {"amount": number * MINUTES[unit[1]], "unit": CALENDAR}
    day = DAY_OF_CALENDAR.get(calendar, MINUTES["d"])
    return {"amount": number * (day if unit == "d" else MINUTES[unit]), "unit": WORKING}
