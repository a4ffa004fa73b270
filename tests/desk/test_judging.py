"""Spam, held back messages and participants as the desk offers them."""

import pytest

from tests.desk.conftest import NINE, words
from tests.factories import MessageFactory
from tickets.models import Message, Participant, Ticket

pytestmark = pytest.mark.django_db


def test_a_ticket_is_marked_as_spam_and_one_click_brings_it_back(desk, ticket, at):
    page = desk.post(at("spam/"), follow=True)
    assert (Ticket.objects.get().status, "1 ticket is spam. Undo" in words(page)) == ("spam", True)
    assert "Siti Rahmawati" in words(desk.get("/desk/?view=spam"))

    undo = page.content.decode().split('class="toast-undo" method="post" action="')[1].split('"')[0]
    desk.post(undo.replace("&amp;", "&"))

    assert Ticket.objects.get().status == "new"


def test_a_selection_of_the_queue_is_marked_at_once(desk, ticket):
    desk.post("/desk/bulk/spam/?view=open", {"ticket": [ticket.pk], "act": "spam"})
    assert Ticket.objects.get().status == "spam"

    desk.post("/desk/bulk/spam/?view=spam", {"ticket": [ticket.pk], "act": "not_spam"})
    assert Ticket.objects.get().status == "new"


def test_a_third_party_is_let_in_and_takes_part(desk, ticket, at):
    held = MessageFactory(ticket=ticket, trust="third_party", from_address="joko@mail.example", from_name="Joko")
    assert "Only we read this; the customer does not." in words(desk.get(at()))

    desk.post(at("let-in/"), {"message": held.pk, "as_participant": "1"})

    assert held in Message.objects.public()
    assert "Joko Takes part joko@mail.example" in words(desk.get(at()))


def test_who_is_proposed_is_shown_and_removed(desk, ticket, at):
    conversation = ticket.conversations.get()
    proposed = Participant.objects.create(
        conversation=conversation, address="joko@mail.example", added_at=NINE, added_by="siti@mail.example"
    )
    assert "joko@mail.example Proposed Let take part Remove" in words(desk.get(at()))

    desk.post(at("participants/"), {"participant": proposed.pk, "act": "remove"})

    proposed.refresh_from_db()
    assert proposed.state == "removed"
