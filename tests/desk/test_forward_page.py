"""Forwarding from the desk: what goes along is chosen, and the side thread is told apart by word and colour."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_out.models import Dispatch
from files.models import StoredFile
from tests.desk.conftest import NINE, desk_of, words
from tests.factories import MessageFactory
from tickets.models import Attachment, Conversation, Message, Ticket

pytestmark = pytest.mark.django_db
ASKED = {"to": "NOC Serat <noc@serat.example>", "text": "Mohon cek ODP 12."}


@pytest.fixture
def first(ticket):
    return Message.objects.get(ticket=ticket)


def answered(sent, text="Kabel putus, selesai jam 14."):
    return MessageFactory(
        ticket=sent.ticket,
        conversation=sent.conversation,
        trust="third_party",
        from_name="Budi NOC",
        from_address="noc@serat.example",
        text=text,
    )


def test_the_composer_leads_to_forwarding_with_the_customers_last_message_chosen(desk, at, first, ticket):
    assert f'href="/desk/t/{ticket.reference}/forward/?view=mine"' in desk.get(at()).content.decode()

    page = desk.get(at("forward/"))

    assert page.context["chosen"] == [first.pk]
    assert "the customer never sees it" in words(page)


def test_what_a_machine_or_a_forger_wrote_since_is_not_chosen_by_itself(desk, at, first, ticket):
    MessageFactory(ticket=ticket, text="Saya sedang cuti.", automatic="auto-replied")
    MessageFactory(ticket=ticket, text="Ganti nomor rekening.", trust="failed")

    assert desk.get(at("forward/")).context["chosen"] == [first.pk]


def test_each_message_that_may_go_along_says_how_far_its_sender_is_proven(desk, at, first, ticket):
    for trust in ("verified", "unverified", "failed"):
        MessageFactory(ticket=ticket, text=f"Ini {trust}.", trust=trust)
    MessageFactory(ticket=ticket, text="Dari kami.", kind="outbound", author_id=1)
    desk.post(at("forward/"), ASKED)
    answered(Message.objects.get(kind="outbound", conversation__kind="third_party"))

    page = desk.get(at("forward/"))

    marks = {each.message.text: each.trust and each.trust.words for each in page.context["page"].candidates}
    assert [marks[f"Ini {trust}."] for trust in ("verified", "unverified", "failed")] == [
        "sender verified",
        "sender not checked",
        "sender check failed",
    ]
    assert (marks["Dari kami."], marks["Kabel putus, selesai jam 14."]) == (None, None)
    assert "sender check failed Ini failed." in words(page)


def test_what_was_chosen_goes_along_and_the_thread_stands_beside_the_customers(desk, at, first, stored, ticket):
    file = Attachment.objects.create(message=first, file=stored, name="tagihan.pdf")
    own = SimpleUploadedFile("peta.pdf", b"%PDF-1.4 peta", content_type="application/pdf")

    page = desk.post(
        at("forward/"),
        ASKED | {"said": [first.pk], "given": [file.pk], "attachments": own, "wait": "on"},
        follow=True,
    )

    sent = Message.objects.get(kind="outbound")
    assert [each.name for each in sent.attachments.order_by("id")] == ["tagihan.pdf", "peta.pdf"]
    assert "Lampu modem merah. Tolong dibantu." in Dispatch.objects.get().text
    assert (sent.conversation.kind, sent.conversation.party_name) == (Conversation.Kind.THIRD_PARTY, "NOC Serat")
    ticket.refresh_from_db()
    assert ticket.status == "waiting_third_party"
    shown = words(page)
    assert "BESIDE NOC Serat" in shown
    assert "The customer does not see this." in shown
    assert "Your reply leaves in a few seconds." in shown
    assert "entry-aside" in page.content.decode()


@pytest.mark.parametrize(
    ("file", "name", "said"),
    [
        ({"scan": "infected", "scan_note": "Eicar-Signature"}, "faktur.zip", "something harmful (Eicar-Signature)"),
        ({}, "setup.exe", "This file is a program"),
    ],
)
def test_a_file_that_is_given_to_nobody_is_not_offered_and_not_forwarded(desk, at, first, stored, file, name, said):
    StoredFile.objects.filter(pk=stored.pk).update(**file)
    barred = Attachment.objects.create(message=first, file=stored, name=name)

    page = desk.get(at("forward/"))
    refused = desk.post(at("forward/"), ASKED | {"said": [first.pk], "given": [barred.pk]})

    assert f'name="given" value="{barred.pk}"' not in " ".join(page.content.decode().split())
    assert said in words(page)
    assert (refused.status_code, Dispatch.objects.count()) == (422, 0)
    assert f"“{name}”: This file" in words(refused)


def test_what_is_missing_is_told_and_nothing_typed_is_lost(desk, at, first):
    refused = desk.post(at("forward/"), {"to": "", "text": "Mohon cek", "said": [first.pk]})

    assert refused.status_code == 422
    assert "Say to whom it is forwarded." in words(refused)
    assert "Mohon cek</textarea>" in refused.content.decode()
    assert refused.context["chosen"] == [first.pk]
    assert not Dispatch.objects.exists()


def test_the_answer_is_shown_beside_and_the_thread_goes_on_from_there(desk, at, first, ticket):
    desk.post(at("forward/"), ASKED)
    sent = Message.objects.get(kind="outbound")
    answered(sent)

    page = desk.get(at())
    assert "Budi NOC BESIDE NOC Serat to us" in words(page)
    thread = re.search(r'/forward/\?thread=(\d+)"', page.content.decode())[1]
    going_on = desk.get(at("forward/", thread=thread))
    assert "Write to NOC Serat" in words(going_on)
    assert "Kabel putus, selesai jam 14." in words(going_on)
    assert going_on.context["chosen"] == []
    desk.post(at("forward/"), {"thread": thread, "to": "noc@serat.example", "text": "Terima kasih."})

    assert Message.objects.latest("id").conversation == sent.conversation
    assert Conversation.objects.with_third_parties().count() == 1


def test_what_is_being_written_to_them_is_a_draft_of_its_own(desk, dewi, at, first):
    desk.post(at("draft/"), {"mode": "forward", "text": "Mohon cek", "to": "noc@serat.example", "cc": ""})

    page = desk_of(dewi).get(at("forward/")).content.decode()

    assert "Mohon cek</textarea>" in page
    assert 'value="noc@serat.example"' in page
    assert "Mohon cek" not in desk.get(at()).content.decode()


def test_undo_takes_a_forwarded_message_back(desk, at, first):
    desk.post(at("forward/"), ASKED)

    desk.post(at("undo/"), {"message": Message.objects.get(kind="outbound").pk})

    assert not Dispatch.objects.exists()
    assert "Mohon cek ODP 12.</textarea>" in desk.get(at("forward/")).content.decode()


def test_another_team_takes_the_ticket_over_first(andi, at, first):
    response = desk_of(andi).post(at("forward/"), ASKED, follow=True)

    assert "Take the ticket over first, then you can forward it." in words(response)
    assert not Dispatch.objects.exists()


def test_a_restricted_ticket_is_not_there(desk, at, first, conduct):
    Ticket.objects.update(team=conduct)

    assert desk.get(at("forward/")).status_code == 404


@pytest.mark.parametrize("rows", [1, 3])
def test_the_page_takes_as_many_statements_whatever_there_is(
    desk, at, first, stored, ticket, rows, django_assert_num_queries
):
    for number in range(rows):
        message = MessageFactory(ticket=ticket, conversation=first.conversation, received_at=NINE)
        Attachment.objects.create(message=message, file=stored, name=f"{number}.pdf")

    with django_assert_num_queries(
        10
    ):  # session, user, teams, ticket, channel, messages, attachments, files, threads, draft
        desk.get(at("forward/"))
