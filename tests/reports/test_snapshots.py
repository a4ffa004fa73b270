"""One answer for all who ask within a second; whoever changed something asks anew."""

from datetime import timedelta
from threading import Thread

import pytest
from django.core.cache import cache

from reports import snapshots
from tests.moments import moment

NINE = moment("2026-11-20 09:00")
SECOND = timedelta(seconds=1)


@pytest.fixture(autouse=True)
def nothing_is_kept():
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def made():
    return []


@pytest.fixture
def make(made):
    def once_more() -> int:
        made.append(1)
        return len(made)

    return once_more


def test_within_a_second_it_is_made_once_and_then_again(make):
    asked = [snapshots.shared("board", make, now=NINE + tenths * SECOND / 10) for tenths in (0, 3, 9, 10, 11)]

    assert asked == [1, 1, 1, 2, 2]


def test_other_parts_of_the_house_have_answers_of_their_own(make):
    assert [snapshots.shared(name, make, now=NINE) for name in ("all", "network", "all")] == [1, 2, 1]


def test_a_longer_stretch_is_kept_as_long_as_it_lasts(make):
    minute = timedelta(minutes=1)

    assert [snapshots.shared("surges", make, now=NINE + each * SECOND, lasts=minute) for each in (0, 59, 60)] == [
        1,
        1,
        2,
    ]


def test_after_a_change_the_next_answer_is_fresh_for_everybody(make):
    snapshots.shared("board", make, now=NINE)
    snapshots.forget()

    assert [snapshots.shared("board", make, now=NINE) for _ in range(2)] == [2, 2]


def test_an_answer_that_is_nought_is_kept_too(made):
    def nought() -> int:
        made.append(1)
        return 0

    assert [snapshots.shared("late", nought, now=NINE) for _ in range(2)] == [0, 0]
    assert len(made) == 1


def test_who_asks_while_it_is_made_waits_for_that_answer(make):
    answers: list[int] = []
    asking = [Thread(target=lambda: answers.append(snapshots.shared("board", make, now=NINE))) for _ in range(8)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()

    assert answers == [1] * 8
