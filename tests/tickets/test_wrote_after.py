"""The customer writes after the solution: just thanks does not count, anything else goes on."""

from datetime import timedelta

import pytest

from core.errors import Invalid
from policies.models import QueryType
from tests.factories import ChannelFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.receiving import receive
from tests.tickets.clock_rules import in_force
from tickets.models import Deadline, Ticket
from tickets.services.handling import thanking, work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
MONDAY = moment("2026-11-23 10:00")
THANKS = "Terima kasih banyak, sudah normal!"


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi", role="supervisor").actor()


@pytest.fixture
def channel():
    return ChannelFactory(address="keluhan@nusanet.example")


@pytest.fixture
def ticket(channel, dewi):
    """Answered and resolved within the hour; then Siti says thanks."""
    in_force(first_response=60, next_response=60, resolution=240)
    receive(channel, raw_mail(), now=MONDAY)
    QueryType.objects.update(unsorted=False)
    ticket = Ticket.objects.get()
    replies.reply(ticket.pk, actor=dewi, text="Kabel sudah diganti.", now=MONDAY + HOUR / 2)
    work.resolve(ticket.pk, actor=dewi, now=MONDAY + HOUR, outcome="upheld", fault="ours", cause="Kabel putus")
    return ticket


def write(channel, ticket, text, *, at, number=1):
    sent = ticket.messages.filter(kind="outbound", automatic="").latest("pk")
    mail = raw_mail(text, message_id=f"<t{number}@mail.example>", in_reply_to=f"<{sent.external_id}>")
    receive(channel, mail, now=at)
    ticket.refresh_from_db()


def clocks(ticket):
    return list(
        Deadline.objects.filter(ticket=ticket).order_by("goal").values_list("goal", "state", "due_at", "met_at")
    )


def test_just_thanks_leave_status_ending_and_every_clock_as_if_nothing_had_been_written(ticket, channel, dewi):
    ticket.refresh_from_db()
    before = (clocks(ticket), ticket.resolved_at, ticket.outcome, ticket.cause)
    write(channel, ticket, THANKS, at=MONDAY + 5 * HOUR)
    assert (ticket.status, ticket.wrote_after) == ("open", True)

    thanking.just_thanks(ticket.pk, actor=dewi, now=MONDAY + 6 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.wrote_after, ticket.ball) == ("resolved", False, Ticket.Ball.THEIRS)
    assert (clocks(ticket), ticket.resolved_at, ticket.outcome, ticket.cause) == before


def test_a_later_complaint_counts_from_itself_and_not_from_the_thanks(ticket, channel, dewi):
    write(channel, ticket, THANKS, at=MONDAY + 3 * HOUR)
    thanking.just_thanks(ticket.pk, actor=dewi, now=MONDAY + 4 * HOUR)

    write(channel, ticket, "Mati lagi.", at=MONDAY + 5 * HOUR, number=2)

    assert (ticket.status, ticket.wrote_after) == ("open", True)
    assert Deadline.objects.get(ticket=ticket, goal="next_response").due_at == MONDAY + 6 * HOUR


def test_what_is_no_thanks_stays_open_and_is_out_of_the_list(ticket, channel, dewi):
    write(channel, ticket, "Masih mati.", at=MONDAY + 3 * HOUR)

    thanking.goes_on(ticket.pk, actor=dewi, now=MONDAY + 4 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.wrote_after) == ("open", False)
    with pytest.raises(Invalid, match="Nobody wrote after the solution"):
        thanking.just_thanks(ticket.pk, actor=dewi, now=MONDAY + 4 * HOUR)


def test_whoever_answers_has_judged(ticket, channel, dewi):
    write(channel, ticket, "Masih mati.", at=MONDAY + 3 * HOUR)

    replies.reply(ticket.pk, actor=dewi, text="Kami periksa lagi.", now=MONDAY + 4 * HOUR)

    assert not Ticket.objects.get().wrote_after
