"""Days off from a file that an office already has: a calendar (.ics) or a table (.csv: date, name)."""

import csv
from datetime import date, datetime, timedelta

from django.utils.translation import gettext as _
from icalendar import Calendar as Sheet

from core.errors import Invalid

MOST_BYTES = 1024 * 1024
MOST_DAYS = 1000
Days = list[tuple[date, str]]


def read(content: bytes) -> Days:
    """The days of a file with their names, in its order, whatever it is called.

    Raises Invalid with what is wrong, and in which line, for the field `file`.
    """
    if len(content) > MOST_BYTES:
        raise _wrong(_("This file is too large for a list of holidays: at most 1 MB."))
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as binary:
        raise _wrong(_("This file is not text. Give a calendar (.ics) or a table (.csv).")) from binary
    days = _from_sheet(text) if text.lstrip().upper().startswith("BEGIN:VCALENDAR") else _from_table(text)
    if not days:
        raise _wrong(_("No day was found in this file."))
    if len(days) > MOST_DAYS:
        raise _wrong(_("This file has more than %(most)d days; that cannot be holidays.") % {"most": MOST_DAYS})
    return days


def _from_sheet(text: str) -> Days:
    try:
        events = Sheet.from_ical(text).walk("VEVENT")
    except (ValueError, IndexError, KeyError) as broken:
        raise _wrong(_("This calendar file is broken and cannot be read.")) from broken
    found: Days = []
    for event in events:
        first = _day(event.decoded("DTSTART", None))
        if first is None:
            raise _wrong(_("An entry of this calendar file has no day."))
        last = (_day(event.decoded("DTEND", None)) or first + timedelta(days=1)) - timedelta(days=1)
        length = (max(first, last) - first).days + 1
        if length > MOST_DAYS:
            raise _wrong(_("An entry of this calendar file lasts for years; that cannot be a holiday."))
        name = str(event.get("SUMMARY", ""))[:120]
        found.extend((first + timedelta(days=number), name) for number in range(length))
    return found


def _day(value: object) -> date | None:
    if isinstance(value, datetime):
        return value.date()
    return value if isinstance(value, date) else None


def _from_table(text: str) -> Days:
    first_line = text.partition("\n")[0]
    found: Days = []
    for number, row in enumerate(csv.reader(text.splitlines(), delimiter=";" if ";" in first_line else ","), start=1):
        cells = [cell.strip() for cell in row]
        if not any(cells) or (number == 1 and not cells[0][:1].isdigit()):
            continue  # an empty line, or the heading
        try:
            on = date.fromisoformat(cells[0])
        except ValueError as wrong:
            words = _("Line %(number)d: “%(cell)s” is not a day. Write days as 2026-12-25.")
            raise _wrong(words % {"number": number, "cell": cells[0][:40]}) from wrong
        found.append((on, next((cell for cell in cells[1:] if cell), "")[:120]))
    return found


def _wrong(words: str) -> Invalid:
    return Invalid(words, field="file")
