"""A step of a ladder is the same step wherever it stands: on a ticket it happens once, whatever administrators edit."""

from datetime import timedelta

import pytest

from policies.models import Ladder
from policies.services import ladders
from policies.services.ladders import StepValues
from tests.factories import UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, ladder, publish
from tests.tickets.test_alarms import opened, raised, rung
from tickets.models import Terms, TicketHistory
from tickets.services.clocks import deadlines, renewing

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-03-16 08:00")
HOUR = timedelta(hours=1)
STEPS = ({"at_percent": 50, "level": 1}, {"at_percent": 75, "level": 2})


@pytest.fixture
def admin():
    return UserFactory(name="Ratna", role="administrator").actor()


def numbers():
    return [(step.number, step.at_percent) for step in Ladder.objects.get(code="L-T").steps.all()]


def test_steps_that_change_places_happen_once_each_though_the_ticket_is_measured_anew(network, dewi, lead, admin):
    rule = in_force(resolution=240, ladder=ladder(*STEPS))
    ticket = opened(network, owner=dewi)
    later = MONDAY + 2 * HOUR
    rung(later)

    ladders.move("L-T", 2, up=True, actor=admin, now=later)
    rule.targets["resolution"]["amount"] = 300
    rule.save()
    publish(now=later)
    renewing.renew([ticket], actor=admin, reason="More time", now=later)
    rung(MONDAY + 4 * HOUR)

    assert raised() == [("L-T/1", 1, ["Dewi"]), ("L-T/2", 2, ["Bambang"])]


def test_a_step_that_is_edited_stays_itself_and_the_number_of_one_that_went_is_never_given_again(lead, admin):
    ladder(*STEPS)
    third = StepValues(at_percent=100, level=3, actions=["notify"])

    ladders.change("L-T", 1, StepValues(at_percent=40, level=1, actions=["notify"]), actor=admin, now=MONDAY)
    ladders.remove("L-T", 2, actor=admin, now=MONDAY)
    ladders.add("L-T", third, actor=admin, now=MONDAY)

    assert numbers() == [(1, 40), (3, 100)]


def test_tickets_from_before_steps_had_numbers_know_them_by_their_place(network, dewi, lead):
    in_force(resolution=240, ladder=ladder(*STEPS))
    ticket = opened(network, owner=dewi)
    rung(MONDAY + 2 * HOUR)
    before = Terms.objects.get()
    for step in before.steps:
        del step["number"]
    before.digest = "of an older version"
    before.save()

    deadlines.retarget(ticket, now=MONDAY + 2 * HOUR)
    rung(MONDAY + 3 * HOUR)

    assert ticket.terms_id != before.pk
    assert [step for step, _level, _told in raised()] == ["L-T/1", "L-T/2"]
    assert not TicketHistory.objects.filter(change="deadlines_moved").exists()  # none has
