import random
from collections import Counter
from datetime import timedelta

import pytest
from django.db import transaction
from django.db.models import Count
from django.test import Client
from django.urls import reverse

from channels_in.models import Arrival
from channels_in.services import intake
from core.models import Heartbeat
from customers.models import Customer
from demo import stream
from demo.content import customers
from demo.seeding import moving
from demo.seeding.seed import seed
from desk.clocks import chip_of_card
from staff.models import Team, User
from tests.moments import moment
from tickets import explaining
from tickets.models import OPEN_STATUSES, Deadline, Message, Ticket, TimelineEntry
from tickets.references import references_in
from tickets.services.handling import turn

NOW = moment("2026-11-20 14:00")
FEW = 250


@pytest.fixture(scope="module")
def company(django_db_setup, django_db_blocker):
    """The demo's data with fewer tickets, made once for these tests and taken away after them."""

    with django_db_blocker.unblock(), transaction.atomic():
        seed(now=NOW, tickets=FEW)
        yield
        transaction.set_rollback(True)


@pytest.fixture
def demo(company, db):
    return company


def test_there_are_three_teams_eight_people_three_hundred_customers_and_the_tickets(demo):
    assert (Team.objects.count(), User.objects.count()) == (3, 8)
    assert (Customer.objects.count(), Ticket.objects.count()) == (300, FEW)
    assert Ticket.objects.values("channel__kind").distinct().count() >= 5


def test_no_time_lies_in_the_future_and_none_more_than_four_months_back(demo):
    entries = TimelineEntry.objects.order_by("at")
    assert entries.first().at > NOW - timedelta(days=120)
    assert entries.last().at <= NOW + timedelta(seconds=2)


def test_every_reference_is_one_and_every_message_has_its_line_in_the_timeline(demo):
    assert all(references_in(reference) for reference in Ticket.objects.values_list("reference", flat=True))
    told = TimelineEntry.objects.exclude(kind="status").values_list("object_id", flat=True)
    assert set(told) == set(Message.objects.values_list("pk", flat=True))
    assert len(told) == len(set(told))


def test_whose_turn_it_is_follows_from_what_was_said(demo):
    wrong = []
    for ticket in Ticket.objects.filter(status__in=OPEN_STATUSES):
        before = (ticket.ball, ticket.queue_at, ticket.unanswered, ticket.preview, ticket.first_response_at)
        turn.recount(ticket)
        if before != (ticket.ball, ticket.queue_at, ticket.unanswered, ticket.preview, ticket.first_response_at):
            wrong.append(ticket.reference)
    assert wrong == []


def test_there_is_work_in_the_queue_and_some_of_it_nobodys(demo):
    waiting = Ticket.objects.open().filter(ball=Ticket.Ball.OURS)
    assert waiting.count() >= 5
    assert waiting.filter(owner=None).exists()
    assert waiting.exclude(owner=None).exists()


def test_somebody_told_the_same_trouble_to_two_teams(demo):
    often = Ticket.objects.values("customer").annotate(teams=Count("team", distinct=True)).order_by("-teams").first()
    assert often is not None
    assert often["teams"] >= 2


def test_the_next_start_keeps_the_rows_and_moves_their_times_to_now(demo):
    Heartbeat.objects.filter(name=moving.ALIVE).update(at=NOW)
    ended = TimelineEntry.objects.exclude(ticket__in=Ticket.objects.open())
    before = dict(ended.values_list("pk", "at"))
    later = NOW + timedelta(days=3, hours=1)

    assert seed(now=later) is False

    moved = dict(ended.values_list("pk", "at"))
    assert {at - before[pk] for pk, at in moved.items()} == {timedelta(days=3, hours=1)}
    assert Ticket.objects.count() == FEW
    assert TimelineEntry.objects.latest("at").at <= later


@pytest.mark.parametrize("passed", [timedelta(0), timedelta(days=2, hours=11)])  # Friday afternoon, Monday at night
def test_of_the_open_tickets_a_tenth_is_late_some_are_close_and_the_rest_is_fine(demo, passed):
    now = NOW + passed
    Heartbeat.objects.filter(name=moving.ALIVE).update(at=NOW)

    seed(now=now)

    looks = {team.slug: looks_of(team, now) for team in Team.objects.all()}
    shown: Counter[str] = sum(looks.values(), Counter())
    assert 0.05 <= shown["late"] / shown.total() <= 0.25
    assert 0.1 <= (shown["soon"] + shown["urgent"]) / shown.total() <= 0.25
    assert all(each["calm"] + each["paused"] >= each.total() / 2 for each in looks.values()), looks


def looks_of(team, now):
    """Of people without a story of their own; those keep their days."""
    cast = [person.email for person in customers(random.Random(1), 300) if person.key]
    others = Ticket.objects.open().filter(team=team).exclude(customer__identities__value__in=cast).exclude(clock=None)
    return Counter(chip_of_card(clock, now=now).look for clock in others.values_list("clock", flat=True))


def test_every_open_clock_of_the_demo_is_explained_to_its_moment(demo):
    running = Deadline.objects.filter(state="running", ticket__in=Ticket.objects.open()).select_related("calendar")
    sums = [(explaining.lines(row)[-1], row) for row in running]

    assert len(sums) > 30
    assert all(line.ends == row.due_at for line, row in sums)


def test_a_drip_becomes_a_message_like_any_other_mail(demo):
    messages = Message.objects.filter(kind="inbound").count()

    assert stream.drip(now=NOW)

    intake.process(intake.claim_batch(now=NOW), now=NOW)
    assert Message.objects.filter(kind="inbound").count() == messages + 1
    assert Arrival.objects.filter(state="parked").count() == 1


@pytest.mark.parametrize("who", ["agent", "other-agent", "supervisor", "administrator"])
def test_one_click_is_enough_to_be_one_of_four_people(demo, who):
    client = Client()
    answer = client.post(reverse("demo:login"), {"who": who})
    assert (answer.status_code, answer["Location"]) == (302, "/desk/")
    assert "_auth_user_id" in client.session


def test_nobody_else_is_let_in(demo):
    assert Client().post(reverse("demo:login"), {"who": "rangga"}).status_code == 404
