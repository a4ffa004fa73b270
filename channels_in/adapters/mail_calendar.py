"""What a calendar invites to or calls off, and whom a business card names. Nothing is ever answered or accepted."""

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from typing import NamedTuple
from zoneinfo import ZoneInfo

from channels_in.adapters.mail_charsets import one_line
from channels_in.events import Invitation

READ_CHARACTERS = 100_000
MOST_LINES = 2_000
MOST_INVITATIONS = 5
LONGEST_WORDS = 300
FOLD = re.compile(r"\n[ \t]")
LINE = re.compile(r'([A-Za-z][A-Za-z0-9.-]*)((?:;(?:"[^"]*"|[^":])*)?):(.*)')
PARAMETER = re.compile(r';([A-Za-z-]+)=(?:"([^"]*)"|([^;]*))')
ESCAPED = re.compile(r"\\(.)")
MOMENT = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
LENGTH = re.compile(r"P(?:(\d{1,3})W)?(?:(\d{1,4})D)?(?:T(?:(\d{1,4})H)?(?:(\d{1,4})M)?(?:\d{1,4}S)?)?")
OFFSET = re.compile(r"([+-])(\d\d)(\d\d)")
METHODS = frozenset({"request", "cancel", "reply", "counter", "publish", "add", "refresh", "declinecounter"})
SEPARATOR = " · "


class _Line(NamedTuple):
    name: str
    parameters: dict[str, str]
    value: str


def invitations(text: str) -> tuple[Invitation, ...]:
    """The events that an iCalendar text speaks of (RFC 5545, 5546), the first few; empty where it is none."""
    method, zones = "publish", dict[str, tzinfo | None]()
    found: list[Invitation] = []
    place: list[str] = []
    event: list[_Line] = []
    zone = ""
    for line in _lines(text):
        if line.name == "BEGIN":
            place.append(line.value.upper())
            event = [] if place[-1] == "VEVENT" else event
        elif line.name == "END":
            if place and place.pop() == "VEVENT" and len(found) < MOST_INVITATIONS:
                found.append(_invitation(event, method, zones))
        elif place == ["VCALENDAR"] and line.name == "METHOD" and line.value.lower() in METHODS:
            method = line.value.lower()
        elif place == ["VCALENDAR", "VTIMEZONE"] and line.name == "TZID":
            zone = line.value
        elif place[:2] == ["VCALENDAR", "VTIMEZONE"] and line.name == "TZOFFSETTO":
            _learn_offset(zones, zone, line.value)
        elif place[-1:] == ["VEVENT"]:
            event.append(line)
    return tuple(found)


def business_card(text: str) -> str:
    """Name, firm, phones and addresses of a vCard on one line, empty where it has none."""
    said: dict[str, None] = {}
    for line in _lines(text):
        name = line.name.rpartition(".")[2]
        if name in ("FN", "ORG", "TEL", "EMAIL"):
            said.setdefault(_words(line.value.removeprefix("tel:").replace(";", " ")))
    return SEPARATOR.join(filter(None, said))[:LONGEST_WORDS]


def _lines(text: str) -> Iterator[_Line]:
    for number, written in enumerate(FOLD.sub("", text[:READ_CHARACTERS]).split("\n")):
        matched = LINE.match(written.strip())
        if number >= MOST_LINES:
            return
        if matched:
            pairs = PARAMETER.findall(matched[2])
            yield _Line(matched[1].upper(), {name.upper(): quoted or bare for name, quoted, bare in pairs}, matched[3])


def _words(value: str) -> str:
    plain = ESCAPED.sub(lambda escaped: " " if escaped[1] in "nN" else escaped[1], value)
    return one_line(plain, limit=LONGEST_WORDS)


def _learn_offset(zones: dict[str, tzinfo | None], name: str, value: str) -> None:
    """A zone with one offset is as good as its name; of one with summer time the calendar alone does not tell."""
    matched = OFFSET.match(value)
    if matched:
        offset = timedelta(hours=int(matched[2]), minutes=int(matched[3])) * (1 if matched[1] == "+" else -1)
        zone = timezone(offset) if abs(offset) < timedelta(days=1) else None
        zones[name] = zone if zones.get(name, zone) == zone else None


def _invitation(event: list[_Line], method: str, zones: dict[str, tzinfo | None]) -> Invitation:
    said = {line.name: line for line in reversed(event)}
    cancelled = "STATUS" in said and said["STATUS"].value.upper() == "CANCELLED"
    starts_at, whole_day, written = _moment(said.get("DTSTART"), zones)
    ends_at, _whole_day, _written = _moment(said.get("DTEND"), zones)
    if ends_at is None and starts_at and "DURATION" in said:
        ends_at = _after(starts_at, said["DURATION"].value)
    return Invitation(
        method="cancel" if cancelled else method,
        summary=_said(said, "SUMMARY"),
        starts_at=starts_at,
        ends_at=ends_at,
        whole_day=whole_day,
        written=written,
        repeats="RRULE" in said or "RDATE" in said,
        location=_said(said, "LOCATION"),
        organizer=_organizer(said.get("ORGANIZER")),
    )


def _said(said: dict[str, _Line], name: str) -> str:
    return _words(said[name].value) if name in said else ""


def _organizer(line: _Line | None) -> str:
    if line is None:
        return ""
    address = re.sub(r"(?i)^mailto:", "", line.value)
    return _words(f"{line.parameters['CN']} <{address}>" if line.parameters.get("CN") else address)


def _moment(line: _Line | None, zones: dict[str, tzinfo | None]) -> tuple[datetime | None, bool, str]:
    """The moment if it is certain, whether it is a whole day, and what is written there."""
    matched = MOMENT.fullmatch(line.value.strip()) if line else None
    if line is None or matched is None:
        return None, False, ""
    try:
        day = date(int(matched[1][:4]), int(matched[1][4:6]), int(matched[1][6:]))
        clock = time(int(matched[2][:2]), int(matched[2][2:4])) if matched[2] else None
    except ValueError:
        return None, False, ""
    if clock is None:
        return datetime.combine(day, time(), tzinfo=UTC), True, f"{day:%Y-%m-%d}"
    name = line.parameters.get("TZID", "")
    zone = UTC if matched[3] else _zone(name, zones)
    written = f"{day:%Y-%m-%d} {clock:%H:%M} {'UTC' if matched[3] else name}".strip()
    try:
        moment = datetime.combine(day, clock, tzinfo=zone).astimezone(UTC) if zone else None
    except OverflowError:
        return None, False, written
    return moment, False, one_line(written, limit=LONGEST_WORDS)


def _zone(name: str, zones: dict[str, tzinfo | None]) -> tzinfo | None:
    try:
        return ZoneInfo(name) if name and len(name) < 60 else zones.get(name)
    except (ValueError, OSError, KeyError):  # no zone of the world is named so; the mail may have brought its own
        return zones.get(name)


def _after(start: datetime, length: str) -> datetime | None:
    matched = LENGTH.fullmatch(length.strip())
    if not matched:
        return None
    weeks, days, hours, minutes = (int(part or 0) for part in matched.groups())
    return start + timedelta(weeks=weeks, days=days, hours=hours, minutes=minutes)
