"""Who had a page of the desk open, and when."""

from datetime import timedelta

import pytest
import time_machine
from django.core.cache import cache

from staff import seen
from tests.moments import moment

NINE = moment("2026-11-20 09:00")
DEWI, ANDI, SARI = 1, 2, 3


@pytest.fixture(autouse=True)
def nobody_was_here():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def at_nine():
    with time_machine.travel(NINE, tick=False) as clock:
        yield clock


def test_whoever_was_here_is_known_with_the_last_moment_and_who_was_not_is_left_out(at_nine):
    seen.note(DEWI, now=NINE)
    seen.note(DEWI, now=NINE + timedelta(seconds=30))
    seen.note(ANDI, now=NINE)

    assert seen.last_seen([DEWI, ANDI, SARI]) == {DEWI: NINE + timedelta(seconds=30), ANDI: NINE}
    assert seen.last_seen([]) == {}


def test_two_signs_that_were_missed_do_not_send_anybody_away():
    assert timedelta(seconds=60) < seen.HERE < timedelta(seconds=90)  # pages tell every 30 seconds


def test_after_a_week_it_is_forgotten(at_nine):
    seen.note(DEWI, now=NINE)
    at_nine.move_to(NINE + timedelta(days=7) - timedelta(seconds=1))
    assert seen.last_seen([DEWI]) == {DEWI: NINE}

    at_nine.move_to(NINE + timedelta(days=7, seconds=1))
    assert seen.last_seen([DEWI]) == {}
