"""Whom a reply goes to: seen, changed, and never widened unawares."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_out.models import Dispatch, DispatchRecipient
from policies.models import Channel
from tests.desk.conftest import NINE, desk_of, words
from tests.factories import ChannelFactory, IdentityFactory
from tickets.models import Attachment, Draft, Message, Participant, TicketHistory

pytestmark = pytest.mark.django_db
ANSWER = {"text": "Teknisi datang besok.", "then": "open", "version": "1"}
NEW = "budi@mail.example"
TOLD = f"{NEW} is new on this ticket and will see this message and later ones, nothing earlier."


def recipients():
    return [(each.kind, each.address, each.name) for each in DispatchRecipient.objects.order_by("id")]


def value_of(response, name):
    return re.search(rf'id="reply-{name}"[^>]*?value="([^"]*)"', response.content.decode(), re.DOTALL)[1]


def test_the_customers_address_stands_in_to_and_can_be_seen(desk, ticket, at):
    page = desk.get(at())

    assert value_of(page, "to") == "&quot;Siti Rahmawati&quot; &lt;siti@mail.example&gt;"
    assert value_of(page, "cc") == ""


def test_a_reply_goes_where_the_agent_says(desk, ticket, siti, at):
    IdentityFactory(customer=siti, value="siti.kantor@mail.example")
    known = {"newcomers": ["siti.kantor@mail.example", NEW]}

    desk.post(at("reply/"), ANSWER | known | {"to": "siti.kantor@mail.example", "cc": f"Budi <{NEW}>"})

    assert recipients() == [("to", "siti.kantor@mail.example", ""), ("cc", NEW, "Budi")]
    message = Message.objects.get(kind="outbound")
    assert (message.to, message.cc) == (["siti.kantor@mail.example"], [NEW])


def test_somebody_new_on_the_ticket_is_written_to_only_when_the_agent_was_told(desk, ticket, at):
    told = desk.post(at("reply/"), ANSWER | {"cc": NEW})

    assert told.status_code == 422
    assert TOLD in words(told)
    assert not Dispatch.objects.exists()
    assert value_of(told, "cc") == NEW
    again = re.search(r'name="newcomers" value="([^"]+)"', told.content.decode())[1]
    assert desk.post(at("reply/"), ANSWER | {"cc": NEW, "newcomers": again}).status_code == 302
    assert recipients()[1] == ("cc", NEW, "")
    assert TicketHistory.objects.get(change="replied").after["newcomers"] == [NEW]


def test_whoever_was_written_to_before_is_not_new(desk, ticket, at):
    desk.post(at("reply/"), ANSWER | {"cc": NEW, "newcomers": NEW})

    assert desk.post(at("reply/"), ANSWER | {"version": "2", "cc": NEW.upper()}).status_code == 302


def test_who_stands_in_to_gets_no_second_copy(desk, ticket, at):
    desk.post(at("reply/"), ANSWER | {"to": "siti@mail.example", "cc": "SITI@mail.example"})

    assert recipients() == [("to", "siti@mail.example", "")]


def test_what_is_no_address_is_named_and_nothing_is_sent(desk, ticket, at):
    refused = desk.post(at("reply/"), ANSWER | {"cc": "budi at mail"})

    assert refused.status_code == 422
    assert "“budi at mail” is not an e-mail address." in words(refused)
    assert value_of(refused, "cc") == "budi at mail"


def test_our_own_mailboxes_are_not_written_to(desk, ticket, at):
    own = ChannelFactory(address="tagihan@nusanet.example")

    refused = desk.post(at("reply/"), ANSWER | {"cc": own.address, "newcomers": own.address})

    assert "tagihan@nusanet.example is a mailbox of ours" in words(refused)
    assert not Dispatch.objects.exists()


def test_a_reply_is_signed_as_the_page_showed_it_and_the_history_keeps_the_words_alone(desk, dewi, ticket, at):
    Channel.objects.update(settings={"signature_id": "Salam,\n{{ agent }}\n{{ company }} · {{ reference }}"})

    assert f"Signature: Salam, Dewi Nusanet Keluhan · {ticket.reference}" in words(desk.get(at()))
    desk.post(at("reply/"), ANSWER)

    signed = f"Teknisi datang besok.\n\nSalam,\nDewi\nNusanet Keluhan · {ticket.reference}"
    assert Dispatch.objects.get().text.startswith(f"{signed}\n\nPada ")  # what it answers stands below
    message = Message.objects.get(kind="outbound")
    assert (message.text, message.full_text) == ("Teknisi datang besok.", signed)


def test_the_composer_says_in_which_language_the_customer_reads(desk, siti, ticket, at):
    siti.language = "en"
    siti.save()

    assert "Customer's language: English" in words(desk.get(at()))


def test_undo_puts_back_addresses_and_files_too(desk, dewi, ticket, at):
    file = SimpleUploadedFile("bukti.pdf", b"%PDF-1.4 bukti", content_type="application/pdf")
    desk.post(at("reply/"), ANSWER | {"cc": NEW, "newcomers": NEW, "attachments": file})

    page = desk.post(at("undo/"), {"message": Message.objects.get(kind="outbound").pk}, follow=True)

    assert value_of(page, "cc") == NEW
    assert "bukti.pdf" in words(page)
    token = re.search(r'name="kept" value="([^"]+)"', page.content.decode())[1]
    desk.post(at("reply/"), ANSWER | {"version": "3", "kept": token, "cc": NEW, "newcomers": NEW})
    assert Attachment.objects.get().name == "bukti.pdf"
    assert not Draft.objects.exists()


def test_a_draft_keeps_addresses_and_files_on_the_server(desk, dewi, ticket, at):
    desk.post(at("draft/"), {"mode": "reply", "text": "Yth.", "to": "siti@mail.example", "cc": "budi@mai"})
    file = SimpleUploadedFile("bukti.pdf", b"%PDF-1.4 bukti", content_type="application/pdf")
    answer = desk.post(at("draft/files/"), {"mode": "reply", "attachments": file}).json()

    assert [each["name"] for each in answer["files"]] == ["bukti.pdf"]
    page = desk_of(dewi).get(at())
    assert (value_of(page, "to"), value_of(page, "cc")) == ("siti@mail.example", "budi@mai")
    assert "bukti.pdf" in words(page)
    assert "Yth.</textarea>" in page.content.decode()


def test_a_file_that_cannot_be_kept_is_refused_in_one_sentence(desk, ticket, at, settings):
    settings.UPLOAD_MAX_BYTES = 10
    file = SimpleUploadedFile("film.mp4", b"x" * 11)

    refused = desk.post(at("draft/files/"), {"mode": "reply", "attachments": file})

    assert (refused.status_code, "“film.mp4” is too large" in refused.json()["refused"]) == (422, True)


def test_the_composer_opens_where_one_wrote_last(desk, ticket, at):
    desk.post(at("draft/"), {"mode": "note", "text": "Untuk rekan"})

    assert desk.get(at()).context["mode"] == "note"


def test_who_takes_part_stands_in_cc_and_gets_the_answer_and_is_not_new(desk, ticket, at):
    desk.post(at("reply/"), ANSWER | {"cc": NEW, "newcomers": NEW})
    taking_part = Participant.objects.get()
    assert (taking_part.address, taking_part.state, taking_part.decided_by) == (NEW, "confirmed", "Dewi Lestari")

    assert value_of(desk.get(at()), "cc") == NEW
    assert desk.post(at("reply/"), ANSWER | {"version": "2", "cc": NEW}).status_code == 302


def test_who_is_only_proposed_gets_nothing(desk, ticket, at):
    conversation = ticket.conversations.get()
    Participant.objects.create(conversation=conversation, address=NEW, added_at=NINE, added_by="siti@mail.example")

    assert value_of(desk.get(at()), "cc") == ""


def test_a_copy_taken_back_leaves_nobody_in_the_conversation(desk, ticket, at):
    desk.post(at("reply/"), ANSWER | {"cc": NEW, "newcomers": NEW})
    desk.post(at("undo/"), {"message": Message.objects.get(kind="outbound").pk})

    assert not Participant.objects.exists()


@pytest.mark.parametrize("state", ["removed", "proposed"])
def test_a_copy_taken_back_leaves_whoever_took_no_part_before_out_again(desk, ticket, at, state):
    conversation = ticket.conversations.get()
    decided_at = NINE if state == "removed" else None
    before = {"added_at": NINE, "added_by": "siti@mail.example", "state": state, "decided_at": decided_at}
    Participant.objects.create(conversation=conversation, address=NEW, **before)

    desk.post(at("reply/"), ANSWER | {"cc": NEW, "newcomers": NEW})
    assert Participant.objects.get().state == "confirmed"
    desk.post(at("undo/"), {"message": Message.objects.get(kind="outbound").pk})

    again = Participant.objects.get()
    assert (again.state, again.decided_at is None) == (state, decided_at is None)
