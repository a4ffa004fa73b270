"""Messages and their files as programs read them."""

from channels_out.models import Dispatch
from files.services import store
from tests.api.conftest import Program, refused
from tests.factories import NOW, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Attachment


def attach(message, name: str, content: bytes) -> Attachment:
    file = store.put([store.NewFile(content, "text/plain")], now=NOW)[0]
    return Attachment.objects.create(message=message, file=file, name=name, inline=True, content_id="foto1")


WRITTEN = {
    "trust": "third_party",
    "from_address": "siti@mail.example",
    "to": ["keluhan@nusanet.example"],
    "cc": ["budi@mail.example"],
    "subject": "Mati lagi",
    "text": "Mati lagi.",
    "full_text": "Mati lagi.\n> kemarin nyala",
    "html": "<p>Mati lagi.</p>",
    "external_id": "abc@mail.example",
    "threaded_by": "token",
}


def test_an_inbound_message_has_these_fields_and_no_others(agent):
    message = MessageFactory(automatic="auto-submitted", sent_at=moment("2026-11-20 08:58"), **WRITTEN)
    attachment = attach(message, "modem.txt", b"lampu merah")

    assert agent.get(f"messages/{message.pk}/").json() == {
        "id": message.pk,
        "ticket": message.ticket_id,
        "conversation": message.conversation_id,
        "customer": message.customer_id,
        "channel": message.channel_id,
        "kind": "inbound",
        "automatic": True,
        "automatic_reason": "auto-submitted",
        **WRITTEN,
        "held_back": True,
        "from_name": "Siti Rahmawati",
        "remarks": [],
        "sent_at": "2026-11-20T08:58:00+07:00",
        "received_at": "2026-11-20T09:00:00+07:00",
        "dispatch": None,
        "attachments": [
            {
                "id": attachment.pk,
                "name": "modem.txt",
                "content_type": "text/plain",
                "size": 11,
                "inline": True,
                "content_id": "foto1",
                "url": f"/api/v1/attachments/{attachment.pk}",
            }
        ],
    }


def test_the_full_text_is_never_less_than_the_text(agent):
    message = MessageFactory(text="Mati.", full_text="")

    assert agent.get(f"messages/{message.pk}/").json()["full_text"] == "Mati."


def test_an_answer_was_sent_when_it_left(agent):
    message = MessageFactory(kind="outbound")
    message.dispatch = Dispatch.objects.create(
        channel=message.channel,
        external_id="x",
        text="Halo",
        state="sent",
        created_at=NOW,
        send_after=NOW,
        sent_at=moment("2026-11-20 09:05"),
    )
    message.save()

    assert agent.get(f"messages/{message.pk}/").json()["sent_at"] == "2026-11-20T09:05:00+07:00"


def test_the_messages_of_a_ticket_come_in_the_order_they_reached_us(agent):
    ticket = TicketFactory()
    late = MessageFactory(ticket=ticket, received_at=moment("2026-11-20 11:00"))
    early = MessageFactory(ticket=ticket, received_at=moment("2026-11-20 10:00"))
    note = MessageFactory(ticket=ticket, kind="note", received_at=moment("2026-11-20 12:00"))
    MessageFactory()

    assert agent.ids(f"tickets/{ticket.pk}/messages/") == [early.pk, late.pk, note.pk]


def test_messages_and_files_of_a_restricted_ticket_do_not_exist_for_others(agent):
    conduct = TeamFactory(restricted=True)
    message = MessageFactory(ticket=TicketFactory(team=conduct))
    attachment = attach(message, "bukti.txt", b"x")

    refused(agent.get(f"messages/{message.pk}/"), 404)
    refused(agent.get(f"attachments/{attachment.pk}"), 404)
    member = Program(UserFactory(teams=[conduct]))
    assert member.get(f"messages/{message.pk}/").status_code == 200
    assert member.get(f"attachments/{attachment.pk}").content == b"x"


def test_a_file_comes_whatever_the_program_says_it_accepts(agent):
    attachment = attach(MessageFactory(), "modem.txt", b"lampu merah")

    answer = agent.client.get(f"/api/v1/attachments/{attachment.pk}", headers=agent.headers | {"accept": "image/png"})

    assert (answer.status_code, answer["Content-Type"]) == (200, "text/plain")
