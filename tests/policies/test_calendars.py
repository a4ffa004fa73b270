from dataclasses import replace
from datetime import date, timedelta

import pytest

from core.actor import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from policies import slot_words
from policies.calendar_spec import CalendarSpec, Effect, SpecialDays
from policies.hours import ALL_DAY
from policies.models import Calendar, CalendarVersion
from policies.services import calendars, holiday_files
from policies.services.calendars import OFFICE_WEEK, Names
from policies.worktime import add
from tests.factories import UserFactory
from tests.moments import moment

NOW = moment("2026-11-20 09:00")
NAMES = Names("Toko", "Shop")
SHOP = CalendarSpec("Asia/Makassar", (((540, 720), (780, 1080)),) * 6 + ((),))
CLOSED_WEEK = ((),) * 7


def day(words: str, last: str = "", effect=Effect.CLOSED, hours: str = "") -> SpecialDays:
    first = date.fromisoformat(words)
    return SpecialDays(
        first, date.fromisoformat(last) if last else first, effect, slot_words.read(hours), "Libur", "Day off"
    )


def due(code: str, start: str, minutes: int):
    return add(calendars.in_force([code])[code].hours, moment(start), timedelta(minutes=minutes))


@pytest.fixture
def shop(db):
    return calendars.create("TOKO", names=NAMES, spec=SHOP, actor=SYSTEM, now=NOW)


def change(calendar, **what):
    spec = replace(calendars.in_force([calendar.code])[calendar.code].spec, **what)
    return calendars.change(calendar.pk, names=NAMES, spec=spec, actor=SYSTEM, now=NOW)


def test_the_calendars_we_ship_count_as_the_table_says(db):
    assert calendars.ship(now=NOW) == 4
    assert calendars.ship(now=NOW) == 0
    assert due("B", "2026-03-17 16:00", 240) == moment("2026-03-25 11:00")
    assert due("id-bank", "2026-05-13 15:00", 540) == moment("2026-05-18 15:00")
    assert due("E", "2026-03-17 20:00", 120) == moment("2026-03-18 09:00")
    assert due("X", "2026-03-17 20:00", 120) == moment("2026-03-17 22:00")


def test_joint_leave_is_a_switch_of_each_calendar(db):
    calendars.ship(now=NOW)

    change(Calendar.objects.get(code="B"), joint_leave=False)

    assert due("B", "2026-03-17 16:00", 240) == moment("2026-03-18 11:00")
    assert due("id-bank", "2026-03-17 16:00", 240) == moment("2026-03-25 11:00")


def test_every_change_is_a_version_of_its_own_with_who_made_it(shop):
    admin = UserFactory(role="administrator", name="Ratna")

    changed = calendars.change(
        shop.pk, names=Names("Toko Bali", "Bali shop"), spec=SHOP, actor=admin.actor(), now=NOW, number=1, reason="Nama"
    )

    assert (changed.number, changed.name_en) == (2, "Bali shop")
    told = CalendarVersion.objects.filter(calendar=shop).values_list("number", "actor_name", "reason")
    assert list(told) == [(2, "Ratna", "Nama"), (1, "Tanggap", "")]


def test_an_old_version_still_counts_as_it_did(shop):
    first = CalendarVersion.objects.get(calendar=shop)

    change(shop, week=(((540, 600),),) * 7)

    assert add(first.hours, moment("2026-03-16 09:00"), timedelta(hours=3)) == moment("2026-03-16 13:00")
    assert due("TOKO", "2026-03-16 09:00", 180) == moment("2026-03-19 09:00")


def test_saving_without_a_change_makes_no_version(shop):
    assert change(shop).number == 1


def test_who_changes_an_older_version_is_told(shop):
    change(shop, holidays=True)

    with pytest.raises(Conflict) as refused:
        calendars.change(shop.pk, names=NAMES, spec=SHOP, actor=SYSTEM, now=NOW, number=1)

    assert refused.value.current == 2


def test_only_administrators_change_calendars(shop):
    lead = UserFactory(role="supervisor").actor()

    with pytest.raises(NotAllowed, match="Only administrators"):
        calendars.create("LAIN", names=NAMES, spec=SHOP, actor=lead, now=NOW)
    with pytest.raises(NotAllowed, match="Only administrators"):
        calendars.change(shop.pk, names=NAMES, spec=SHOP, actor=lead, now=NOW)


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ({"week": CLOSED_WEEK}, "never open, so nothing could ever be due"),
        ({"week": (((480, 720), (660, 1020)), *CLOSED_WEEK[1:])}, "08:00-12:00 and 11:00-17:00 overlap"),
        ({"week": (((1320, 360),), *CLOSED_WEEK[1:])}, "22:00-06:00 ends before it begins"),
        ({"week": (((480, 1500),), *CLOSED_WEEK[1:])}, "A day ends at 24:00"),
        ({"zone": "Asia/Bandung"}, "“Asia/Bandung” is not a time zone"),
        ({"zone": "../../etc/passwd"}, "is not a time zone"),
        ({"joint_leave": True}, "only where national holidays are"),
        ({"special": (day("2026-03-20", "2026-03-10"),)}, "2026-03-20 to 2026-03-10 ends before it begins"),
        ({"special": (day("2026-01-01", "2027-12-31"),)}, "last at most a year"),
        ({"special": (day("1999-12-31"),)}, "between 2000 and 2100"),
        ({"special": (day("2026-03-10"), day("2026-03-10"))}, "both speak of 2026-03-10"),
        ({"special": (day("2026-03-01", "2026-03-10"), day("2026-03-05", "2026-03-15"))}, "both speak of 2026-03-05"),
        ({"special": (day("2026-03-01", effect=Effect.EXTRA),)}, "hours are given where days have other hours"),
        ({"special": (day("2026-03-01", hours="08:00-09:00"),)}, "hours are given where days have other hours"),
    ],
)
def test_a_calendar_that_cannot_be_is_refused_in_one_sentence(shop, what, sentence):
    with pytest.raises(Invalid) as refused:
        change(shop, **what)

    assert sentence in refused.value.message
    assert Calendar.objects.get().number == 1


@pytest.mark.parametrize(
    ("code", "sentence"), [("toko", "already"), ("a b", "letters, digits"), ("", "letters, digits")]
)
def test_a_code_is_plain_and_its_own(shop, code, sentence):
    with pytest.raises(Invalid, match=sentence):
        calendars.create(code, names=NAMES, spec=SHOP, actor=SYSTEM, now=NOW)


def test_a_calendar_needs_both_names(db):
    with pytest.raises(Invalid, match="both languages"):
        calendars.create("X2", names=Names("Toko", " "), spec=SHOP, actor=SYSTEM, now=NOW)


def test_ramadan_hours_change_open_days_only_and_a_holiday_within_stays_closed(db):
    ramadan = day("2026-02-19", "2026-03-18", Effect.HOURS, "08:00-15:00")
    spec = replace(OFFICE_WEEK, special=(ramadan,))
    calendars.create("R", names=NAMES, spec=spec, actor=SYSTEM, now=NOW)

    hours = calendars.in_force(["R"])["R"].hours
    assert hours.day(date(2026, 2, 19)).slots == ((480, 900),)
    assert hours.day(date(2026, 2, 21)).slots == ()
    assert hours.day(date(2026, 3, 18)).slots == ()
    assert hours.day(date(2026, 3, 18)).name_en == "Day of Silence Joint Holiday"
    assert hours.day(date(2026, 3, 16)).slots == ((480, 900),)


def test_a_single_day_within_a_stretch_wins(shop):
    move = day("2026-03-16")
    extra = day("2026-03-15", effect=Effect.EXTRA, hours="09:00-10:00")

    change(shop, special=(day("2026-03-10", "2026-03-20", Effect.HOURS, "10:00-11:00"), move, extra))

    hours = calendars.in_force(["TOKO"])["TOKO"].hours
    assert [hours.day(date(2026, 3, on)).slots for on in (14, 15, 16, 17)] == [
        ((600, 660),),
        ((540, 600),),
        (),
        ((600, 660),),
    ]


def test_a_holiday_can_be_worked_and_a_late_one_put_in(db):
    calendars.ship(now=NOW)

    change(Calendar.objects.get(code="B"), special=(day("2026-03-18", effect=Effect.USUAL), day("2026-03-17")))

    assert due("B", "2026-03-16 16:30", 60) == moment("2026-03-18 08:30")


def test_round_the_clock_is_said_so():
    assert CalendarSpec("Asia/Jakarta", (ALL_DAY,) * 7).always
    assert not SHOP.always


def test_looking_up_calendars_takes_one_statement(db, django_assert_num_queries):
    calendars.ship(now=NOW)

    with django_assert_num_queries(1):
        found = calendars.in_force(["B", "E", "X", "no-such"])
    assert sorted(found) == ["B", "E", "X"]


SHEET = b"""BEGIN:VCALENDAR
VERSION:2.0
PRODID:-//Kantor//ID
BEGIN:VEVENT
UID:1
DTSTART;VALUE=DATE:20261224
DTEND;VALUE=DATE:20261226
SUMMARY:Tutup akhir tahun
END:VEVENT
END:VCALENDAR
"""


@pytest.mark.parametrize(
    "content",
    [
        SHEET,
        SHEET.replace(b"\n", b"\r\n"),
        b"tanggal,nama\n2026-12-24,Tutup akhir tahun\n\n2026-12-25,Tutup akhir tahun\n",
        b"\xef\xbb\xbf2026-12-24;Tutup akhir tahun\n2026-12-25;Tutup akhir tahun\n",
    ],
)
def test_days_off_are_read_from_a_calendar_or_a_table(content):
    assert holiday_files.read(content) == [
        (date(2026, 12, 24), "Tutup akhir tahun"),
        (date(2026, 12, 25), "Tutup akhir tahun"),
    ]


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "No day was found"),
        (b"tanggal,nama\n2026-13-01,Apa\n", "Line 2: “2026-13-01” is not a day"),
        (b"\xff\xfe\x00\x01", "not text"),
        (b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n", "broken"),
        (b"BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:1\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n", "has no day"),
        (SHEET.replace(b"20261226", b"29991226"), "lasts for years"),
        (b"2026-12-24,x\n" * 100_000, "too large"),
        (b"2026-12-24,x\n" * 1001, "more than 1000 days"),
    ],
)
def test_a_broken_holiday_file_is_refused_in_one_sentence(content, sentence):
    with pytest.raises(Invalid) as refused:
        holiday_files.read(content)

    assert sentence in refused.value.message


def test_days_of_a_file_join_those_that_are_known():
    spec = replace(SHOP, special=(day("2026-12-24"),))

    joined = calendars.with_closed_days(spec, holiday_files.read(SHEET))

    assert [(each.first.day, each.name_en) for each in joined.special] == [(24, "Day off"), (25, "Tutup akhir tahun")]
