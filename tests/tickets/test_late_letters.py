"""What customers read when it takes too long, and what they are owed for it."""

from datetime import timedelta

import pytest

from channels_in.services import intake, ledger
from channels_out.models import Dispatch
from core.actor import SYSTEM
from tests.factories import ChannelFactory, QueryTypeFactory, TeamFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.tickets.clock_rules import in_force, ladder
from tests.tickets.test_alarms import rung
from tickets.models import Message, Ticket
from tickets.services.handling import work
from tickets.services.promises import recovery

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-03-16 08:00")
HOUR = timedelta(hours=1)
LATE = {"level": 2, "actions": ["notify", "tell_customer"]}


@pytest.fixture
def receive():
    """A mail comes in, to a team with a lead, under a ladder that tells the customer twice."""
    network = TeamFactory(slug="network")
    UserFactory(name="Bambang", role="supervisor", teams=[network])
    channel = ChannelFactory(team=network, query_type=QueryTypeFactory(slug="lambat", apology="0"))
    in_force(first_response=60, resolution=240, ladder=ladder({"at_percent": 50, **LATE}, {"at_percent": 75, **LATE}))

    def receive(mail: bytes) -> Ticket:
        ledger.store(channel, [mail], now=MONDAY)
        intake.process(intake.claim_batch(now=MONDAY), now=MONDAY)
        return Ticket.objects.get()

    return receive


def letters():
    return Message.objects.filter(automatic="late_letter")


def test_the_customer_is_told_once_in_their_language_and_by_a_machine_that_says_so(receive):
    ticket = receive(raw_mail())

    rung(MONDAY + 2 * HOUR)
    rung(MONDAY + 3 * HOUR)

    letter = letters().get()
    assert (letter.ticket, letter.to) == (ticket, ["siti@mail.example"])
    assert "memakan waktu lebih lama daripada seharusnya" in letter.text
    assert not {"TAT", "SLA", "eskalasi"} & set(letter.text.split())
    dispatch = Dispatch.objects.get(pk=letter.dispatch_id)
    assert (dispatch.automatic, dispatch.headers["Auto-Submitted"]) == (True, "auto-replied")
    ticket.refresh_from_db()
    assert (ticket.status, ticket.first_response_at, ticket.unanswered) == ("new", None, 1)


def test_a_machine_is_not_told(receive):
    receive(raw_mail().replace(b"MIME-Version", b"Auto-Submitted: auto-generated\r\nMIME-Version"))

    rung(MONDAY + 2 * HOUR)

    assert not letters().exists()


def test_who_gets_too_many_automatic_mails_gets_no_more(receive):
    ticket = receive(raw_mail())
    for number in range(5):
        known = Dispatch.objects.get(pk=ticket.messages.get(automatic="acknowledgement").dispatch_id)
        recipient = known.recipients.get()
        known.pk, known.external_id = None, f"more{number}"
        known.save()
        recipient.pk, recipient.dispatch, recipient.created_at = None, known, MONDAY + 2 * HOUR
        recipient.save()

    rung(MONDAY + 2 * HOUR)

    assert not letters().exists()


def test_a_late_first_answer_and_a_late_solution_owe_an_apology_unless_it_was_the_customers_fault(receive):
    ticket = receive(raw_mail())
    assert recovery.reasons(ticket) == []

    rung(MONDAY + HOUR)
    assert recovery.reasons(ticket) == ["first_response_missed"]
    rung(MONDAY + 4 * HOUR)
    assert recovery.reasons(ticket) == ["first_response_missed", "resolution_missed"]

    work.resolve(ticket.pk, actor=SYSTEM, outcome="upheld", fault="customer", now=MONDAY + 5 * HOUR)
    assert recovery.reasons(Ticket.objects.get()) == []
