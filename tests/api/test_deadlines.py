from datetime import timedelta

import pytest

from tests.api.conftest import refused
from tests.factories import ChannelFactory, TeamFactory, TicketFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, law
from tickets.models import Deadline
from tickets.services.clocks import deadlines
from tickets.services.handling import work

pytestmark = pytest.mark.django_db
TUESDAY = moment("2026-03-17 16:00")


@pytest.fixture
def begin(network):
    """A ticket of the network team with the clocks that the rules in force give it."""

    def begin(**fields):
        ticket = TicketFactory(**{"team": network, "created_at": TUESDAY, "channel": ChannelFactory()} | fields)
        rows = deadlines.begin([ticket], now=TUESDAY)
        ticket.save()
        deadlines.write(rows)
        return ticket

    return begin


def test_a_ticket_tells_its_deadlines(agent, begin):
    rule = in_force(resolution=240)
    ticket = begin()

    [deadline] = agent.get(f"tickets/{ticket.pk}/").json()["deadlines"]

    due = deadline["due_at"]
    assert deadline == {
        "id": ticket.deadlines.get().pk,
        "ticket": ticket.pk,
        "goal": "resolution",
        "basis": "service",
        "pack": "",
        "state": "running",
        "target": 240,
        "unit": "working",
        "extended": 0,
        "waits_for": "",
        "calendar": "B",
        "started_at": "2026-03-17T16:00:00+07:00",
        "due_at": "2026-03-25T11:00:00+07:00",
        "time_left": None,
        "warn_at": "2026-03-25T10:00:00+07:00",
        "urgent_at": "2026-03-25T10:30:00+07:00",
        "met_at": None,
        "missed_at": None,
        "paused_for": 0,
        "rule": rule.pk,
    }
    assert agent.get("deadlines/", ticket=ticket.pk).json()["results"][0]["due_at"] == due


def test_a_deadline_that_stands_still_tells_the_seconds_that_are_left(agent, begin):
    in_force(resolution=240, pauses=("waiting_third_party",))
    ticket = begin()

    work.wait(ticket.pk, actor=agent.user.actor(), status="waiting_third_party", now=TUESDAY + timedelta(minutes=30))

    [deadline] = agent.get("deadlines/", state="paused").json()["results"]
    assert (deadline["due_at"], deadline["time_left"]) == (None, 210 * 60)


def test_the_sum_behind_a_deadline_can_be_checked_by_hand(agent, begin):
    in_force(resolution=240)
    deadline = begin().deadlines.get()

    told = agent.get(f"deadlines/{deadline.pk}/explain/").json()

    assert told["deadline"]["due_at"] == "2026-03-25T11:00:00+07:00"
    assert [(line["on"], line["kind"], line["seconds"] // 60, line["reason"]) for line in told["lines"]] == [
        ("2026-03-17", "counted", 60, ""),
        ("2026-03-18", "closed", 0, "joint_leave"),
        ("2026-03-19", "closed", 0, "holiday"),
        ("2026-03-20", "closed", 0, "joint_leave"),
        ("2026-03-21", "closed", 0, "holiday"),
        ("2026-03-22", "closed", 0, "holiday"),
        ("2026-03-23", "closed", 0, "joint_leave"),
        ("2026-03-24", "closed", 0, "joint_leave"),
        ("2026-03-25", "counted", 180, ""),
    ]
    first, last = told["lines"][0], told["lines"][-1]
    assert (first["begins"], first["ends"]) == ("2026-03-17T16:00:00+07:00", "2026-03-17T17:00:00+07:00")
    assert (last["ends"], last["total"]) == ("2026-03-25T11:00:00+07:00", 240 * 60)
    assert (told["lines"][2]["name_id"], told["lines"][2]["name_en"]) == ("Hari Suci Nyepi", "Day of Silence")


def test_the_sum_of_working_days_numbers_them(agent, begin):
    law(amount=2, unit="days", calendar="id-bank")
    deadline = begin().deadlines.get()

    lines = agent.get(f"deadlines/{deadline.pk}/explain/").json()["lines"]

    assert [(line["on"], line["number"]) for line in lines if line["kind"] == "day"] == [
        ("2026-03-17", 0),
        ("2026-03-25", 1),
        ("2026-03-26", 2),
    ]


@pytest.mark.parametrize(
    ("query", "goals"),
    [
        ({"goal": "resolution"}, ["resolution"]),
        ({"open": "true"}, ["resolution"]),
        ({"open": "false"}, ["first_response"]),
        ({"state": "met"}, ["first_response"]),
        ({"basis": "legal"}, []),
    ],
)
def test_deadlines_are_asked_for_by_what_they_are(supervisor, begin, query, goals):
    in_force(first_response=60, resolution=240)
    ticket = begin()
    ticket.deadlines.filter(goal="first_response").update(state="met", met_at=TUESDAY)

    assert [row["goal"] for row in supervisor.get("deadlines/", **query).json()["results"]] == goals


def test_deadlines_of_restricted_teams_are_not_for_everybody(agent, begin):
    in_force(resolution=240)
    ticket = begin(team=TeamFactory(slug="conduct", restricted=True))

    assert agent.ids("deadlines/") == []
    refused(agent.get(f"deadlines/{ticket.deadlines.get().pk}/explain/"), 404)


@pytest.mark.parametrize("count", [1, 3])
def test_lists_ask_as_often_for_many_as_for_few(agent, begin, count, django_assert_num_queries):
    in_force(first_response=60, resolution=240)
    for _ in range(count):
        begin()
    agent.get("tickets/")
    with django_assert_num_queries(3):
        agent.get("deadlines/")
    with django_assert_num_queries(4):
        agent.get("tickets/")
    assert Deadline.objects.count() == 2 * count
