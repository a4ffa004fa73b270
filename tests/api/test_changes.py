"""What programs may do to a ticket, and what comes back."""

from datetime import timedelta

import pytest

from api.models import Upload
from channels_out.models import Dispatch
from core.clock import now
from files.models import StoredFile
from tests.api.conftest import Program, refused
from tests.factories import MessageFactory, QueryTypeFactory, TicketFactory, UserFactory
from tickets.models import Attachment, Message, Ticket


@pytest.fixture
def ticket(network):
    """A ticket of the agent's team whose customer can be answered by mail."""
    ticket = TicketFactory(team=network)
    MessageFactory(ticket=ticket, from_address="siti@mail.example")
    return ticket


def test_a_reply_is_a_message_and_its_dispatch_at_once(agent, ticket):
    answer = agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Teknisi datang besok."})

    message = Message.objects.get(kind="outbound")
    assert answer.status_code == 201
    received_at = answer.json()["received_at"]
    assert answer.json() == {
        "id": message.pk,
        "ticket": ticket.pk,
        "conversation": message.conversation_id,
        "customer": ticket.customer_id,
        "channel": ticket.channel_id,
        "kind": "outbound",
        "automatic": False,
        "automatic_reason": "",
        "trust": "verified",
        "held_back": False,
        "from_address": ticket.channel.address,
        "from_name": "Toko",
        "to": ["siti@mail.example"],
        "cc": [],
        "subject": f"Re: Internet mati sejak pagi [{ticket.reference}]",
        "text": "Teknisi datang besok.",
        "full_text": "Teknisi datang besok.\n\nDewi\nNusanet Keluhan",
        "html": "",
        "external_id": message.external_id,
        "threaded_by": "",
        "remarks": [],
        "sent_at": None,
        "received_at": received_at,
        "dispatch": message.dispatch_id,
        "attachments": [],
    }
    assert Dispatch.objects.get().state == "queued"
    assert Ticket.objects.get().status == "open"


def test_a_program_sends_at_once_unless_it_asks_for_an_undo_window(agent, ticket):
    agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Satu"})
    agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Dua", "undo_seconds": 60})

    at_once, later = Dispatch.objects.order_by("id")
    assert at_once.send_after == at_once.created_at
    assert later.send_after == later.created_at + timedelta(seconds=60)


def test_after_a_reply_the_ticket_can_wait_for_the_customer(agent, ticket):
    agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Sudah nyala?", "then": "waiting_customer"})

    assert agent.get(f"tickets/{ticket.pk}/").json()["status"] == "waiting_customer"


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "text"),
        ({"text": " "}, "text"),
        ({"text": "Halo", "then": "closed"}, "then"),
        ({"text": "Halo", "undo_seconds": -1}, "undo_seconds"),
        ({"text": "Halo", "channel": "whatsapp"}, "channel"),
        ({"text": "Halo", "owner": 7, "status": "closed"}, "status"),
        ({"text": "Halo", "attachments": [{"file": 1, "name": "../x"}]}, "attachments.0.name"),
    ],
)
def test_a_reply_that_cannot_be_meant_is_refused_whole(agent, ticket, body, field):
    problem = refused(agent.post(f"tickets/{ticket.pk}/reply/", body), 400)

    assert field in problem["errors"]
    assert not Message.objects.filter(kind="outbound").exists()


def test_a_reply_needs_a_way_to_the_customer(agent, network):
    problem = refused(agent.post(f"tickets/{TicketFactory(team=network).pk}/reply/", {"text": "Halo"}), 400)

    assert problem["code"] == "invalid"
    assert "no e-mail address" in problem["detail"]


def test_an_agent_of_another_team_reads_but_cannot_answer(billing, ticket):
    other = Program(UserFactory(teams=[billing]))

    problem = refused(other.post(f"tickets/{ticket.pk}/reply/", {"text": "Halo"}), 403)

    assert problem == {
        "type": "about:blank",
        "title": "Forbidden",
        "status": 403,
        "detail": "This ticket belongs to another team. Take it over first; the team will see that you did.",
        "code": "not_allowed",
    }
    assert other.get(f"tickets/{ticket.pk}/").status_code == 200


def test_a_supervisor_answers_for_every_team(supervisor, ticket):
    assert supervisor.post(f"tickets/{ticket.pk}/reply/", {"text": "Halo"}).status_code == 201


def test_whoever_may_read_a_ticket_may_note_something_on_it(billing, ticket):
    other = Program(UserFactory(teams=[billing]))

    answer = other.post(f"tickets/{ticket.pk}/note/", {"text": "Sudah bayar."})

    assert answer.status_code == 201
    assert (answer.json()["kind"], answer.json()["text"], answer.json()["dispatch"]) == ("note", "Sudah bayar.", None)


def test_a_ticket_is_assigned_to_a_person_and_a_team(agent, ticket, billing):
    colleague = UserFactory()

    wanted = {"owner": colleague.pk, "team": billing.pk}

    assert agent.post(f"tickets/{ticket.pk}/assign/", wanted).status_code == 400  # another team needs a note
    answer = agent.post(f"tickets/{ticket.pk}/assign/", wanted | {"note": "Sudah bayar, mohon dicek."})

    assert answer.status_code == 200
    changed = answer.json()
    assert (changed["owner"], changed["team"], changed["version"]) == (colleague.pk, billing.pk, 2)


@pytest.mark.parametrize(
    ("body", "field"),
    [({}, "owner"), ({"owner": 999999}, "owner"), ({"team": "x"}, "team"), ({"owner": None}, "owner")],
)
def test_a_ticket_is_assigned_to_somebody_who_exists(agent, ticket, body, field):
    assert field in refused(agent.post(f"tickets/{ticket.pk}/assign/", body), 400)["errors"]


def test_a_ticket_is_not_assigned_to_somebody_who_left(agent, ticket):
    gone = UserFactory(is_active=False)

    problem = refused(agent.post(f"tickets/{ticket.pk}/assign/", {"owner": gone.pk}), 400)

    assert problem["errors"] == {"owner": ["This person no longer works here."]}


def test_a_complaint_is_resolved_with_its_outcome(agent, ticket):
    answer = agent.post(f"tickets/{ticket.pk}/resolve/", {"outcome": "upheld", "fault": "ours"})

    resolved = answer.json()
    assert (answer.status_code, resolved["status"]) == (200, "resolved")
    assert (resolved["outcome"], resolved["fault"]) == ("upheld", "ours")
    assert resolved["resolved_at"].endswith("+07:00")


def test_a_complaint_is_not_resolved_without_an_outcome(agent, ticket):
    problem = refused(agent.post(f"tickets/{ticket.pk}/resolve/"), 400)

    assert problem["errors"] == {"outcome": ["Say how the complaint ended: choose an outcome."]}


def test_a_question_is_answered_without_saying_so(agent, network):
    question = TicketFactory(team=network, query_type=QueryTypeFactory(kind="question"))

    assert agent.post(f"tickets/{question.pk}/resolve/").json()["outcome"] == "answered"


@pytest.mark.parametrize(
    ("change", "body"),
    [("reply", {"text": "Halo"}), ("assign", {"owner": 0}), ("resolve", {"outcome": "upheld"})],
)
def test_who_saw_an_older_version_is_told_which_one_holds(agent, ticket, change, body):
    Ticket.objects.update(version=5)
    body = {"owner": agent.user.pk} if "owner" in body else body

    problem = refused(agent.post(f"tickets/{ticket.pk}/{change}/", body | {"version": 4}), 409)

    assert (problem["code"], problem["current"]) == ("conflict", 5)
    assert agent.post(f"tickets/{ticket.pk}/{change}/", body | {"version": 5}).status_code in (200, 201)


def test_a_file_goes_out_with_a_reply_and_can_be_read_again(agent, ticket):
    brought = agent.bring("surat.txt", b"Kepada pelanggan")
    file = brought.json()
    assert (brought.status_code, file) == (
        201,
        {"id": Upload.objects.get().pk, "name": "surat.txt", "content_type": "text/plain", "size": 16},
    )

    sent = agent.post(
        f"tickets/{ticket.pk}/reply/",
        {"text": "Terlampir.", "attachments": [{"file": file["id"]}, {"file": file["id"], "name": "salinan.txt"}]},
    ).json()

    first, second = Attachment.objects.order_by("id")
    assert sent["attachments"][0] == {
        "id": first.pk,
        "name": "surat.txt",
        "content_type": "text/plain",
        "size": 16,
        "inline": False,
        "content_id": "",
        "url": f"/api/v1/attachments/{first.pk}",
    }
    assert sent["attachments"][1]["name"] == second.name == "salinan.txt"
    assert [part["name"] for part in Dispatch.objects.get().attachments] == ["surat.txt", "salinan.txt"]
    download = agent.get(sent["attachments"][0]["url"].removeprefix("/api/v1/"))
    assert download.content == b"Kepada pelanggan"
    assert download["Content-Disposition"] == 'attachment; filename="surat.txt"'


def test_a_file_of_somebody_else_cannot_be_sent(agent, ticket, supervisor):
    theirs = supervisor.bring("rahasia.txt", b"x").json()["id"]

    problem = refused(
        agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Halo", "attachments": [{"file": theirs}]}), 400
    )

    assert list(problem["errors"]) == ["attachments"]
    assert not Attachment.objects.exists()


def test_a_stored_file_of_a_ticket_is_not_an_upload(agent, ticket):
    stored = StoredFile.objects.create(key="a", digest="b", content_type="text/plain", size=1, stored_at=now())

    refused(agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Halo", "attachments": [{"file": stored.pk}]}), 400)


def test_a_file_that_is_too_large_is_refused_with_the_limit(agent, settings):
    settings.UPLOAD_MAX_BYTES = 1024 * 1024

    problem = refused(agent.bring("film.mp4", b"x" * (1024 * 1024 + 1)), 413)

    assert problem["detail"] == "film.mp4 is too large: a file may have 1 MB."
    assert not StoredFile.objects.exists()


def test_json_is_no_file(agent):
    refused(agent.post("files/", {"file": "x"}), 415)


def test_a_program_that_says_what_it_has_seen_is_told_of_a_newer_message(agent, ticket):
    seen = ticket.messages.get().pk
    newer = MessageFactory(ticket=ticket, text="Sudah nyala lagi.")

    answer = agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Teknisi datang besok.", "seen": seen})

    assert answer.status_code == 409
    assert (answer.json()["code"], answer.json()["newer"]) == ("newer_message", [newer.pk])
    assert not Dispatch.objects.exists()
    again = agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Teknisi datang besok.", "seen": newer.pk})
    assert again.status_code == 201


def test_waiting_closing_and_opening_again_follow_the_rules_of_the_desk(agent, ticket):
    early = agent.post(f"tickets/{ticket.pk}/wait/", {"for": "waiting_customer"})
    assert (early.status_code, early.json()["detail"][:22]) == (400, "Ask the customer first")

    agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Apakah lampunya merah?"})
    until = (now() + timedelta(days=3)).isoformat()
    waits = agent.post(f"tickets/{ticket.pk}/wait/", {"for": "waiting_customer", "until": until})
    assert (waits.status_code, waits.json()["status"]) == (200, "waiting_customer")

    agent.post(f"tickets/{ticket.pk}/resolve/", {"outcome": "upheld", "fault": "ours", "cause": "Kabel putus"})
    closed = agent.post(f"tickets/{ticket.pk}/close/", {})
    assert (closed.json()["status"], closed.json()["cause"]) == ("closed", "Kabel putus")
    again = agent.post(f"tickets/{ticket.pk}/reopen/", {"reason": "Masih mati"})
    assert (again.json()["status"], again.json()["closed_at"]) == ("open", None)
