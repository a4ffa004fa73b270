"""What leaves us (threats.md T16): a mail of each kind that we write, as it goes over the wire."""

from email import message_from_bytes
from email.policy import default

import pytest

from channels_in.services import oversized
from channels_out.ids import is_our_message_id
from channels_out.models import Dispatch
from channels_out.senders.mail import compose
from channels_out.services import by_mail
from channels_out.services.outbox import Recipient
from portal.models import LinkRequest
from portal.services import links
from staff.models import User
from tests.channels_in.threats.conftest import ELEVEN, NINE, TEN
from tests.factories import UserFactory
from tests.mails import raw_mail
from tickets.models import Ticket
from tickets.services.escalation import late_letters
from tickets.services.handling import work
from tickets.services.outward import automatic, forwarding, outgoing, replies

pytestmark = pytest.mark.django_db
BY_PEOPLE = {"reply", "forward"}


@pytest.fixture
def written(receive, ticket, channel, dewi):
    """By its kind, what we wrote to Siti, to the agent who helps her, to a vendor, to Budi, to an administrator."""
    User.objects.filter(pk=dewi.pk).update(mail_notices=True)
    work.take_over(ticket.pk, actor=dewi.actor(), now=NINE)
    replies.reply(ticket.pk, actor=dewi.actor(), text="Kami periksa.", now=NINE)
    receive(raw_mail("Kapan?", message_id="<w1@mail.example>", in_reply_to="<a1@mail.example>"), now=TEN)
    vendor = [Recipient("noc@serat.example", "NOC")]
    forwarding.forward(ticket.pk, actor=dewi.actor(), text="Mohon dicek.", to=vendor, now=TEN)
    huge = raw_mail("", sender="Budi <budi@mail.example>", message_id="<besar@mail.example>")
    oversized.take(channel, huge, size=40_000_000, now=TEN)
    UserFactory(role="administrator", email="bagus@nusanet.example")
    by_mail.of_reading(channel, lambda: "Nothing answers.", since=TEN, now=TEN)
    links.ask(ticket.reference, "siti@mail.example", caller="somewhere", language="id", now=ELEVEN)
    links.answer(LinkRequest.objects.get().pk, now=ELEVEN)
    kinds = ["acknowledgement", "reply", "notification", "forward", "too large", "outage", "link"]
    dispatches = Dispatch.objects.order_by("id")
    mails = [message_from_bytes(compose(each, list(each.recipients.all())), policy=default) for each in dispatches]
    return dict(zip(kinds, mails, strict=True))


def test_T16_what_brought_no_id_is_answered_without_one(receive):
    receive(raw_mail(message_id=None))
    ticket = Ticket.objects.get()
    automatic.send(ticket, "Mohon tunggu.", outgoing.route(ticket), kind="still_working", now=TEN)
    late_letters.send([ticket], now=TEN)

    sent = [each.headers for each in Dispatch.objects.order_by("id")]
    assert [(headers.get("In-Reply-To", ""), "sha256" in headers.get("References", "")) for headers in sent] == [
        ("", False),
        (f"<{Dispatch.objects.earliest('id').external_id}>", False),
        ("", False),
    ]


def test_T16_whatever_we_write_has_an_id_of_its_own_and_nothing_is_a_list_to_leave(written):
    ids = {mail["Message-ID"] for mail in written.values()}

    assert len(ids) == len(written)
    assert all(is_our_message_id(each.strip("<>")) for each in ids)
    names = {name.lower() for mail in written.values() for name in mail}
    assert [name for name in names if name.startswith("list-")] == []


def test_T16_what_a_machine_wrote_says_so_and_what_a_person_wrote_does_not(written):
    said = {kind: mail["Auto-Submitted"] for kind, mail in written.items()}

    assert {said[kind] for kind in BY_PEOPLE} == {None}
    assert {said[kind] for kind in said.keys() - BY_PEOPLE} == {"auto-replied", "auto-generated"}


def test_T16_an_answer_names_what_it_answers_and_the_way_back_to_its_own_thread(written):
    acknowledgement, reply = written["acknowledgement"], written["reply"]

    assert (acknowledgement["In-Reply-To"], acknowledgement["References"]) == ("<a1@mail.example>", "<a1@mail.example>")
    assert reply["In-Reply-To"] == "<a1@mail.example>"
    assert reply["References"].split() == [acknowledgement["Message-ID"], "<a1@mail.example>"]
    assert reply["Reply-To"] == acknowledgement["Reply-To"] != written["forward"]["Reply-To"]
    assert (written["forward"]["In-Reply-To"], written["notification"]["In-Reply-To"]) == (None, None)
