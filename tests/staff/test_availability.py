"""Quiet hours and deputies: rules over a person's own settings, in the person's own zone."""

from datetime import time, timedelta

import pytest

from staff.availability import reachable_from, stand_in
from staff.models import User
from tests.moments import moment


def person(number: int, **fields) -> User:
    return User(pk=number, name=f"Agent {number}", **fields)


@pytest.mark.parametrize(
    ("at", "from_then_on"),
    [
        ("2026-11-20 21:59", "2026-11-20 21:59"),
        ("2026-11-20 22:00", "2026-11-21 06:00"),
        ("2026-11-21 05:59", "2026-11-21 06:00"),
        ("2026-11-21 06:00", "2026-11-21 06:00"),
    ],
)
def test_quiet_hours_over_midnight_end_in_the_morning(at, from_then_on):
    dewi = person(1, quiet_from=time(22), quiet_until=time(6))

    assert reachable_from(dewi, moment(at)) == moment(from_then_on)


def test_quiet_hours_are_those_of_the_persons_own_zone():
    papua = person(1, quiet_from=time(22), quiet_until=time(6), time_zone="Asia/Jayapura")

    assert reachable_from(papua, moment("2026-11-20 20:30")) == moment("2026-11-21 04:00")  # 22:30 and 06:00 there


def test_a_siesta_lies_within_one_day():
    andi = person(1, quiet_from=time(12), quiet_until=time(13))

    assert reachable_from(andi, moment("2026-11-20 12:30")) == moment("2026-11-20 13:00")
    assert reachable_from(andi, moment("2026-11-20 13:30")) == moment("2026-11-20 13:30")


def test_who_is_away_is_stood_in_for_until_they_are_back():
    now = moment("2026-11-20 10:00")
    maya = person(2)
    dewi = person(1, away_until=now + timedelta(hours=1), deputy_id=2)
    people = {1: dewi, 2: maya}

    assert stand_in(dewi, people, now) is maya
    assert stand_in(dewi, people, now + timedelta(hours=1)) is dewi


def test_a_deputy_who_is_away_too_has_a_deputy_and_a_circle_ends_where_it_began():
    now = moment("2026-11-20 10:00")
    away = {"away_until": now + timedelta(days=1)}
    dewi, maya, rangga = person(1, deputy_id=2, **away), person(2, deputy_id=3, **away), person(3)
    people = {1: dewi, 2: maya, 3: rangga}
    assert stand_in(dewi, people, now) is rangga

    people[3] = person(3, deputy_id=1, **away)
    assert stand_in(dewi, people, now) is dewi


def test_who_is_away_without_a_deputy_is_told_all_the_same():
    dewi = person(1, away_until=moment("2026-11-21 10:00"))

    assert stand_in(dewi, {1: dewi}, moment("2026-11-20 10:00")) is dewi
