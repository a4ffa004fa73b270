"""Telling the staff: the right person, at a decent hour, and a flood as one line."""

from datetime import time, timedelta

import pytest
from django.db import connection

from notices.models import Notice
from notices.services import telling
from notices.services.telling import News
from tests.factories import UserFactory
from tests.moments import moment

pytestmark = pytest.mark.django_db
TEN = moment("2026-11-20 10:00")


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi Lestari")


def late(user, *tickets: int) -> list[News]:
    return [News(user.pk, "ticket_assigned", "ticket", number, {"by": "Rangga"}) for number in tickets]


def shown(user, *, at=TEN) -> list[tuple[int, int]]:
    """Each line of somebody's list: its ticket and how many are bundled behind it."""
    lines = Notice.objects.visible_to(user.actor()).shown(at).order_by("id")
    return [(line.object_id, line.bundled.count()) for line in lines]


def test_five_within_five_minutes_stay_five_and_the_sixth_makes_them_one(dewi):
    telling.tell_all(late(dewi, 1, 2, 3, 4, 5), now=TEN)
    assert shown(dewi) == [(1, 0), (2, 0), (3, 0), (4, 0), (5, 0)]

    telling.tell_all(late(dewi, 6), now=TEN + timedelta(minutes=4))
    telling.tell_all(late(dewi, 7, 8), now=TEN + timedelta(minutes=4, seconds=30))

    assert shown(dewi, at=TEN + timedelta(minutes=5)) == [(1, 7)]


def test_what_comes_later_or_was_read_before_begins_a_new_line(dewi):
    telling.tell_all(late(dewi, *range(1, 7)), now=TEN)
    telling.read_all(user_id=dewi.pk, now=TEN)
    telling.tell_all(late(dewi, 7), now=TEN + timedelta(minutes=1))

    assert shown(dewi, at=TEN + timedelta(minutes=1)) == [(1, 5), (7, 0)]


def test_five_hundred_late_tickets_are_one_line_for_each_person(dewi):
    maya = UserFactory(name="Maya Sari")
    telling.tell_all([*late(dewi, *range(500)), *late(maya, *range(500))], now=TEN)

    assert (shown(dewi), shown(maya)) == ([(0, 499)], [(0, 499)])


def test_reading_a_bundle_reads_all_that_is_in_it(dewi):
    telling.tell_all(late(dewi, *range(1, 8)), now=TEN)
    first = Notice.objects.get(object_id=1)

    telling.read([first.pk], user_id=dewi.pk, now=TEN)

    assert Notice.objects.unread().count() == 0


def test_nobody_reads_what_another_was_told(dewi):
    telling.tell_all(late(dewi, 1), now=TEN)
    other = UserFactory()
    telling.read([Notice.objects.get().pk], user_id=other.pk, now=TEN)

    assert Notice.objects.unread().count() == 1
    assert shown(other) == []


def test_in_quiet_hours_a_notice_waits_for_their_end(dewi):
    dewi.quiet_from, dewi.quiet_until = time(9), time(12)
    dewi.save()
    telling.tell_all(late(dewi, 1), now=TEN)

    assert shown(dewi, at=moment("2026-11-20 11:59")) == []
    assert shown(dewi, at=moment("2026-11-20 12:00")) == [(1, 0)]


def test_the_deputy_is_told_for_who_instead(dewi):
    maya = UserFactory(name="Maya Sari")
    dewi.away_until, dewi.deputy = TEN + timedelta(days=3), maya
    dewi.save()
    telling.tell_all(late(dewi, 1), now=TEN)

    assert (shown(dewi), shown(maya)) == ([], [(1, 0)])
    assert Notice.objects.get().stands_in_for == dewi


def test_who_no_longer_works_here_is_not_told(dewi):
    dewi.is_active = False
    dewi.save()

    assert telling.tell_all(late(dewi, 1), now=TEN) == []


def test_many_take_one_statement_more_than_one(dewi, django_assert_num_queries):
    writing = 2 if connection.vendor == "postgresql" else 1
    with django_assert_num_queries(2 + writing):
        telling.tell_all(late(dewi, 1), now=TEN)
    with django_assert_num_queries(3 + writing):
        telling.tell_all(late(dewi, *range(2, 60)), now=TEN)
