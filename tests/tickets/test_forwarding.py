"""A vendor is asked beside the customer's thread: the staff reads it, the customer never does."""

import pytest

from channels_in.models import Arrival
from channels_in.services import intake, ledger
from channels_out.models import Dispatch
from channels_out.services.outbox import Recipient
from core.actor import SYSTEM, Actor, ActorKind
from core.errors import Invalid
from files.services import store
from notices.models import Notice
from tests.factories import (
    ChannelFactory,
    ConversationFactory,
    CustomerFactory,
    IdentityFactory,
    MessageFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.mails import raw_mail
from tests.moments import moment
from tickets.models import Attachment, Conversation, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.outward import failures, forwarding, replies
from tickets.services.outward.forwarding import Along

pytestmark = pytest.mark.django_db
NINE, TEN, ELEVEN = (moment(f"2026-11-20 {hour}:00") for hour in ("09", "10", "11"))
VENDOR = Recipient("noc@serat.example", "NOC Serat")


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi Lestari", teams=[TeamFactory(slug="network")])


@pytest.fixture
def siti():
    customer = CustomerFactory(name="Siti Rahmawati")
    IdentityFactory(customer=customer, value="siti@mail.example")
    return customer


@pytest.fixture
def ticket(dewi, siti):
    return TicketFactory(
        team=dewi.teams.get(),
        owner=dewi,
        customer=siti,
        subject="Internet mati",
        created_at=NINE,
        channel=ChannelFactory(address="keluhan@nusanet.example"),
    )


@pytest.fixture
def complaint(ticket):
    return MessageFactory(
        ticket=ticket, from_address="siti@mail.example", from_name="Siti Rahmawati", text="Lampu modem merah."
    )


def forward(ticket, dewi, **more):
    values = {"actor": dewi.actor(), "text": "Mohon cek ODP 12.", "now": TEN, "to": [VENDOR]} | more
    return forwarding.forward(ticket.pk, **values)


def answered(dispatch, text="Kabel putus, selesai jam 14.", sender="Budi NOC <noc@serat.example>", **more):
    """The vendor answers what we sent."""
    mail = raw_mail(text, sender=sender, to=dispatch.headers["Reply-To"], message_id="<v1@serat.example>", **more)
    ledger.store(dispatch.channel, [mail], now=ELEVEN)
    intake.process(intake.claim_batch(now=ELEVEN), now=ELEVEN)
    return Message.objects.latest("id")


def test_the_vendor_gets_our_words_our_signature_and_the_chosen_messages_without_the_customers_address(
    ticket, complaint, dewi
):
    ticket.channel.language = "en"
    ticket.channel.save()

    forward(ticket, dewi, along=Along(message_ids=[complaint.pk]))

    dispatch = Dispatch.objects.get()
    assert [(each.kind, each.address) for each in dispatch.recipients.all()] == [("to", "noc@serat.example")]
    assert dispatch.subject == f"Fwd: Internet mati [{ticket.reference}]"
    assert dispatch.text == (
        "Mohon cek ODP 12.\n\nDewi\nNusanet Keluhan\n\n"
        "---------- Forwarded message ----------\nFrom: Siti Rahmawati\nDate: 20 November 2026 09:00 WIB\n\n"
        "Lampu modem merah."
    )


def test_chosen_files_go_along(ticket, complaint, dewi):
    file = store.put([store.NewFile(b"%PDF-1.4 foto", "application/pdf")], now=NINE)[0]
    attachment = Attachment.objects.create(message=complaint, file=file, name="foto.pdf")

    message = forward(ticket, dewi, along=Along(attachment_ids=[attachment.pk]))

    assert Dispatch.objects.get().attachments == [{"file": file.pk, "name": "foto.pdf"}]
    assert [each.name for each in message.attachments.all()] == ["foto.pdf"]


def test_nothing_of_another_ticket_and_no_note_can_be_sent_along(ticket, dewi):
    note = replies.note(ticket.pk, actor=dewi.actor(), text="Pelanggan marah.", now=TEN)
    other = MessageFactory()

    for foreign in (note, other):
        with pytest.raises(Invalid, match="Only messages of this ticket"):
            forward(ticket, dewi, along=Along(message_ids=[foreign.pk]))
    assert not Dispatch.objects.exists()


def test_the_customer_is_not_written_to_in_a_thread_that_is_not_for_them(ticket, dewi):
    with pytest.raises(Invalid, match="is the customer"):
        forward(ticket, dewi, cc=[Recipient("Siti@mail.example")])


def test_forwarding_is_no_answer_to_the_customer(ticket, complaint, dewi):
    forward(ticket, dewi)

    ticket.refresh_from_db()
    assert (ticket.ball, ticket.queue_at, ticket.unanswered) == (Ticket.Ball.OURS, NINE, 1)
    assert (ticket.first_response_at, ticket.status) == (None, "new")
    assert TicketHistory.objects.get().change == "forwarded"


def test_the_ticket_waits_for_them_where_that_is_asked_for(ticket, complaint, dewi):
    forward(ticket, dewi, wait=True)

    ticket.refresh_from_db()
    assert ticket.status == "waiting_third_party"


@pytest.mark.parametrize("subject", ["Re: Fwd: Internet mati", "Ticket baru 4711"])
def test_the_answer_comes_back_into_the_side_thread_for_the_staff_alone(ticket, complaint, dewi, siti, subject):
    sent = forward(ticket, dewi, wait=True)

    answer = answered(sent.dispatch, subject=subject)

    assert (answer.ticket, answer.conversation, answer.trust) == (ticket, sent.conversation, "third_party")
    assert (answer.customer, answer.threaded_by) == (siti, "token")
    customer = Actor(ActorKind.CUSTOMER, id=siti.root_id)
    assert list(Message.objects.visible_to(customer)) == [complaint]
    assert set(Message.objects.visible_to(dewi.actor())) == {complaint, sent, answer}
    entry = TimelineEntry.objects.get(object_id=answer.pk, kind="message")
    assert (entry.direction, entry.ticket) == ("internal", ticket)


def test_the_answer_gives_back_a_ticket_that_waited_for_it_and_its_owner_is_told(ticket, complaint, dewi):
    sent = forward(ticket, dewi, wait=True)

    answered(sent.dispatch)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.ball, ticket.queue_at) == ("open", Ticket.Ball.OURS, ELEVEN)
    assert (ticket.unanswered, ticket.preview) == (1, "")
    notice = Notice.objects.get()
    assert (notice.recipient, notice.kind, notice.parameters) == (dewi, "third_party_answered", {"by": "Budi NOC"})


@pytest.mark.parametrize("status", ["resolved", "closed", "waiting_customer"])
def test_the_answer_reopens_nothing_and_stops_no_wait(ticket, complaint, dewi, status):
    sent = forward(ticket, dewi)
    Ticket.objects.update(status=status, ball=Ticket.Ball.THEIRS)

    answer = answered(sent.dispatch)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.ball, Ticket.objects.count()) == (status, Ticket.Ball.THEIRS, 1)
    assert answer.ticket == ticket
    assert Arrival.objects.get().state == "done"


def test_even_the_customer_in_that_thread_is_read_by_the_staff_alone(ticket, complaint, dewi, siti):
    sent = forward(ticket, dewi)

    answer = answered(sent.dispatch, sender="Siti Rahmawati <siti@mail.example>")

    assert (answer.conversation, answer.trust) == (sent.conversation, "third_party")


def test_a_reply_to_the_customer_stays_in_the_customers_thread(ticket, complaint, dewi):
    side = forward(ticket, dewi).conversation

    reply = replies.reply(ticket.pk, actor=dewi.actor(), text="Kami cek.", now=TEN)

    assert (reply.conversation, reply.to) == (complaint.conversation, ["siti@mail.example"])
    assert side.kind == Conversation.Kind.THIRD_PARTY


def test_the_thread_goes_on_where_it_is_named(ticket, complaint, dewi):
    first = forward(ticket, dewi)
    answer = answered(first.dispatch)

    second = forward(ticket, dewi, to=(), thread_id=first.conversation_id, text="Terima kasih.")

    assert (second.conversation, second.to) == (first.conversation, ["noc@serat.example"])
    assert second.subject == f"Re: Internet mati [{ticket.reference}]"
    assert second.dispatch.headers["In-Reply-To"] == f"<{answer.external_id}>"


def test_a_thread_of_another_ticket_or_of_the_customer_is_refused(ticket, complaint, dewi):
    for thread in (complaint.conversation, ConversationFactory(kind=Conversation.Kind.THIRD_PARTY)):
        with pytest.raises(Invalid, match="This thread is not on this ticket"):
            forward(ticket, dewi, thread_id=thread.pk)


def test_undo_takes_it_back_into_its_own_draft_and_the_ticket_is_as_it_was(ticket, complaint, dewi):
    sent = forward(ticket, dewi, wait=True)

    replies.undo(sent.pk, actor=dewi.actor(), now=TEN)

    ticket.refresh_from_db()
    draft = ticket.drafts.get()
    assert (ticket.status, ticket.ball, ticket.queue_at) == ("new", Ticket.Ball.OURS, NINE)
    assert (draft.mode, draft.text, draft.addressed["to"]) == ("forward", "Mohon cek ODP 12.", "noc@serat.example")
    assert not Dispatch.objects.exists()
    assert not Conversation.objects.with_third_parties().exists()


def test_when_it_cannot_be_sent_the_customers_wait_does_not_begin_again(ticket, complaint, dewi):
    replies.reply(ticket.pk, actor=dewi.actor(), text="Kami cek.", now=TEN)
    sent = forward(ticket, dewi)

    failures.dispatch_failed(sent.dispatch_id, now=ELEVEN)

    ticket.refresh_from_db()
    assert ticket.ball == Ticket.Ball.THEIRS
    assert Message.objects.visible_to(SYSTEM).count() == 3
