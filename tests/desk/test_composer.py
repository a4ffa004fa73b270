import re
from datetime import timedelta

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile

from channels_out.models import Dispatch
from customers.models import Identity
from policies.models import Channel
from tests.desk.conftest import HTMX, TEN, desk_of, words
from tests.factories import ChannelFactory
from tickets.models import Attachment, Draft, Message, Ticket, TicketHistory

pytestmark = pytest.mark.django_db
ANSWER = {"text": "Teknisi datang besok.", "then": "waiting_customer", "version": "1"}


def test_the_send_button_says_by_what_and_to_whom(desk, ticket, at):
    assert "Send by e-mail to siti@mail.example" in words(desk.get(at()))


def test_a_reply_waits_ten_seconds_in_the_outbox_and_the_page_offers_to_undo_it(desk, ticket, dewi, at):
    response = desk.post(at("reply/", view="open"), ANSWER, follow=True)

    assert response.redirect_chain == [(at(view="open"), 302)]
    dispatch = Dispatch.objects.get()
    assert (dispatch.state, dispatch.send_after) == (Dispatch.State.QUEUED, TEN + timedelta(seconds=10))
    page = words(response)
    assert "Teknisi datang besok." in page
    assert "Your reply leaves in a few seconds." in page
    assert 'data-seconds="10"' in response.content.decode()
    ticket.refresh_from_db()
    assert (ticket.status, ticket.owner) == ("waiting_customer", dewi)


def test_undo_is_offered_to_the_writer_alone_and_no_longer_than_it_works(desk, ticket, network, andi, at):
    andi.teams.add(network)
    desk.post(at("reply/"), ANSWER)

    assert "Undo" not in words(desk_of(andi).get(at()))
    with time_machine.travel(TEN + timedelta(seconds=11), tick=False):
        assert "Undo" not in words(desk.get(at()))


def test_a_reply_taken_back_is_in_the_composer_again(desk, ticket, at):
    desk.post(at("reply/"), ANSWER)

    response = desk.post(at("undo/"), {"message": Message.objects.get(kind="outbound").pk}, follow=True)

    assert not Dispatch.objects.exists()
    assert re.search(r'<textarea id="reply-text"[^>]*>\s*Teknisi datang besok\.</textarea>', response.content.decode())
    assert response.context["writing"]


def test_undo_after_the_reply_has_left_says_that_it_is_too_late(desk, ticket, at):
    desk.post(at("reply/"), ANSWER)
    Dispatch.objects.update(state=Dispatch.State.SENDING, tries=1)

    page = words(desk.post(at("undo/"), {"message": Message.objects.get(kind="outbound").pk}, follow=True))

    assert "Too late: the reply is already on its way." in page


@pytest.mark.parametrize("number", ["", "x", "999999", "²"])
def test_undo_of_what_is_not_there_changes_nothing(desk, ticket, at, number):
    assert "This reply has been taken back already." in words(desk.post(at("undo/"), {"message": number}, follow=True))


def test_an_empty_reply_is_refused_in_one_sentence(desk, ticket, at):
    response = desk.post(at("reply/"), ANSWER | {"text": "  "})

    assert response.status_code == 422
    assert "The reply is empty. Write something first." in words(response)
    assert not Dispatch.objects.exists()


def test_when_somebody_was_faster_nothing_is_sent_and_every_word_is_kept(desk, ticket, at):
    Ticket.objects.update(version=2)

    response = desk.post(at("reply/"), ANSWER, headers=HTMX)

    assert response.status_code == 409
    assert not Dispatch.objects.exists()
    page = response.content.decode()
    assert "Somebody changed this ticket while you were working on it." in page
    assert "Teknisi datang besok.</textarea>" in page
    assert '<option value="waiting_customer" selected>' in page
    assert response["HX-Push-Url"] == "false"
    again = re.search(r'name="version" value="(\d+)"', page)[1]
    assert desk.post(at("reply/"), ANSWER | {"version": again}).status_code == 302


def test_files_go_along_and_stay_when_the_reply_is_refused(desk, ticket, at):
    Ticket.objects.update(version=2)
    file = SimpleUploadedFile("bukti.pdf", b"%PDF-1.4 bukti", content_type="application/pdf")

    page = desk.post(at("reply/"), ANSWER | {"attachments": file}).content.decode()
    token = re.search(r'name="kept" value="([^"]+)"', page)[1]
    desk.post(at("reply/"), ANSWER | {"version": "2", "kept": token})

    attachment = Attachment.objects.get()
    assert (attachment.name, attachment.file.content_type, attachment.file.size) == ("bukti.pdf", "application/pdf", 14)
    assert Dispatch.objects.get().attachments == [{"file": attachment.file_id, "name": "bukti.pdf"}]


def test_a_note_of_a_stored_file_is_worth_nothing_to_others(desk, ticket, network, andi, at):
    andi.teams.add(network)
    Ticket.objects.update(version=2)
    file = SimpleUploadedFile("bukti.pdf", b"%PDF-1.4 bukti")
    page = desk.post(at("reply/"), ANSWER | {"attachments": file}).content.decode()
    token = re.search(r'name="kept" value="([^"]+)"', page)[1]

    desk_of(andi).post(at("reply/"), ANSWER | {"version": "2", "kept": [token, "forged"]})

    assert Dispatch.objects.exists()
    assert not Attachment.objects.exists()


def test_a_file_that_is_too_large_is_named_and_the_words_are_kept(desk, ticket, at, settings):
    settings.UPLOAD_MAX_BYTES = 10
    file = SimpleUploadedFile("film.mp4", b"x" * 11)

    response = desk.post(at("reply/"), ANSWER | {"attachments": file})

    assert response.status_code == 422
    assert "“film.mp4” is too large" in words(response)
    assert "Teknisi datang besok.</textarea>" in response.content.decode()


def test_a_customer_without_an_address_can_be_noted_about_but_not_written_to(desk, ticket, at):
    Identity.objects.all().delete()
    Message.objects.update(from_address="+62812")

    page = words(desk.get(at()))

    assert "We know no e-mail address of this customer. Call, and write a note about what was said." in page
    assert "Send by" not in page
    assert "Save internal note" in page


def test_without_any_mailbox_the_sentence_says_what_to_do(desk, ticket, at):
    Channel.objects.update(kind=Channel.Kind.PHONE)
    ChannelFactory(state=Channel.State.PAUSED)

    assert "There is no mailbox to write from." in words(desk.get(at()))


def test_a_note_is_for_colleagues_only_and_sends_nothing(desk, ticket, at):
    response = desk.post(at("note/"), {"text": "ODP penuh."}, follow=True)

    assert "Dewi Lestari INTERNAL 10:00 ODP penuh." in words(response)
    assert not Dispatch.objects.exists()


def test_an_empty_note_is_refused_and_the_note_form_stays_open(desk, ticket, at):
    response = desk.post(at("note/"), {"text": ""})

    assert response.status_code == 422
    assert "The note is empty. Write something first." in words(response)
    assert response.context["mode"] == "note"


def test_another_team_reads_and_notes_but_must_take_over_to_answer(ticket, andi, at):
    desk = desk_of(andi)
    response = desk.get(at())

    page = words(response)
    assert "This ticket is with team Network." in page
    assert "Take over" in page
    assert ("Send by" in page, "pop-resolve" in response.content.decode()) == (False, False)
    assert desk.post(at("note/"), {"text": "Cek gateway."}).status_code == 302
    refused = desk.post(at("reply/"), ANSWER)
    assert refused.status_code == 403
    assert not Dispatch.objects.exists()


def test_after_taking_over_the_ticket_is_ones_own_and_the_history_knows(ticket, andi, at):
    response = desk_of(andi).post(at("take-over/", view="mine"), follow=True)

    page = words(response)
    assert "The ticket is yours now. Its former owner and the history know." in page
    assert "Send by e-mail to siti@mail.example" in page
    ticket.refresh_from_db()
    assert ticket.owner == andi
    assert TicketHistory.objects.get().change == "taken_over"


def test_a_draft_is_kept_on_the_server_and_stands_in_the_composer_on_any_device(desk, dewi, ticket, at):
    response = desk.post(at("draft/"), {"mode": "reply", "text": "Yth. Ibu Siti,\n"})

    assert response.json()["words"] == "Draft saved 10:00"
    page = desk_of(dewi).get(at()).content.decode()
    assert "Yth. Ibu Siti," in page
    assert "Draft saved 10:00" in page


def test_reply_and_note_have_a_draft_each_and_nobody_sees_anothers(desk, dewi, andi, network, ticket, at):
    andi.teams.add(network)
    desk.post(at("draft/"), {"mode": "reply", "text": "Kepada Siti"})
    desk.post(at("draft/"), {"mode": "note", "text": "Untuk Andi"})

    composer = desk.get(at()).context["page"].composer
    assert (composer.reply, composer.note) == ("Kepada Siti", "Untuk Andi")
    assert desk_of(andi).get(at()).context["page"].composer.reply == ""


def test_a_sent_reply_leaves_no_draft_behind(desk, ticket, at):
    desk.post(at("draft/"), {"mode": "reply", "text": "Teknisi"})
    desk.post(at("reply/"), ANSWER)

    assert not Draft.objects.exists()


def test_a_draft_of_no_known_mode_is_refused(desk, ticket, at):
    assert desk.post(at("draft/"), {"mode": "shout", "text": "x"}).status_code == 400


@pytest.mark.parametrize("action", ["reply/", "note/", "draft/", "undo/", "take-over/"])
def test_nothing_changes_by_following_a_link(desk, ticket, at, action):
    assert desk.get(at(action)).status_code == 405


@pytest.mark.parametrize("action", ["reply/", "note/", "draft/", "undo/", "take-over/", "assign/", "resolve/"])
def test_on_a_restricted_ticket_nothing_can_be_done_by_others(desk, ticket, conduct, at, action):
    Ticket.objects.update(team=conduct)

    assert desk.post(at(action), ANSWER | {"mode": "reply"}).status_code == 404
