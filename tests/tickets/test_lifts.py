"""What raises the priority of a ticket: domain.md 3, on Friday, 20 November 2026, at ten."""

from datetime import timedelta

import pytest

from core.models import Errand
from helpdesk import errand_runner
from policies.models import PriorityLift, QueryType
from policies.services import packs
from tests.factories import CustomerFactory, MessageFactory, QueryTypeFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force
from tickets.models import Deadline, FollowUp, Ticket
from tickets.services.escalation.priority_checks import check_priority
from tickets.services.handling import work
from tickets.services.promises import follow_ups

pytestmark = pytest.mark.django_db
TEN = moment("2026-11-20 10:00")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def _what_the_pack_says():
    packs.load("priority", now=TEN)


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi", teams=[TeamFactory(slug="network")])


@pytest.fixture
def complaint():
    return QueryTypeFactory(slug="outage", kind="complaint")


@pytest.fixture
def sort(dewi, complaint):
    """A ticket of a customer that Dewi sorts; its priority then, and why."""

    def sort(customer=None, *, query_type=None, priority="normal", **fields):
        who = customer or CustomerFactory()
        ticket = TicketFactory(customer=who, team=dewi.teams.get(), created_at=TEN, **fields)
        kind = query_type or complaint
        work.classify(ticket.pk, actor=dewi.actor(), now=TEN, query_type=kind, priority=priority)
        ticket.refresh_from_db()
        return ticket

    return sort


def why(ticket):
    return list(ticket.history.filter(change="priority_lifted").order_by("id").values_list("reason", flat=True))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"high_value": True}, "valued"),
        ({"stage": "core"}, "valued"),
        ({"stage": "first"}, "young"),
        ({"stage": "early"}, "young"),
        ({"vulnerable": True}, "vulnerable"),
        ({"high_value": True, "stage": "early", "vulnerable": True}, "valued, young, vulnerable"),
    ],
)
def test_who_complains_raises_the_priority_by_one_and_the_history_says_why(sort, fields, reason):
    ticket = sort(CustomerFactory(**fields))

    assert (ticket.priority, why(ticket)) == ("high", [reason])


def test_nothing_is_raised_for_anybody_else_nor_above_urgent(sort):
    assert sort().priority == "normal"
    assert sort(CustomerFactory(stage="prospect")).priority == "normal"
    assert sort(CustomerFactory(stage="first"), query_type=QueryTypeFactory(kind="question")).priority == "normal"
    assert sort(CustomerFactory(high_value=True), priority="urgent").priority == "urgent"


def test_a_complaint_is_never_of_low_priority(sort):
    ticket = sort(priority="low")

    assert (ticket.priority, why(ticket)) == ("normal", ["complaint"])
    assert sort(query_type=QueryTypeFactory(kind="praise"), priority="low").priority == "low"


def test_the_same_within_ninety_days_raises_it_and_longer_ago_does_not(sort, complaint):
    siti, budi = CustomerFactory(), CustomerFactory()
    TicketFactory(customer=siti, query_type=complaint, created_at=TEN - 89 * DAY, status="closed")
    TicketFactory(customer=budi, query_type=complaint, created_at=TEN - 91 * DAY, status="closed")
    TicketFactory(customer=budi, query_type=complaint, created_at=TEN - DAY, status="spam")

    assert why(sort(siti)) == ["again"]
    assert why(sort(budi)) == []


def test_it_is_raised_once_and_what_somebody_sets_afterwards_stays(sort, dewi, complaint):
    ticket = sort(CustomerFactory(high_value=True))
    work.classify(ticket.pk, actor=dewi.actor(), now=TEN, query_type=complaint, priority="normal")

    check_priority(ticket.pk, now=TEN)

    ticket.refresh_from_db()
    assert (ticket.priority, why(ticket)) == ("normal", ["valued"])


def test_the_clocks_follow_where_a_rule_asks_for_the_priority(sort, complaint):
    in_force(now=TEN, resolution=480, query_type=complaint)
    in_force(now=TEN, resolution=120, query_type=complaint, conditions={"priority": ["high"]})

    ticket = sort(CustomerFactory(high_value=True))

    assert Deadline.objects.get(ticket=ticket).target == 120


def test_a_date_that_the_customer_was_told_and_that_passes_raises_it(sort, dewi):
    ticket = sort()
    told = MessageFactory(ticket=ticket, kind="outbound", text="Besok")
    given = {"actor": dewi.actor(), "now": TEN, "kind": "call_back", "due_at": TEN + DAY}
    follow_ups.add(ticket.pk, what="Teknisi datang", told_in=told, **given)
    follow_ups.miss_due(now=TEN + 2 * DAY)

    errand_runner.run_due()

    ticket.refresh_from_db()
    assert (ticket.priority, why(ticket)) == ("high", ["promise_broken"])
    assert FollowUp.objects.get().state == "missed"


def test_a_further_word_hours_after_the_unanswered_one_raises_it(sort):
    ticket = sort()
    Ticket.objects.filter(pk=ticket.pk).update(unanswered=2, queue_at=TEN, last_message_at=TEN + 3 * timedelta(hours=1))
    check_priority(ticket.pk, now=TEN + DAY)
    ticket.refresh_from_db()
    assert why(ticket) == []

    Ticket.objects.filter(pk=ticket.pk).update(last_message_at=TEN + 5 * timedelta(hours=1))
    check_priority(ticket.pk, now=TEN + DAY)

    assert why(ticket) == ["again"]


def test_what_is_unsorted_or_settled_is_left_alone(sort):
    unsorted = QueryType.objects.create(slug="belum", kind="complaint", name_id="B", name_en="U", unsorted=True)
    ticket = TicketFactory(customer=CustomerFactory(high_value=True), query_type=unsorted)
    settled = TicketFactory(customer=ticket.customer, status="resolved")

    check_priority(ticket.pk, now=TEN)
    check_priority(settled.pk, now=TEN)

    assert set(Ticket.objects.values_list("priority", flat=True)) == {"normal"}


def test_what_the_company_switched_off_raises_nothing(sort):
    PriorityLift.objects.filter(code="valued").update(in_force=False)

    assert sort(CustomerFactory(high_value=True)).priority == "normal"
    assert not Errand.objects.filter(kind="priority_check").exists()
