"""An agent writes first: a ticket with our word at its beginning, to which the customer's answer comes back."""

import pytest

from channels_in.services import intake, ledger
from channels_out.models import Dispatch
from customers.models import Customer, Identity
from tests.desk.conftest import NINE, TEN, words
from tests.factories import ChannelFactory, CustomerFactory, IdentityFactory, QueryTypeFactory
from tests.mails import raw_mail
from tickets.models import Message, Ticket, TicketHistory

pytestmark = pytest.mark.django_db
PAGE = "/desk/new/"


@pytest.fixture
def mailbox(network):
    return ChannelFactory(address="keluhan@nusanet.example", team=network)


@pytest.fixture
def letter(mailbox):
    return {
        "to": "Siti Rahmawati <siti@mail.example>",
        "channel": mailbox.pk,
        "query_type": "",
        "subject": "Jadwal pemasangan",
        "text": "Kami datang hari Sabtu.",
        "then": "waiting_customer",
    }


def test_a_first_message_opens_a_ticket_of_the_writers(desk, dewi, network, letter):
    page = desk.post(PAGE, letter, follow=True)

    ticket = Ticket.objects.get()
    assert page.redirect_chain == [(f"/desk/t/{ticket.reference}/", 302)]
    assert "The ticket is open, and your message is on its way." in words(page)
    assert (ticket.owner, ticket.team, ticket.status, ticket.subject) == (
        dewi,
        network,
        "waiting_customer",
        "Jadwal pemasangan",
    )
    dispatch = Dispatch.objects.get()
    assert dispatch.subject == f"Jadwal pemasangan [{ticket.reference}]"
    assert dispatch.text == "Kami datang hari Sabtu.\n\nDewi\nNusanet Keluhan"
    assert [change.change for change in TicketHistory.objects.order_by("id")] == ["opened", "replied"]


def test_somebody_we_do_not_know_becomes_a_customer(desk, letter):
    desk.post(PAGE, letter)

    customer = Customer.objects.get()
    assert (customer.name, customer.identities.get().value) == ("Siti Rahmawati", "siti@mail.example")


def test_a_known_address_leads_to_the_customer_who_has_it(desk, letter, siti):
    desk.post(PAGE, letter)

    assert Ticket.objects.get().customer == siti


def test_the_answer_lands_on_that_ticket(desk, letter, mailbox):
    desk.post(PAGE, letter)
    mail = raw_mail("Baik, terima kasih.", to=Dispatch.objects.get().headers["Reply-To"], subject="Re: Jadwal")

    ledger.store(mailbox, [mail], now=TEN)
    intake.process(intake.claim_batch(now=TEN), now=TEN)

    ticket = Ticket.objects.get()
    assert [message.text for message in ticket.messages.order_by("id")] == [
        "Kami datang hari Sabtu.",
        "Baik, terima kasih.",
    ]
    assert (ticket.status, ticket.unanswered) == ("open", 1)


def test_from_the_customers_page_the_address_is_filled_in(desk, siti, mailbox, ticket):
    page = desk.get(f"/desk/c/{siti.pk}/").content.decode()
    assert f'href="/desk/new/?customer={siti.pk}"' in page

    page = desk.get(f"{PAGE}?customer={siti.pk}").content.decode()

    assert 'value="&quot;Siti Rahmawati&quot; &lt;siti@mail.example&gt;"' in page


def test_another_address_of_a_chosen_customer_is_kept_as_theirs(desk, siti, letter):
    desk.post(PAGE, letter | {"customer": siti.pk, "to": "siti.kantor@mail.example"})

    assert Identity.objects.get(value="siti.kantor@mail.example").customer == siti


def test_an_address_of_somebody_else_is_not_taken_from_them(desk, siti, letter):
    IdentityFactory(customer=CustomerFactory(name="Budi"), value="budi@mail.example")

    refused = desk.post(PAGE, letter | {"customer": siti.pk, "to": "budi@mail.example"})

    assert "budi@mail.example belongs to another customer." in words(refused)
    assert not Ticket.objects.exists()


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"to": ""}, "Give the one e-mail address of the customer you write to."),
        ({"to": "a@mail.example, b@mail.example"}, "Give the one e-mail address of the customer you write to."),
        ({"to": "keluhan@nusanet.example"}, "keluhan@nusanet.example is a mailbox of ours"),
        ({"subject": " "}, "Give it a subject: what is it about?"),
        ({"text": " "}, "The reply is empty. Write something first."),
    ],
)
def test_what_is_missing_is_told_and_nothing_is_made(desk, letter, change, sentence):
    refused = desk.post(PAGE, letter | change)

    assert refused.status_code == 422
    assert sentence in words(refused)
    assert (Ticket.objects.count(), Customer.objects.count(), Dispatch.objects.count()) == (0, 0, 0)


def test_what_was_written_stands_there_again(desk, letter):
    refused = desk.post(PAGE, letter | {"subject": ""}).content.decode()

    assert "Kami datang hari Sabtu.</textarea>" in refused
    assert 'value="Siti Rahmawati &lt;siti@mail.example&gt;"' in refused


def test_undo_leaves_the_ticket_with_the_text_in_its_composer(desk, letter):
    desk.post(PAGE, letter)
    ticket = Ticket.objects.get()

    page = desk.post(f"/desk/t/{ticket.reference}/undo/", {"message": Message.objects.get().pk}, follow=True)

    assert not Dispatch.objects.exists()
    assert "Kami datang hari Sabtu.</textarea>" in page.content.decode()
    assert Ticket.objects.get().status == "open"


def test_nothing_is_written_to_a_restricted_team_that_one_does_not_belong_to(desk, conduct, letter, network):
    about = QueryTypeFactory(team=conduct)

    desk.post(PAGE, letter | {"query_type": about.pk})

    assert Ticket.objects.get().team == network


def test_without_a_mailbox_the_page_says_what_to_do(desk):
    assert "There is no mailbox to write from." in words(desk.get(PAGE))


def test_it_began_when_it_was_written(desk, letter):
    desk.post(PAGE, letter)

    ticket = Ticket.objects.get()
    assert (ticket.received_at, ticket.first_response_at, ticket.ball) == (TEN, TEN, Ticket.Ball.THEIRS)
    assert ticket.created_at > NINE
