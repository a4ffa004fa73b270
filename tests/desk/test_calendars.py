import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from policies.models import Calendar, CalendarVersion
from policies.services import calendars
from tests.desk.conftest import NINE, desk_of, words
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
WEEK = {f"day_{number}": "08:00-12:00, 13.00–17.00" for number in range(5)}
SHIFT = {"code": "SHIFT", "name_id": "Sif malam", "name_en": "Night shift", "zone": "Asia/Makassar", **WEEK}


@pytest.fixture
def shipped(db):
    calendars.ship(now=NINE)


@pytest.fixture
def admin(shipped):
    return desk_of(UserFactory(name="Ratna", role="administrator"))


def office() -> dict[str, str]:
    """The form of B as it stands."""
    return {
        "name_id": "Jam kantor",
        "name_en": "Office hours",
        "zone": "Asia/Jakarta",
        **{f"day_{number}": "08:00-17:00" for number in range(5)},
        "holidays": "on",
        "joint_leave": "on",
        "number": "1",
    }


def held(code: str) -> CalendarVersion:
    return CalendarVersion.objects.in_force().get(calendar__code=code)


def test_the_list_tells_each_calendars_week_and_whether_it_is_open_now(desk, shipped):
    page = words(desk.get("/desk/calendars/"))

    assert "Office hours B open now Mon–Fri 08:00-17:00 Asia/Jakarta national holidays and joint leave off" in page
    assert "Round the clock X open now round the clock, every day" in page
    assert "New calendar" not in page


def test_before_there_is_a_calendar_the_list_says_what_holds(desk):
    assert "No calendar yet: clocks run day and night until there is one." in words(desk.get("/desk/calendars/"))


def test_the_list_asks_as_often_for_many_calendars_as_for_one(desk, shipped, django_assert_num_queries):
    desk.get("/desk/calendars/")
    with django_assert_num_queries(4):
        desk.get("/desk/calendars/")
    Calendar.objects.exclude(code="B").update(number=99)
    with django_assert_num_queries(4):
        desk.get("/desk/calendars/")


def test_a_month_tells_why_each_day_is_closed(desk, shipped):
    page = words(desk.get("/desk/calendars/B/?month=2026-03"))

    assert "March 2026" in page
    assert "Wed 18 Day of Silence Joint Holiday: closed" in page
    assert "Thu 19 Day of Silence: closed" in page
    assert "Sat 21 Eid al-Fitr: closed" in page


@pytest.mark.parametrize("month", ["", "2026-13", "../..", "9999-01"])
def test_an_address_without_a_month_shows_this_one(desk, shipped, month):
    assert "November 2026" in words(desk.get("/desk/calendars/B/", {"month": month}))


def test_a_calendar_that_nobody_made_does_not_exist(desk, shipped):
    assert desk.get("/desk/calendars/nobody/").status_code == 404


def test_an_administrator_makes_a_calendar(admin):
    page = words(admin.post("/desk/calendars/new/", SHIFT, follow=True))

    assert "The calendar is made. Rules can name it now." in page
    spec = held("SHIFT").spec
    assert (spec.zone, spec.week[0], spec.week[6]) == ("Asia/Makassar", ((480, 720), (780, 1020)), ())


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"day_0": "08:00-12:00, 11:00-17:00"}, "08:00-12:00 and 11:00-17:00 overlap. Make them one, or leave a gap."),
        ({"day_0": "22:00-06:00"}, "22:00-06:00 ends before it begins."),
        ({"day_0": "pagi"}, "“pagi” is not understood. Write hours as 08:00-17:00."),
        ({f"day_{number}": "" for number in range(5)}, "This calendar is never open"),
        ({"code": "B"}, "There is a calendar with this code already."),
        ({"name_en": ""}, "This field is required."),
        ({"joint_leave": "on"}, "Joint leave is closed only where national holidays are."),
    ],
)
def test_a_wrong_calendar_is_refused_in_one_sentence_and_what_was_typed_stays(admin, wrong, sentence):
    response = admin.post("/desk/calendars/new/", SHIFT | wrong)

    assert response.status_code == 422
    assert sentence in words(response)
    assert 'value="Sif malam"' in response.content.decode()
    assert not Calendar.objects.filter(name_en="Night shift").exists()


def test_the_week_is_changed_and_running_clocks_are_said_to_stay(admin):
    page = words(admin.post("/desk/calendars/B/", office() | {"day_4": "08:00-16:00"}, follow=True))

    assert "Saved. Clocks that run already keep what they were counted with." in page
    assert "Mon–Thu 08:00-17:00" in words(admin.get("/desk/calendars/"))
    assert (held("B").number, held("B").actor_name) == (2, "Ratna")


def test_somebody_faster_is_told_of(admin):
    admin.post("/desk/calendars/B/", office() | {"day_4": "08:00-16:00"})

    late = admin.post("/desk/calendars/B/", office() | {"day_4": "08:00-15:00"})

    assert late.status_code == 409
    assert "Somebody changed this calendar meanwhile." in words(late)


def test_special_days_are_put_in_and_taken_out(admin):
    days = {"first": "2026-02-19", "last": "2026-03-17", "effect": "hours", "slots": "08:00-15:00"}

    page = words(admin.post("/desk/calendars/B/add/", days | {"name_id": "Jam Ramadan"}, follow=True))

    assert "19 Feb 2026 – 17 Mar 2026 Jam Ramadan: 08:00-15:00" in page
    admin.post("/desk/calendars/B/remove/", {"first": "2026-02-19", "last": "2026-03-17"})
    assert held("B").spec.special == ()


def test_special_days_that_cannot_be_are_refused_where_they_stand(admin):
    days = {"first": "2026-03-20", "last": "2026-03-10", "effect": "closed", "slots": "", "name_id": "Salah"}

    response = admin.post("/desk/calendars/B/add/", days)

    assert response.status_code == 422
    assert "2026-03-20 to 2026-03-10 ends before it begins." in words(response)


def test_holidays_are_read_from_a_file(admin):
    table = SimpleUploadedFile("libur.csv", b"2026-12-28,Tutup tahun\n2026-12-29,Tutup tahun\n")

    page = words(admin.post("/desk/calendars/B/import/", {"file": table}, follow=True))

    assert "Days read from the file: 2." in page
    assert "28 Dec 2026 Tutup tahun: closed" in page


def test_a_broken_holiday_file_is_refused_in_one_sentence(admin):
    broken = SimpleUploadedFile("libur.ics", b"BEGIN:VCALENDAR\nBEGIN:VEVENT\nEND:VCALENDAR\n")

    response = admin.post("/desk/calendars/B/import/", {"file": broken})

    assert response.status_code == 422
    assert "This calendar file is broken and cannot be read." in words(response)


def test_agents_look_but_do_not_change(desk, shipped):
    assert "Only administrators change calendars." in words(desk.get("/desk/calendars/B/"))
    assert desk.post("/desk/calendars/B/", office() | {"day_4": ""}).status_code == 403
    assert desk.post("/desk/calendars/new/", SHIFT).status_code == 403
    assert held("B").number == 1


def test_the_calendars_speak_indonesian_too(shipped):
    page = words(desk_of(UserFactory(language="id")).get("/desk/calendars/B/?month=2026-03"))

    assert "Maret 2026" in page
    assert "Kam 19 Hari Suci Nyepi: tutup" in page
