"""A request that is sent again makes its change once."""

import threading
from datetime import timedelta

import pytest
from django.db import connection

from api.models import IdempotencyRecord, Upload
from api.services import idempotency
from api.services.idempotency import Answer, Keyed, StillRunning
from channels_out.models import Dispatch
from core.clock import now
from tests.api.conftest import refused
from tests.factories import NOW, MessageFactory, TicketFactory, UserFactory
from tickets.models import Message, Ticket

LATER = NOW + timedelta(days=1, seconds=1)


@pytest.fixture
def ticket(network):
    return MessageFactory(ticket=TicketFactory(team=network)).ticket


def test_the_same_request_twice_makes_one_message_and_gives_the_same_answer(agent, ticket):
    first = agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Besok."}, key="k1")
    again = agent.post(f"tickets/{ticket.pk}/reply/", {"text": "Besok."}, key="k1")

    assert (first.status_code, again.status_code) == (201, 201)
    assert first.content == again.content
    assert (first.get("Idempotency-Replayed"), again["Idempotency-Replayed"]) == (None, "true")
    assert Message.objects.filter(kind="outbound").count() == Dispatch.objects.count() == 1
    assert Ticket.objects.get().version == 2


def test_without_a_key_two_requests_are_two_messages(agent, ticket):
    agent.post(f"tickets/{ticket.pk}/note/", {"text": "Halo"})
    agent.post(f"tickets/{ticket.pk}/note/", {"text": "Halo"})

    assert Message.objects.filter(kind="note").count() == 2


@pytest.mark.parametrize("change", ["reply", "note"])
def test_a_key_does_not_serve_for_another_body_or_another_address(agent, ticket, change):
    agent.post(f"tickets/{ticket.pk}/note/", {"text": "Satu"}, key="k1")
    text = "Dua" if change == "note" else "Satu"

    problem = refused(agent.post(f"tickets/{ticket.pk}/{change}/", {"text": text}, key="k1"), 422)

    assert problem["code"] == "idempotency_key_reused"
    assert Message.objects.filter(kind__in=["note", "outbound"]).count() == 1


def test_two_programs_may_draw_the_same_key(agent, supervisor, ticket):
    agent.post(f"tickets/{ticket.pk}/note/", {"text": "Satu"}, key="k1")
    supervisor.post(f"tickets/{ticket.pk}/note/", {"text": "Dua"}, key="k1")

    assert Message.objects.filter(kind="note").count() == 2


def test_a_refused_request_may_be_sent_again_with_its_key(agent, ticket):
    refused(agent.post(f"tickets/{ticket.pk}/resolve/", {}, key="k1"), 400)
    assert not IdempotencyRecord.objects.exists()

    assert agent.post(f"tickets/{ticket.pk}/resolve/", {"outcome": "upheld"}, key="k1").status_code == 200


def test_an_answer_and_its_change_are_kept_together_or_not_at_all(db):
    keyed = Keyed(UserFactory().pk, "k1", "POST /x", "d")

    def fails() -> Answer:
        TicketFactory()
        raise RuntimeError

    with pytest.raises(RuntimeError):
        idempotency.once(keyed, fails, now=NOW)

    assert not Ticket.objects.exists()
    assert not IdempotencyRecord.objects.exists()


def test_a_key_is_remembered_for_a_day(db):
    keyed = Keyed(UserFactory().pk, "k1", "POST /x", "d")
    idempotency.once(keyed, lambda: Answer(201, "1"), now=NOW)
    IdempotencyRecord.objects.create(
        user_id=keyed.user_id, key="old", operation="POST /x", request_digest="d", status=201, body="", created_at=NOW
    )

    assert idempotency.once(keyed, lambda: Answer(201, "2"), now=NOW + timedelta(hours=24)).body == "1"
    assert idempotency.once(keyed, lambda: Answer(201, "3"), now=LATER).body == "3"
    assert list(IdempotencyRecord.objects.values_list("key", "created_at")) == [("k1", LATER)]


def test_the_same_file_twice_is_one_upload(agent):
    first = agent.bring("surat.txt", b"Kepada", key="k1")
    again = agent.bring("surat.txt", b"Kepada", key="k1")

    assert first.json() == again.json()
    assert Upload.objects.count() == 1
    refused(agent.bring("surat.txt", b"Kepala", key="k1"), 422)


@pytest.mark.parametrize("key", ["x" * 256, "a\tb", "kunci-é"])
def test_a_key_that_cannot_be_one_is_refused(agent, ticket, key):
    problem = refused(agent.post(f"tickets/{ticket.pk}/note/", {"text": "Halo"}, key=key), 400)

    assert list(problem["errors"]) == ["Idempotency-Key"]


@pytest.mark.servers
@pytest.mark.django_db(transaction=True)
def test_a_second_request_is_refused_while_the_first_is_running():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer at a time: the second request waits for the first")
    keyed = Keyed(UserFactory().pk, "k1", "POST /x", "d")
    running, finish = threading.Event(), threading.Event()

    def slow() -> Answer:
        running.set()
        assert finish.wait(10)
        return Answer(201, "1")

    def first() -> None:
        try:
            idempotency.once(keyed, slow, now=now())
        finally:
            connection.close()

    thread = threading.Thread(target=first)
    thread.start()
    assert running.wait(10)
    with pytest.raises(StillRunning):
        idempotency.once(keyed, lambda: Answer(201, "2"), now=now())
    finish.set()
    thread.join()

    assert idempotency.once(keyed, lambda: Answer(201, "3"), now=now()) == Answer(201, "1", repeated=True)
