"""Programs write first, forward, and say whom a reply goes to."""

import pytest

from channels_out.models import Dispatch
from customers.models import Customer
from tests.api.conftest import refused
from tests.factories import ChannelFactory, MessageFactory, TicketFactory
from tickets.models import Message, Ticket

FIRST = {"to": ["Siti Rahmawati <siti@mail.example>"], "subject": "Jadwal", "text": "Kami datang Sabtu."}


@pytest.fixture
def ticket(network):
    ticket = TicketFactory(team=network)
    MessageFactory(ticket=ticket, from_address="siti@mail.example", text="Internet mati.")
    return ticket


def recipients():
    return [(each.kind, each.address) for each in Dispatch.objects.latest("id").recipients.order_by("id")]


def test_a_reply_goes_where_the_program_says(agent, ticket):
    body = {"text": "Besok.", "to": ["Siti <siti.kantor@mail.example>"], "cc": ["budi@mail.example"]}

    answer = agent.post(f"tickets/{ticket.pk}/reply/", body).json()

    assert (answer["to"], answer["cc"]) == (["siti.kantor@mail.example"], ["budi@mail.example"])
    assert recipients() == [("to", "siti.kantor@mail.example"), ("cc", "budi@mail.example")]


def test_an_address_that_is_none_is_refused(agent, ticket):
    answer = agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Besok.", "cc": ["budi"]})

    assert list(refused(answer, 400)["errors"]) == ["cc"]
    assert not Dispatch.objects.exists()


def test_a_first_message_makes_a_ticket_once_however_often_it_is_posted(agent, network):
    mailbox = ChannelFactory(team=network)

    first = agent.post("tickets/", FIRST | {"channel": mailbox.pk}, key="a1")
    again = agent.post("tickets/", FIRST | {"channel": mailbox.pk}, key="a1")

    made = Ticket.objects.get()
    assert (first.status_code, first.json()["id"], again.json()) == (201, made.pk, first.json())
    assert (made.subject, made.status, made.customer.name) == ("Jadwal", "waiting_customer", "Siti Rahmawati")
    assert recipients() == [("to", "siti@mail.example")]


def test_a_customer_that_is_not_there_is_told(agent, network):
    ChannelFactory(team=network)

    assert list(refused(agent.post("tickets/", FIRST | {"customer": 999999}), 400)["errors"]) == ["customer"]
    assert not Customer.objects.exists()


def test_what_is_forwarded_is_in_a_thread_of_its_own(agent, ticket):
    asked = Message.objects.get()
    body = {"to": ["noc@serat.example"], "text": "Mohon cek.", "messages": [asked.pk], "wait": True}

    answer = agent.post(f"tickets/{ticket.pk}/forward/", body)

    sent = answer.json()
    assert (answer.status_code, sent["to"]) == (201, ["noc@serat.example"])
    assert sent["conversation"] != asked.conversation_id
    assert "Internet mati." in sent["full_text"]
    ticket.refresh_from_db()
    assert ticket.status == "waiting_third_party"
    going_on = agent.post(f"tickets/{ticket.pk}/forward/", {"thread": sent["conversation"], "text": "Terima kasih."})
    assert going_on.json()["conversation"] == sent["conversation"]
