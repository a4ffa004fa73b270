import pytest

from policies.services import calendars
from tests.api.conftest import Program, refused
from tests.factories import NOW, UserFactory

pytestmark = pytest.mark.django_db
WEEK = ["08:00-12:00, 13:00-17:00"] * 5 + ["", ""]
SHIFT = {"code": "SHIFT", "name_id": "Sif", "name_en": "Shift", "week": WEEK, "holidays": True}


@pytest.fixture
def admin(db):
    calendars.ship(now=NOW)
    return Program(UserFactory(name="Ratna", role="administrator"))


def test_programs_read_the_calendars(admin, agent):
    rows = {row["code"]: row for row in agent.get("calendars/").json()["results"]}

    assert rows.keys() == {"B", "E", "X", "id-bank"}
    b = rows["B"]
    assert (b["zone"], b["holidays"], b["joint_leave"], b["always"]) == ("Asia/Jakarta", True, True, False)
    assert b["week"] == ["08:00-17:00"] * 5 + ["", ""]
    assert rows["X"]["always"]
    assert agent.get(f"calendars/{b['id']}/").json() == b


def test_a_program_of_an_administrator_makes_and_changes_a_calendar(admin):
    made = admin.post("calendars/", SHIFT, key="k1")
    again = admin.post("calendars/", SHIFT, key="k1")

    assert (made.status_code, made.json()["number"], again.json()) == (201, 1, made.json())
    body = {name: value for name, value in SHIFT.items() if name != "code"}
    days = {
        "first": "2026-02-19",
        "last": "2026-03-17",
        "effect": "hours",
        "hours": "08:00-15:00",
        "name_id": "Ramadan",
    }
    changed = admin.post(f"calendars/{made.json()['id']}/change/", body | {"special": [days], "version": 1}).json()
    assert changed["number"] == 2
    assert changed["special"] == [days | {"name_en": ""}]


def test_an_older_version_is_refused_with_the_one_that_holds(admin):
    made = admin.post("calendars/", SHIFT).json()
    body = {name: value for name, value in SHIFT.items() if name != "code"}
    admin.post(f"calendars/{made['id']}/change/", body | {"holidays": False})

    problem = refused(admin.post(f"calendars/{made['id']}/change/", body | {"version": 1}), 409)

    assert problem["current"] == 2


def test_a_wrong_calendar_is_refused_in_one_sentence(admin):
    problem = refused(admin.post("calendars/", SHIFT | {"week": ["17:00-08:00"] * 7}), 400)

    assert "17:00-08:00 ends before it begins" in str(problem)


def test_other_programs_only_read(admin, agent):
    refused(agent.post("calendars/", SHIFT), 403)


def test_the_list_asks_as_often_for_many_as_for_few(admin, django_assert_num_queries):
    with django_assert_num_queries(4):
        admin.get("calendars/")
    admin.post("calendars/", SHIFT)
    with django_assert_num_queries(4):
        admin.get("calendars/")
