"""An answer repeats what it answers, for its author alone."""

import pytest

from channels_out.models import Dispatch
from channels_out.services.outbox import Recipient
from tests.factories import MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Message
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
SIGNED = "Teknisi besok.\n\nDewi\nNusanet Keluhan"
NINE, TEN = moment("2026-11-20 09:00"), moment("2026-11-20 10:00")
SITI = {"from_address": "siti@mail.example", "from_name": "Siti"}


@pytest.fixture
def ticket():
    return TicketFactory(created_at=NINE)


def sent(ticket, **how):
    dewi = UserFactory(teams=[ticket.team or TeamFactory()])
    replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, **how)
    return Dispatch.objects.get().text


def test_the_last_message_stands_below_the_answer_in_the_customers_language_and_time(ticket):
    MessageFactory(ticket=ticket, text="Masih mati.\n\nTolong.", **SITI)

    quoted = "Pada 20 November 2026 09:00 WIB, Siti menulis:\n> Masih mati.\n>\n> Tolong."
    assert sent(ticket) == f"{SIGNED}\n\n{quoted}"
    message = Message.objects.get(kind="outbound")
    assert (message.text, message.full_text) == ("Teknisi besok.", SIGNED)


def test_in_english_for_those_who_read_english(ticket):
    ticket.customer.language = "en"
    ticket.customer.save()
    MessageFactory(ticket=ticket, text="Still down.", **SITI)

    assert sent(ticket).endswith("On 20 November 2026 09:00 WIB, Siti wrote:\n> Still down.")


def test_T07_nobody_but_its_author_gets_it(ticket):
    MessageFactory(ticket=ticket, text="Rahasia.", **SITI)

    assert sent(ticket, to=[Recipient("orang.lain@mail.example")]) == SIGNED


def test_T07_nor_does_anybody_who_gets_a_copy(ticket):
    MessageFactory(ticket=ticket, text="Rahasia.", **SITI)

    assert sent(ticket, cc=[Recipient("adik@mail.example")]) == SIGNED


@pytest.mark.parametrize("unfit", [{"trust": "failed"}, {"trust": "third_party"}, {"automatic": "auto-submitted"}])
def test_what_the_customer_did_not_say_themselves_is_not_repeated(ticket, unfit):
    MessageFactory(ticket=ticket, text="Asli.", **SITI)
    MessageFactory(ticket=ticket, text="Palsu.", received_at=TEN, **SITI, **unfit)

    assert sent(ticket).endswith("> Asli.")


def test_a_mailbox_may_be_set_not_to_quote(ticket):
    MessageFactory(ticket=ticket, text="Mati.", **SITI)
    ticket.channel.settings = {"quote_last": False}
    ticket.channel.save()

    assert sent(ticket) == SIGNED


def test_of_a_long_message_the_beginning_is_enough(ticket):
    MessageFactory(ticket=ticket, text="baris\n" * 300, **SITI)

    lines = sent(ticket).splitlines()
    assert (len(lines), lines[-2:]) == (107, ["> baris", "> …"])
