"""Calls: written down by whoever had them, on the same history, with the clocks and the turn that follow."""

import pytest

from core.errors import Invalid
from policies.models import Channel
from tests.factories import ChannelFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.promises import calls

pytestmark = pytest.mark.django_db
TEN = moment("2026-11-20 10:00")


@pytest.fixture
def maya():
    return UserFactory(name="Maya", teams=[TeamFactory(slug="billing")])


@pytest.fixture
def ticket():
    """A ticket of another team than Maya's, waiting for its customer."""
    return TicketFactory(customer__name="Ratna", status="waiting_customer", unanswered=0, ball=Ticket.Ball.THEIRS)


def test_a_call_is_two_lines_of_the_history_theirs_and_ours_and_an_answer(ticket, maya):
    phone = ChannelFactory(kind=Channel.Kind.PHONE, address="+6221555")

    calls.record(ticket.pk, actor=maya.actor(), now=TEN, direction="in", said="Di mana?", answered="Besok.")

    lines = TimelineEntry.objects.filter(kind="call").order_by("id")
    assert [(line.direction, line.actor_name, line.text) for line in lines] == [
        ("in", "Ratna", "Di mana?"),
        ("out", "Maya", "Besok."),
    ]
    assert {line.channel for line in lines} == {phone}
    ticket.refresh_from_db()
    assert (ticket.status, ticket.ball, ticket.first_response_at) == ("open", Ticket.Ball.THEIRS, TEN)
    assert TicketHistory.objects.get().change == "called"


def test_what_was_not_answered_waits_for_us(ticket, maya):
    calls.record(ticket.pk, actor=maya.actor(), now=TEN, direction="in", said="Di mana?", who="Suami Ibu Ratna")

    ticket.refresh_from_db()
    assert (ticket.ball, ticket.unanswered, ticket.first_response_at) == (Ticket.Ball.OURS, 1, None)
    assert Message.objects.get().from_name == "Suami Ibu Ratna"


def test_customers_never_read_what_colleagues_wrote_down(ticket, maya):
    calls.record(ticket.pk, actor=maya.actor(), now=TEN, direction="out", answered="Kami kabari besok.")

    assert not Message.objects.public().exists()


@pytest.mark.parametrize("given", [{"direction": "in"}, {"direction": "sideways", "said": "x"}])
def test_an_empty_call_is_none(ticket, maya, given):
    with pytest.raises(Invalid):
        calls.record(ticket.pk, actor=maya.actor(), now=TEN, **given)


def test_calls_on_tickets_that_one_may_not_read_do_not_exist(maya):
    hidden = TicketFactory(team=TeamFactory(slug="legal", restricted=True))

    with pytest.raises(Ticket.DoesNotExist):
        calls.record(hidden.pk, actor=maya.actor(), now=TEN, direction="in", said="x")
