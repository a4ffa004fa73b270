"""What is found out about a case: rules, laws and the priority look at it at once."""

from datetime import timedelta
from decimal import Decimal

import pytest

from core.errors import Invalid, NotAllowed
from policies.services import packs
from tests.factories import TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, law
from tickets.models import Deadline
from tickets.services.clocks import deadlines
from tickets.services.handling import facts

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-03-16 08:00")
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def opened(network):
    """A complaint of Monday morning, once its rules are in force."""

    def opened(**fields):
        ticket = TicketFactory(team=network, created_at=MONDAY, **fields)
        deadlines.adopt([ticket], now=MONDAY)
        return ticket

    return opened


def target(ticket):
    return Deadline.objects.get(ticket=ticket, goal="resolution", basis="service").target


@pytest.mark.parametrize(
    ("conditions", "known"),
    [
        ({"public": [True]}, {"reach": 0}),
        ({"loss_claimed": [True]}, {"loss_amount": Decimal("250000.00")}),
        ({"area": ["depok"]}, {"area": "Depok"}),
    ],
)
def test_a_rule_that_asks_for_it_holds_as_soon_as_it_is_known(dewi, opened, conditions, known):
    in_force(resolution=240)
    in_force(resolution=60, conditions=conditions)
    ticket = opened()
    assert target(ticket) == 240

    facts.describe(ticket.pk, actor=dewi.actor(), now=MONDAY + HOUR, **known)

    assert target(ticket) == 60
    assert ticket.history.get(change="facts_noted").actor_name == "Dewi"


def test_a_law_counts_from_the_day_that_is_found_out(dewi, opened):
    law(amount=7 * 1440, unit="calendar", calendar="X", clock_start="transaction")
    ticket = opened()

    facts.describe(ticket.pk, actor=dewi.actor(), now=MONDAY + HOUR, occurred_at=MONDAY - 2 * DAY)

    assert Deadline.objects.get(ticket=ticket, pack="HUKUM").due_at == MONDAY + 5 * DAY


@pytest.mark.parametrize(("reach", "priority"), [(9_999, "normal"), (10_000, "high")])
def test_what_ten_thousand_people_follow_raises_the_priority(dewi, opened, reach, priority):
    packs.load("priority", now=MONDAY)
    ticket = opened()

    facts.describe(ticket.pk, actor=dewi.actor(), now=MONDAY, reach=reach)

    ticket.refresh_from_db()
    assert (ticket.reach, ticket.priority) == (reach, priority)


def test_what_was_known_already_changes_nothing(dewi, opened):
    ticket = opened(area="Depok")

    facts.describe(ticket.pk, actor=dewi.actor(), now=MONDAY, area="Depok", reach=None)

    assert not ticket.history.exists()


@pytest.mark.parametrize(
    ("known", "sentence"),
    [
        ({"occurred_at": MONDAY + HOUR}, "cannot have happened in the future"),
        ({"loss_amount": Decimal(0)}, "an amount above nothing"),
        ({"reach": -1}, "fewer followers than none"),
    ],
)
def test_what_cannot_be_is_refused_in_one_sentence(dewi, opened, known, sentence):
    with pytest.raises(Invalid, match=sentence):
        facts.describe(opened().pk, actor=dewi.actor(), now=MONDAY, **known)


def test_only_whoever_may_change_the_ticket_writes_down_facts(opened):
    with pytest.raises(NotAllowed):
        facts.describe(opened().pk, actor=UserFactory().actor(), now=MONDAY, area="Depok")
