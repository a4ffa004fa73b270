"""Threats D07 to D09 once more, through whole tickets: moments of a table, changed minds in a pause, moved zones."""

from dataclasses import replace
from datetime import timedelta

import pytest
import time_machine
from django.db import connection

from core.actor import SYSTEM
from core.clock import database_now
from policies.calendar_spec import CalendarSpec
from policies.hours import ALL_DAY
from policies.models import Calendar
from policies.services import calendars
from policies.services.calendars import Names
from tests.factories import TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.receiving import receive
from tests.tickets.clock_rules import MARCH, in_force, ladder
from tests.tickets.test_alarms import opened
from tickets.models import Deadline, Escalation, Ticket
from tickets.services.clocks import deadlines, recalculating
from tickets.services.handling import work
from tickets.services.outward import replies
from tickets.tasks import ring_alarms

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-03-16 08:00")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
OFFICE, NIGHT = ((480, 1020),), ((60, 240),)
WEEK = (OFFICE,) * 5 + ((),) * 2
NAMES = Names("Kalender uji", "Calendar of the test")


def calendar(zone: str, *week, **fields) -> CalendarSpec:
    return CalendarSpec(zone, week, **fields)


@pytest.fixture
def network():
    team = TeamFactory(slug="network")
    UserFactory(name="Bambang", role="supervisor", teams=[team])
    return team


@pytest.mark.parametrize(
    ("spec", "start", "minutes", "due"),
    [
        (calendar("Asia/Jakarta", *(ALL_DAY,) * 7), "2026-03-16 23:30", 60, "2026-03-17 00:30"),
        (calendar("Asia/Jakarta", *(OFFICE,) * 7), "2028-02-28 16:30", 60, "2028-02-29 08:30"),
        (calendar("Asia/Jakarta", *(ALL_DAY,) * 7), "2028-02-28 23:00", 1440, "2028-02-29 23:00"),
        (calendar("Europe/Berlin", *(NIGHT,) * 7), "2026-03-29 06:00", 120, "2026-03-29 09:00"),  # 01:00, skipping one
        (calendar("Europe/Berlin", *(NIGHT,) * 7), "2026-10-25 05:00", 240, "2026-10-25 10:00"),  # one comes twice
        (calendar("Asia/Jakarta", OFFICE, (), *WEEK[2:]), "2026-03-16 16:30", 60, "2026-03-18 08:30"),
        (calendar("Asia/Jakarta", *WEEK, holidays=True, joint_leave=True), "2026-03-17 16:00", 240, "2026-03-25 11:00"),
    ],
)
def test_D07_midnight_leap_day_both_ways_of_summer_time_and_days_without_hours(network, spec, start, minutes, due):
    calendars.create("UJI", names=NAMES, spec=spec, actor=SYSTEM, now=MARCH)
    in_force(resolution=minutes, calendar="UJI")

    opened(network, at=moment(start))

    assert Deadline.objects.get().due_at == moment(due)


@pytest.mark.servers
@pytest.mark.parametrize(("worker_is_off_by", "before_its_moment", "raised"), [(10, 60, 0), (-10, -1, 1)])
def test_D07_a_worker_whose_clock_is_ten_minutes_off_asks_the_database(
    network, worker_is_off_by, before_its_moment, raised
):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite lives in the process and has its clock")
    right = database_now()
    in_force(resolution=240, calendar="X", ladder=ladder({"at_percent": 50, "level": 2}))
    opened(network, at=right - 2 * HOUR + timedelta(seconds=before_its_moment))

    with time_machine.travel(right + worker_is_off_by * MINUTE, tick=True):
        ring_alarms()

    assert Escalation.objects.count() == raised


def test_D08_another_priority_while_it_waits_keeps_what_was_used_to_the_second(network):
    in_force(resolution=240, pauses=("waiting_third_party",))
    in_force(resolution=120, pauses=("waiting_third_party",), conditions={"priority": ["urgent"]})
    ticket, lead = opened(network), UserFactory(role="supervisor").actor()
    used = 47 * MINUTE + timedelta(seconds=11)
    work.wait(ticket.pk, actor=lead, status="waiting_third_party", now=MONDAY + used)

    work.classify(ticket.pk, actor=lead, query_type=ticket.query_type, priority="urgent", now=MONDAY + HOUR)

    row = Deadline.objects.get()
    assert (row.state, row.time_left, row.rings_at) == ("paused", 2 * HOUR - used, None)
    work.wait(ticket.pk, actor=lead, status="waiting_own_team", now=MONDAY + 3 * HOUR)
    assert Deadline.objects.get().due_at == MONDAY + 5 * HOUR - used


def test_D08_only_the_customers_answer_ends_a_wait_for_the_customer(network):
    in_force(resolution=240)
    mailbox = TicketFactory(team=network).channel
    lead = UserFactory(role="supervisor").actor()
    mail = "From: siti@mail.example\r\nTo: {0}\r\nSubject: {1}\r\nMessage-ID: <{2}@mail.example>\r\n\r\nMasih mati.\r\n"
    receive(mailbox, mail.format(mailbox.address, "Internet mati", 1).encode(), now=MONDAY)
    ticket = Ticket.objects.latest("pk")
    asked = {"actor": lead, "text": "Apakah lampu modem merah?", "then": "waiting_customer"}
    replies.reply(ticket.pk, now=MONDAY + HOUR, **asked)

    replies.reply(ticket.pk, now=MONDAY + 2 * HOUR, **asked)
    assert resolution(ticket) == ("paused", None, 3 * HOUR)
    again = mail.format(mailbox.address, f"Re: Internet mati [{ticket.reference}]", 2)
    receive(mailbox, again.encode(), now=MONDAY + 4 * HOUR)

    assert resolution(ticket) == ("running", MONDAY + 7 * HOUR, None)


def resolution(ticket):
    return Deadline.objects.values_list("state", "due_at", "time_left").get(ticket=ticket, goal="resolution")


def test_D09_a_calendar_that_moves_to_another_zone_moves_open_tickets_only_once_somebody_confirms(network):
    in_force(resolution=240)
    one = MONDAY + 5 * HOUR
    ticket = opened(network, at=one)
    office = Calendar.objects.get(code="B")
    names, spec = Names(office.name_id, office.name_en), calendars.in_force(["B"])["B"].spec

    calendars.change(office.pk, names=names, spec=replace(spec, zone="Asia/Jayapura"), actor=SYSTEM, now=one)
    deadlines.follow([ticket], now=one + MINUTE)
    assert resolution(ticket) == ("running", MONDAY + 9 * HOUR, None)

    bagus = UserFactory(name="Bagus", role="supervisor").actor()
    job = recalculating.look(actor=bagus, now=one + HOUR, calendar=office)
    recalculating.go_on(job.pk, now=one + HOUR)
    assert resolution(ticket) == ("running", MONDAY + 9 * HOUR, None)
    recalculating.confirm(job.pk, actor=bagus, now=one + HOUR, reason="Kantor pindah ke Jayapura")
    recalculating.go_on(job.pk, now=one + HOUR)

    assert resolution(ticket)[1] == moment("2026-03-17 08:00")  # 13:00 is 15:00 there: two hours, and two the next day
    moved = ticket.history.get(change="deadlines_moved")
    assert (moved.actor_name, moved.reason) == ("Bagus", "Kantor pindah ke Jayapura")
