"""Our reader of winmail.dat and of calendars finds what the known libraries find, and does what they do not."""

import time
from datetime import UTC

import icalendar
import pytest
from tnefparse.tnef import TNEF

from channels_in.adapters.mail_calendar import invitations
from channels_in.adapters.mail_parts import read_mail
from channels_in.adapters.mail_tnef import SIGNATURE, NotTnef, Tnef, read_tnef
from tests.receiving import fixture_mail


def winmail(name: str) -> bytes:
    return next(part.content() for part in read_mail(fixture_mail(name)).children if "tnef" in part.content_type)


@pytest.mark.parametrize("name", ["winmail", "winmail_same_names", "winmail_umlauts", "winmail_words"])
def test_files_and_their_contents_are_those_that_tnefparse_finds(name):
    theirs = TNEF(winmail(name))

    ours = read_tnef(winmail(name))

    assert ours.whole
    assert [file.content for file in ours.files] == [each.data for each in theirs.attachments]
    long_names = [each.long_filename() for each in theirs.attachments] if name == "winmail" else []
    assert [file.name for file in ours.files][: len(long_names)] == [each.strip("\0") for each in long_names]


def test_a_megabyte_of_empty_objects_takes_no_time():
    raw = SIGNATURE + b"\1\0" + (b"\1\0\0\0\0" + b"\0" * 6) * 100_000
    started = time.process_time()

    found = read_tnef(raw)

    assert (found.whole, found.files) == (False, [])
    assert time.process_time() - started < 2


@pytest.mark.parametrize("raw", [b"", b"x", b"\x78\x9f\x3e", b"PK\3\4" + b"\0" * 100])
def test_what_is_no_tnef_is_said_to_be_none(raw):
    with pytest.raises(NotTnef):
        read_tnef(raw)


@pytest.mark.parametrize("cut", range(6, 200, 7))
def test_a_winmail_cut_off_anywhere_gives_what_is_whole(cut):
    found = read_tnef(winmail("winmail")[:cut])

    assert isinstance(found, Tnef)
    assert all(file.content in (b"%PDF-1.4 satu", b"GIF89a" + b"\1" * 20) for file in found.files)


def calendar(name: str) -> str:
    def texts(part):
        if part.content_type in ("text/calendar", "application/ics"):
            yield part.content().decode()
        for child in part.children:
            yield from texts(child)

    return next(texts(read_mail(fixture_mail(name)))).replace("\r\n", "\n")


@pytest.mark.parametrize("name", ["invitation", "invitation_cancelled"])
def test_an_invitation_says_what_icalendar_reads(name):
    [event] = icalendar.Calendar.from_ical(calendar(name)).walk("VEVENT")

    [ours] = invitations(calendar(name))

    assert (ours.summary, ours.location) == (str(event["SUMMARY"]), str(event["LOCATION"]))
    assert ours.starts_at == event.decoded("DTSTART").astimezone(UTC)
    assert ours.ends_at == event.decoded("DTEND").astimezone(UTC)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "BEGIN:VEVENT",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART;TZID=../../etc/passwd:20250101T000000\nEND:VEVENT",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:99999999T999999Z\nEND:VEVENT\nEND:VCALENDAR",
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nDTSTART:00010101T000000\nDURATION:P999W\nEND:VEVENT\nEND:VCALENDAR",
        "END:VEVENT\n" * 5_000,
        "BEGIN:VEVENT\n" * 5_000,
        "BEGIN:VCALENDAR\nBEGIN:VEVENT\nSUMMARY:" + "x" * 200_000,
        "BEGIN:VCALENDAR\nBEGIN:VTIMEZONE\nTZID:x\nTZOFFSETTO:+9999\nEND:VTIMEZONE\n"
        "BEGIN:VEVENT\nDTSTART;TZID=x:20250101T000000\nEND:VEVENT\nEND:VCALENDAR",
    ],
)
def test_no_calendar_is_too_broken(text):
    started = time.process_time()

    assert len(invitations(text)) <= 5
    assert time.process_time() - started < 2
