"""What came in and what goes out, as programs see and repair it."""

import hashlib

import pytest

from channels_in.models import Arrival
from channels_in.services import ledger
from channels_out.models import Dispatch
from channels_out.services.outbox import Outgoing, Recipient, queue
from tests.api.conftest import Program, refused
from tests.factories import NOW, ChannelFactory, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Ticket, TicketHistory
from tickets.services.outward import failures


def arrived(channel=None, **values) -> Arrival:
    channel = channel or ChannelFactory()
    body = f"From: siti@mail.example\nSubject: {Arrival.objects.count()}\n\nMati.".encode()
    ledger.store(channel, [body], now=NOW)
    Arrival.objects.filter(digest=hashlib.sha256(body).hexdigest()).update(**values)
    return Arrival.objects.latest("id")


def test_an_arrival_has_these_fields_and_no_others(agent):
    message = MessageFactory()
    arrival = arrived(state="done", tries=1)
    arrival.messages.add(message)

    assert agent.get(f"arrivals/{arrival.pk}/").json() == {
        "id": arrival.pk,
        "channel": arrival.channel_id,
        "digest": hashlib.sha256(b"From: siti@mail.example\nSubject: 0\n\nMati.").hexdigest(),
        "state": "done",
        "reason": "",
        "tries": 1,
        "size": 41,
        "received_at": "2026-11-20T09:00:00+07:00",
        "messages": [message.pk],
    }


def test_arrivals_are_found_by_digest_state_and_channel(agent):
    wanted, other = arrived(state="parked", reason="no_sender"), arrived(state="done")

    assert agent.ids("arrivals/") == [other.pk, wanted.pk]
    assert agent.ids("arrivals/", digest=wanted.digest.upper()) == [wanted.pk]
    assert agent.ids("arrivals/", state=["parked", "new"]) == [wanted.pk]
    assert agent.ids("arrivals/", channel=wanted.channel_id) == [wanted.pk]
    assert agent.ids("arrivals/", channel=other.channel_id, digest=wanted.digest) == []


def test_messages_of_restricted_tickets_are_not_named_by_their_arrivals(agent):
    arrival = arrived()
    arrival.messages.add(MessageFactory(ticket=TicketFactory(team=TeamFactory(restricted=True))))

    assert agent.get(f"arrivals/{arrival.pk}/").json()["messages"] == []


def test_a_parked_arrival_is_looked_at_again(agent):
    arrival = arrived(state="parked", reason="no_sender", tries=3, detail="No From.")

    answer = agent.post(f"arrivals/{arrival.pk}/retry/")

    again = answer.json()
    assert (answer.status_code, again["state"], again["reason"], again["tries"]) == (200, "new", "", 0)
    arrival.refresh_from_db()
    decided = arrival.history.get()
    assert (arrival.detail, decided.change, decided.actor_name) == ("No From.", "retried", "Toko")
    assert decided.before == {"reason": "no_sender"}


def test_a_parked_arrival_is_discarded_for_a_reason(agent):
    arrival = arrived(state="parked", reason="no_sender")

    assert list(refused(agent.post(f"arrivals/{arrival.pk}/discard/"), 400)["errors"]) == ["reason"]
    discarded = agent.post(f"arrivals/{arrival.pk}/discard/", {"reason": "Iklan"}).json()

    assert (discarded["state"], discarded["reason"]) == ("discarded", "Iklan")
    arrival.refresh_from_db()
    decided = arrival.history.get()
    assert (decided.change, decided.actor_name, decided.reason) == ("discarded", "Toko", "Iklan")
    assert decided.before == {"reason": "no_sender"}
    assert bytes(arrival.body).startswith(b"From:")


@pytest.mark.parametrize("state", ["new", "processing", "done", "duplicate", "discarded"])
def test_only_parked_arrivals_are_decided_about(agent, state):
    arrival = arrived(state=state)

    refused(agent.post(f"arrivals/{arrival.pk}/retry/"), 400)
    refused(agent.post(f"arrivals/{arrival.pk}/discard/", {"reason": "Iklan"}), 400)

    arrival.refresh_from_db()
    assert (arrival.state, arrival.detail) == (state, "")


def sent(ticket=None, **values) -> Dispatch:
    message = MessageFactory(kind="outbound", **({"ticket": ticket} if ticket else {}))
    parcel = Outgoing(message.channel, [Recipient("siti@mail.example", "Siti")], "Re: Mati", "Teknisi besok.")
    dispatch = queue([parcel], now=NOW)[0]
    Dispatch.objects.filter(pk=dispatch.pk).update(**values)
    message.dispatch = dispatch
    message.save()
    dispatch.refresh_from_db()
    return dispatch


def test_a_dispatch_has_these_fields_and_no_others(agent):
    dispatch = sent(tries=1, error="451 later", send_after=moment("2026-11-20 09:05"))

    assert agent.get(f"dispatches/{dispatch.pk}/").json() == {
        "id": dispatch.pk,
        "message": dispatch.message.pk,
        "channel": dispatch.channel_id,
        "state": "queued",
        "automatic": False,
        "tries": 1,
        "next_try_at": "2026-11-20T09:05:00+07:00",
        "error": "451 later",
        "doubtful": False,
        "superseded_by": None,
        "external_id": dispatch.external_id,
        "provider_id": "",
        "created_at": "2026-11-20T09:00:00+07:00",
        "sent_at": None,
        "recipients": [{"kind": "to", "address": "siti@mail.example", "name": "Siti", "state": "queued", "error": ""}],
    }


def test_dispatches_are_found_by_state_and_channel(agent):
    failed, done = sent(state="failed"), sent(state="sent")

    assert agent.ids("dispatches/") == [done.pk, failed.pk]
    assert agent.ids("dispatches/", state="failed") == [failed.pk]
    assert agent.ids("dispatches/", channel=done.channel_id) == [done.pk]
    assert agent.get(f"dispatches/{done.pk}/").json()["next_try_at"] is None


def test_what_goes_out_on_a_restricted_ticket_does_not_exist_for_others(agent):
    conduct = TeamFactory(restricted=True)
    hidden = sent(TicketFactory(team=conduct), state="failed")

    assert agent.ids("dispatches/") == []
    refused(agent.get(f"dispatches/{hidden.pk}/"), 404)
    refused(agent.post(f"dispatches/{hidden.pk}/retry/"), 404)
    assert Program(UserFactory(teams=[conduct])).ids("dispatches/") == [hidden.pk]


def test_a_failed_message_is_sent_again_and_the_ticket_tells_it(agent, network):
    dispatch = sent(TicketFactory(team=network), state="failed", tries=8, error="550 no such user", posting_at=NOW)
    dispatch.recipients.update(state="failed", error="550")
    failures.dispatch_failed(dispatch.pk, now=NOW)
    assert Ticket.objects.get().ball == Ticket.Ball.OURS

    answer = agent.post(f"dispatches/{dispatch.pk}/retry/")

    again = answer.json()
    assert (answer.status_code, again["state"], again["error"], again["tries"]) == (200, "queued", "", 8)
    assert again["recipients"][0]["state"] == "queued"
    assert Ticket.objects.get().ball == Ticket.Ball.THEIRS
    assert list(TicketHistory.objects.values_list("change", "actor_name").order_by("id")) == [
        ("dispatch_failed", "Tanggap"),
        ("dispatch_retried", "Toko"),
    ]


def test_a_message_that_fails_again_is_told_again(agent, network):
    dispatch = sent(TicketFactory(team=network), state="failed")
    failures.dispatch_failed(dispatch.pk, now=NOW)
    agent.post(f"dispatches/{dispatch.pk}/retry/")
    failures.dispatch_failed(dispatch.pk, now=NOW)
    failures.dispatch_failed(dispatch.pk, now=NOW)

    told = list(TicketHistory.objects.order_by("id").values_list("change", flat=True))
    assert told == ["dispatch_failed", "dispatch_retried", "dispatch_failed"]


def test_a_message_that_has_not_failed_is_not_sent_again(agent, network):
    dispatch = sent(TicketFactory(team=network), state="sent")

    refused(agent.post(f"dispatches/{dispatch.pk}/retry/"), 400)

    dispatch.refresh_from_db()
    assert dispatch.state == "sent"


def test_another_team_cannot_send_a_message_again(agent, billing):
    dispatch = sent(TicketFactory(team=billing), state="failed")

    refused(agent.post(f"dispatches/{dispatch.pk}/retry/"), 403)

    dispatch.refresh_from_db()
    assert dispatch.state == "failed"
