from datetime import timedelta

import pytest

from channels_out.ids import is_our_message_id
from channels_out.models import Dispatch
from core.actor import SYSTEM
from core.errors import Conflict, Invalid, NotAllowed
from files.models import StoredFile
from files.services import store
from tests.factories import MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Draft, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.outward import drafts, replies
from tickets.services.outward.seen import NewerMessage

pytestmark = pytest.mark.django_db
NINE, TEN = moment("2026-11-20 09:00"), moment("2026-11-20 10:00")


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi Lestari", teams=[TeamFactory(slug="care")])


@pytest.fixture
def ticket(dewi):
    """A complaint of Siti by mail, waiting since nine for the team of Dewi."""
    ticket = TicketFactory(team=dewi.teams.get(), created_at=NINE, preview="Internet saya mati")
    MessageFactory(ticket=ticket, from_address="siti@mail.example", external_id="abc@mail.example")
    return ticket


def test_a_reply_is_stored_with_its_dispatch_and_leaves_after_the_undo_window(ticket, dewi):
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, undo=replies.UNDO_WINDOW)

    dispatch = message.dispatch
    assert (dispatch.state, dispatch.send_after) == (Dispatch.State.QUEUED, TEN + timedelta(seconds=10))
    assert list(dispatch.recipients.values_list("address", flat=True)) == ["siti@mail.example"]
    assert dispatch.headers["In-Reply-To"] == "<abc@mail.example>"
    assert dispatch.subject == f"Re: Internet mati sejak pagi [{ticket.reference}]"
    assert dispatch.headers["Reply-To"].startswith(ticket.channel.address.split("@")[0] + "+")


def test_a_reply_answers_what_a_person_wrote_last_and_names_how_the_thread_began(ticket, dewi):
    thread = ticket.messages.get().conversation
    for number in range(12):
        MessageFactory(ticket=ticket, conversation=thread, external_id=f"{number}@mail.example", received_at=NINE)
    MessageFactory(
        ticket=ticket, conversation=thread, external_id="robot@mail.example", automatic="auto", received_at=TEN
    )

    found = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN).dispatch.headers

    assert found["In-Reply-To"] == "<11@mail.example>"
    latest = [f"<{number}@mail.example>" for number in range(4, 11)]
    assert found["References"].split() == ["<abc@mail.example>", *latest, "<robot@mail.example>", "<11@mail.example>"]


def test_the_answer_to_a_mail_without_an_id_names_none(ticket, dewi):
    ticket.messages.update(external_id="sha256-4f1a")

    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN)

    assert message.dispatch.headers.keys().isdisjoint({"In-Reply-To", "References"})


def test_after_a_reply_it_is_the_customers_turn_and_the_answerer_owns_the_ticket(ticket, dewi):
    replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, then="waiting_customer")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.owner, ticket.ball) == ("waiting_customer", dewi, Ticket.Ball.THEIRS)
    assert (ticket.unanswered, ticket.preview, ticket.first_response_at) == (0, "Teknisi besok.", TEN)
    assert TimelineEntry.objects.get(direction="out").text == "Teknisi besok."


def test_a_reply_taken_back_leaves_the_ticket_exactly_as_it_was_and_the_words_as_a_draft(ticket, dewi):
    before = Ticket.objects.values().get(pk=ticket.pk)
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, undo=replies.UNDO_WINDOW)

    text = replies.undo(message.pk, actor=dewi.actor(), now=TEN + timedelta(seconds=5))

    after = Ticket.objects.values().get(pk=ticket.pk)
    assert after | {"version": 1, "preview": before["preview"]} == before
    assert after["preview"] == "Internet saya mati sejak pagi."
    assert text == Draft.objects.get(author=dewi).text == "Teknisi besok."
    assert not Dispatch.objects.exists()
    assert not Message.objects.filter(kind="outbound").exists()
    assert not TimelineEntry.objects.filter(direction="out").exists()
    assert list(TicketHistory.objects.values_list("change", flat=True)) == ["replied", "reply_undone"]


def test_a_reply_that_a_sender_has_taken_cannot_be_taken_back(ticket, dewi):
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN)
    Dispatch.objects.update(state=Dispatch.State.SENDING)

    with pytest.raises(Invalid, match="already on its way"):
        replies.undo(message.pk, actor=dewi.actor(), now=TEN)

    assert Message.objects.filter(kind="outbound").count() == 1


def test_an_agent_of_another_team_reads_but_does_not_answer(ticket):
    stranger = UserFactory(teams=[TeamFactory()])

    with pytest.raises(NotAllowed, match="Take it over first"):
        replies.reply(ticket.pk, actor=stranger.actor(), text="Halo", now=TEN)

    assert replies.note(ticket.pk, actor=stranger.actor(), text="Tahu sesuatu.", now=TEN).kind == Message.Kind.NOTE


def test_an_answer_to_an_older_version_is_refused_and_nothing_is_sent(ticket, dewi):
    Ticket.objects.update(version=7)

    with pytest.raises(Conflict) as refused:
        replies.reply(ticket.pk, actor=dewi.actor(), text="Halo", now=TEN, version=6)

    assert refused.value.current == 7
    assert not Dispatch.objects.exists()


@pytest.mark.parametrize("text", ["", "   ", "\n\t"])
def test_an_empty_reply_or_note_is_refused(ticket, dewi, text):
    with pytest.raises(Invalid, match="empty"):
        replies.reply(ticket.pk, actor=dewi.actor(), text=text, now=TEN)
    with pytest.raises(Invalid, match="empty"):
        replies.note(ticket.pk, actor=dewi.actor(), text=text, now=TEN)


def test_without_an_address_the_agent_is_told_to_call(dewi):
    ticket = TicketFactory(team=dewi.teams.get())

    with pytest.raises(Invalid, match="Call, and write a note"):
        replies.reply(ticket.pk, actor=dewi.actor(), text="Halo", now=TEN)


def test_two_message_ids_are_never_the_same_and_cannot_be_guessed(ticket):
    ids = {replies.reply(ticket.pk, actor=SYSTEM, text=f"Kabar {n}", now=TEN).external_id for n in range(5)}
    assert len(ids) == 5
    assert all(is_our_message_id(each) for each in ids)


def test_a_note_is_never_public_and_changes_nobodys_turn(ticket, dewi):
    note = replies.note(ticket.pk, actor=dewi.actor(), text="Pelanggan marah.", now=TEN)

    ticket.refresh_from_db()
    assert ticket.ball == Ticket.Ball.OURS
    assert note not in Message.objects.public()


def test_a_draft_is_kept_per_person_and_mode_and_gone_after_sending(ticket, dewi):
    drafts.save(ticket, dewi.pk, mode="reply", text="Yth. Ibu", now=NINE)
    drafts.save(ticket, dewi.pk, mode="reply", text="Yth. Ibu Siti", now=TEN)
    drafts.save(ticket, dewi.pk, mode="note", text="cek", now=TEN)
    assert list(Draft.objects.order_by("mode").values_list("mode", "text")) == [
        ("note", "cek"),
        ("reply", "Yth. Ibu Siti"),
    ]

    replies.reply(ticket.pk, actor=dewi.actor(), text="Yth. Ibu Siti, ...", now=TEN)

    assert list(Draft.objects.values_list("mode", flat=True)) == ["note"]


def test_an_answer_is_not_sent_past_what_the_customer_said_meanwhile(ticket, dewi):
    first = ticket.messages.get()
    later = MessageFactory(ticket=ticket, text="Sudah nyala lagi.")

    with pytest.raises(NewerMessage, match="The customer has written meanwhile") as stopped:
        replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, seen=first.pk, version=99)
    assert stopped.value.newer == [later.pk]
    assert not Dispatch.objects.exists()

    replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, seen=later.pk)
    assert Dispatch.objects.count() == 1


@pytest.mark.parametrize("odd", [{"automatic": "auto_reply"}, {"trust": "third_party"}, {"kind": "note"}])
def test_machines_strangers_and_colleagues_stop_no_answer(ticket, dewi, odd):
    first = ticket.messages.get()
    MessageFactory(ticket=ticket, **odd)

    replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, seen=first.pk)

    assert Dispatch.objects.count() == 1


def test_where_plus_addresses_do_not_arrive_the_answer_comes_to_the_bare_address(ticket, dewi):
    ticket.channel.settings = {"plain_return_path": True}
    ticket.channel.save()

    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN)

    assert message.dispatch.headers["Reply-To"] == ticket.channel.address
    assert message.dispatch.headers["In-Reply-To"].startswith("<")


def test_a_file_that_is_known_to_be_harmful_is_refused_before_anything_is_stored(ticket, dewi):
    good, bad = store.put([store.NewFile(b"peta"), store.NewFile(b"faktur")], now=NINE)
    StoredFile.objects.filter(pk=bad.pk).update(scan="infected", scan_note="Eicar-Signature")
    files = [(good.pk, "peta.pdf"), (bad.pk, "faktur.zip")]

    with pytest.raises(Invalid, match="carries something harmful") as refused:
        replies.reply(ticket.pk, actor=dewi.actor(), text="Terlampir.", now=TEN, file_ids=files)

    assert (refused.value.field, Dispatch.objects.count()) == ("attachments", 0)
