"""A message that did not get through is corrected, takes another way, or is stopped."""

import pytest

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services import outbox
from channels_out.services.outbox import Recipient
from core.errors import Invalid, NotAllowed
from files.services import store
from tests.factories import ChannelFactory, IdentityFactory, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.outward import failures, replies, resending
from tickets.services.outward.resending import Correction

pytestmark = pytest.mark.django_db
NINE, TEN, ELEVEN = moment("2026-11-20 09:00"), moment("2026-11-20 10:00"), moment("2026-11-20 11:00")


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi Lestari", teams=[TeamFactory(slug="care")])


@pytest.fixture
def ticket(dewi):
    ticket = TicketFactory(team=dewi.teams.get(), created_at=NINE)
    MessageFactory(ticket=ticket, from_address="sitti@mail.example", external_id="abc@mail.example")
    return ticket


@pytest.fixture
def failed(ticket, dewi):
    """An answer with a file, to an address that does not exist."""
    [file] = store.put([store.NewFile(b"%PDF-1.4 tagihan")], now=TEN)
    files = [(file.pk, "tagihan.pdf")]
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN, file_ids=files)
    DispatchRecipient.objects.update(state="failed", error="550 unknown")
    Dispatch.objects.update(state="failed", error="550 unknown")
    failures.dispatch_failed(message.dispatch_id, now=TEN)
    return message


def corrected(failed, dewi, **what):
    correction = Correction(**what)
    return resending.edit_and_resend(failed.dispatch_id, actor=dewi.actor(), correction=correction, now=ELEVEN)


def test_with_the_right_address_it_goes_out_as_a_new_message_and_the_failed_one_names_it(failed, dewi, ticket):
    message = corrected(failed, dewi, to=[Recipient(" siti@mail.example ", "Siti")])

    old, new = Dispatch.objects.get(pk=failed.dispatch_id), message.dispatch
    assert (old.state, old.superseded_by) == ("failed", new)
    assert (new.state, new.send_after) == ("queued", ELEVEN)
    assert list(new.recipients.values_list("address", "name", "kind")) == [("siti@mail.example", "Siti", "to")]
    assert (new.text, new.subject, new.headers, new.attachments) == (
        old.text,
        old.subject,
        old.headers,
        old.attachments,
    )
    assert new.external_id not in ("", old.external_id)
    assert (message.external_id, message.to, message.text) == (new.external_id, ["siti@mail.example"], "Teknisi besok.")
    assert [item.name for item in message.attachments.all()] == ["tagihan.pdf"]
    ticket.refresh_from_db()
    assert ticket.ball == Ticket.Ball.THEIRS
    entry = TimelineEntry.objects.get(object_id=message.pk)
    assert (entry.direction, entry.at, entry.text) == ("out", ELEVEN, "Teknisi besok.")
    change = TicketHistory.objects.latest("id")
    assert (change.change, change.before, change.after) == (
        "dispatch_corrected",
        {"dispatch": old.pk},
        {"dispatch": new.pk, "message": message.pk},
    )


def test_a_corrected_text_keeps_what_stood_below_the_old_one(failed, dewi):
    Dispatch.objects.update(text="Teknisi besok.\n\n-- \nDewi", html="<p>Teknisi besok.</p>")

    message = corrected(failed, dewi, text="Teknisi datang Selasa.", subject="Jadwal")

    assert (message.dispatch.text, message.dispatch.html) == ("Teknisi datang Selasa.\n\n-- \nDewi", "")
    assert (message.text, message.full_text) == ("Teknisi datang Selasa.", "Teknisi datang Selasa.\n\n-- \nDewi")
    assert (message.subject, message.dispatch.subject) == ("Jadwal", "Jadwal")
    assert Message.objects.get(pk=failed.pk).text == "Teknisi besok."


@pytest.mark.parametrize(
    ("what", "field"),
    [
        ({"to": [Recipient("bukan alamat")]}, "to"),
        ({"to": [], "cc": [Recipient("adik@mail.example")]}, "to"),
        ({"cc": [Recipient("adik@")]}, "cc"),
        ({"text": "  "}, "text"),
    ],
)
def test_what_cannot_be_sent_is_refused_and_changes_nothing(failed, dewi, what, field):
    with pytest.raises(Invalid) as refused:
        corrected(failed, dewi, **what)

    assert refused.value.field == field
    assert Dispatch.objects.get().superseded_by is None


def test_one_of_our_own_mailboxes_is_not_written_to(failed, dewi):
    ours = ChannelFactory(address="tagihan@nusanet.example")

    with pytest.raises(Invalid, match="is a mailbox of ours"):
        corrected(failed, dewi, cc=[Recipient(ours.address.title())])


def test_only_what_failed_is_corrected_and_only_once(failed, dewi):
    again = corrected(failed, dewi)

    for message in (failed, again):
        with pytest.raises(Invalid, match="has not failed"):
            corrected(message, dewi)
    assert not outbox.retry(failed.dispatch_id, now=ELEVEN)


def test_who_may_not_change_the_ticket_corrects_nothing(failed):
    stranger = UserFactory(teams=[TeamFactory(slug="billing")])

    with pytest.raises(NotAllowed):
        corrected(failed, stranger)


def test_another_way_is_another_address_of_the_customer_or_another_mailbox(failed, dewi, ticket):
    IdentityFactory(customer=ticket.customer, value="siti.kantor@mail.example")
    other = ChannelFactory(address="bantuan@nusanet.example")
    ChannelFactory(address="tutup@nusanet.example", state="paused")

    ways = [(way.channel, way.address) for way in resending.other_ways(failed)]
    assert ways == [(ticket.channel, "siti.kantor@mail.example"), (other, "siti.kantor@mail.example")]

    chosen = {"channel_id": other.pk, "address": "siti.kantor@mail.example"}
    message = resending.send_by_other_channel(failed.dispatch_id, actor=dewi.actor(), now=ELEVEN, **chosen)

    dispatch = message.dispatch
    assert (dispatch.channel, message.conversation.channel, message.from_address) == (other, other, other.address)
    assert dispatch.order_key == f"conversation-{message.conversation_id}"
    assert dispatch.headers["Reply-To"].startswith("bantuan+")
    assert "In-Reply-To" not in dispatch.headers
    assert Dispatch.objects.get(pk=failed.dispatch_id).superseded_by == dispatch


def test_a_way_that_does_not_lead_to_this_customer_is_refused(failed, dewi, ticket):
    chosen = {"channel_id": ticket.channel_id, "address": "orang.lain@mail.example"}

    with pytest.raises(Invalid, match="no such way"):
        resending.send_by_other_channel(failed.dispatch_id, actor=dewi.actor(), now=ELEVEN, **chosen)


def test_a_message_that_waits_is_stopped_and_can_be_sent_all_the_same_later(ticket, dewi):
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Teknisi besok.", now=TEN)

    resending.cancel(message.dispatch_id, actor=dewi.actor(), now=TEN)

    dispatch = Dispatch.objects.get()
    assert (dispatch.state, dispatch.error) == ("failed", "Stopped by Dewi Lestari before it left.")
    ticket.refresh_from_db()
    assert ticket.ball == Ticket.Ball.OURS
    assert TicketHistory.objects.latest("id").change == "dispatch_cancelled"
    failures.try_again(dispatch.pk, actor=dewi.actor(), now=ELEVEN)
    assert Dispatch.objects.get().state == "queued"


def test_what_has_left_is_not_stopped(failed, dewi):
    Dispatch.objects.update(state="sent")

    with pytest.raises(Invalid, match="Too late"):
        resending.cancel(failed.dispatch_id, actor=dewi.actor(), now=ELEVEN)


def test_a_file_that_may_not_leave_is_taken_out_and_the_rest_goes_along(failed, dewi):
    kept = store.put([store.NewFile(b"%PDF-1.4 jadwal")], now=TEN)[0]
    failed.attachments.create(file=kept, name="jadwal.pdf")
    failed.dispatch.refresh_from_db()
    Dispatch.objects.update(attachments=[*failed.dispatch.attachments, {"file": kept.pk, "name": "jadwal.pdf"}])

    message = corrected(failed, dewi, files=[kept.pk])

    assert message.dispatch.attachments == [{"file": kept.pk, "name": "jadwal.pdf"}]
    assert [item.name for item in message.attachments.all()] == ["jadwal.pdf"]
    assert [item.name for item in failed.attachments.order_by("id")] == ["tagihan.pdf", "jadwal.pdf"]
