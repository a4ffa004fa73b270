"""Threats D06 to D09: beats that double, stop or are killed; clocks that jump; pauses; calendars that change."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import OperationalError, connection, transaction

from core.actor import SYSTEM
from policies.models import Calendar
from policies.services import calendars
from tests.factories import TeamFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, ladder
from tests.tickets.test_alarms import opened, rung
from tickets.models import Deadline, Escalation
from tickets.services.clocks import deadlines
from tickets.services.escalation import alarms
from tickets.services.handling import work

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-03-16 08:00")
HOUR, MINUTE, SECOND = timedelta(hours=1), timedelta(minutes=1), timedelta(seconds=1)
HALF = {"at_percent": 50, "level": 2}
END = {"at_percent": 100, "level": 2}


@pytest.fixture
def network():
    team = TeamFactory(slug="network")
    UserFactory(name="Bambang", role="supervisor", teams=[team])
    return team


def fired():
    return list(Escalation.objects.order_by("id").values_list("step", "late_by"))


def test_D06_two_schedulers_fire_each_step_once(network):
    in_force(resolution=240, ladder=ladder(HALF, END))
    opened(network)

    taken = [alarms.ring(now=MONDAY + 2 * HOUR + beat * SECOND) for beat in (0, 0, 1, 1)]

    assert (taken, fired()) == ([1, 0, 0, 0], [("L-T/1", timedelta())])


def test_D06_after_ten_minutes_without_a_beat_all_fire_late_and_in_order(network):
    in_force(resolution=10, ladder=ladder(HALF, END))
    opened(network)

    rung(MONDAY + 15 * MINUTE)

    assert fired() == [("L-T/1", 10 * MINUTE), ("L-T/2", 5 * MINUTE)]
    assert Deadline.objects.get().missed_at == MONDAY + 10 * MINUTE


def test_D06_a_worker_killed_while_claiming_has_done_nothing_and_the_next_does_it(network):
    in_force(resolution=240, ladder=ladder(HALF))
    opened(network)

    with transaction.atomic():
        alarms.ring(now=MONDAY + 2 * HOUR)
        transaction.set_rollback(True)  # what the database does when the connection is gone

    assert fired() == []
    rung(MONDAY + 2 * HOUR + 7 * SECOND)
    assert fired() == [("L-T/1", 7 * SECOND)]


def test_D07_a_clock_that_steps_back_fires_nothing_again(network):
    in_force(resolution=240, ladder=ladder(HALF, END))
    opened(network)

    rung(MONDAY + 2 * HOUR)
    rung(MONDAY + 2 * HOUR - 10 * MINUTE)
    rung(MONDAY + 2 * HOUR + 1 * SECOND)

    assert [step for step, _late in fired()] == ["L-T/1"]


def test_D07_steps_count_the_calendars_hours_over_a_night_and_a_holiday(network):
    in_force(resolution=540, ladder=ladder(HALF, END))

    opened(network, at=moment("2026-03-17 16:00"))  # Nyepi and the days off around Idulfitri follow

    assert Deadline.objects.get().rings_at == moment("2026-03-25 11:30")


def test_D08_nothing_fires_while_paused_and_what_is_left_is_kept_to_the_second(network):
    in_force(resolution=240, pauses=("waiting_third_party",), ladder=ladder(HALF, END))
    ticket = opened(network)
    agent = UserFactory(role="supervisor").actor()
    work.wait(ticket.pk, actor=agent, status="waiting_third_party", now=MONDAY + HOUR + 13 * SECOND)

    assert rung(MONDAY + 9 * HOUR) == 0
    row = Deadline.objects.get()
    assert (row.state, row.time_left, row.rings_at) == ("paused", 3 * HOUR - 13 * SECOND, None)
    work.wait(ticket.pk, actor=agent, status="waiting_own_team", now=moment("2026-03-17 08:00"))
    assert Deadline.objects.get().rings_at == moment("2026-03-17 09:00") - 13 * SECOND


def test_D09_an_edited_calendar_moves_no_alarm_of_an_open_ticket(network):
    in_force(resolution=240, ladder=ladder(HALF))
    ticket = opened(network)
    before = Deadline.objects.get().rings_at

    office = Calendar.objects.get(code="B")
    spec = calendars.in_force(["B"])["B"].spec
    names = calendars.Names(office.name_id, office.name_en)
    later = replace(spec, week=tuple(((600, 1020),) if day else () for day in spec.week))
    calendars.change(office.pk, names=names, spec=later, actor=SYSTEM, now=MONDAY + MINUTE)
    deadlines.follow([ticket], now=MONDAY + HOUR)

    assert calendars.in_force(["B"])["B"].spec == later
    assert Deadline.objects.get().rings_at == before == MONDAY + 2 * HOUR


@pytest.mark.sqlite
def test_D06_while_the_database_cannot_write_everything_waits_and_nothing_stands_as_failed(network):
    if connection.vendor != "sqlite":
        pytest.skip("how it is broken here is known to SQLite alone")
    in_force(resolution=240, ladder=ladder(HALF))
    opened(network)

    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE notices_notice RENAME TO elsewhere")
        with pytest.raises(OperationalError):
            alarms.ring(now=MONDAY + 2 * HOUR)
        cursor.execute("ALTER TABLE elsewhere RENAME TO notices_notice")

    assert fired() == []
    rung(MONDAY + 2 * HOUR + SECOND)
    assert fired() == [("L-T/1", SECOND)]
