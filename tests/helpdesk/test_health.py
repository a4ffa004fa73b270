import json
from datetime import timedelta

import pytest
from django.db import connection

from channels_in.models import Mailbox
from core.clock import database_now
from core.models import Heartbeat
from helpdesk import checkup, errand_runner
from tests.factories import ChannelFactory


def readiness(client):
    answer = client.get("/readyz")
    return answer.status_code, json.loads(answer.content)


def test_alive_asks_nothing_but_the_process(client):
    answer = client.get("/healthz")

    assert (answer.status_code, answer.content) == (200, b"ok\n")
    assert "no-store" in answer.headers["Cache-Control"]


@pytest.mark.django_db
def test_ready_while_beat_and_worker_do_their_rounds(client):
    errand_runner.note_the_beat()

    status, found = readiness(client)

    assert (status, found["ready"], found["database"], found["broker"]) == (200, True, True, True)
    assert found["beat_seconds"] < 5
    assert found["oldest_arrival_seconds"] is None


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "status"), [(55, 200), (65, 503)])
def test_not_ready_when_the_last_round_is_older_than_a_minute(client, age, status):
    Heartbeat.objects.create(name="beat", at=database_now() - timedelta(seconds=age))

    assert readiness(client)[0] == status


@pytest.mark.django_db
def test_a_mailbox_in_trouble_is_told_and_leaves_us_ready(client):
    errand_runner.note_the_beat()
    facts = {"host": "imap.nusanet.example", "port": "993"}
    broken = ChannelFactory(name="Keluhan")
    row = {"started_at": database_now(), "next_poll_at": database_now(), "failures": 3}
    Mailbox.objects.create(channel=broken, trouble="port_closed", trouble_facts=facts, **row)
    Mailbox.objects.create(channel=ChannelFactory(state="paused"), **row)

    status, found = readiness(client)
    finding = checkup.mailboxes()

    assert (status, found["mailboxes_failing"]) == (200, 1)
    assert (finding.ok, finding.text) == (
        False,
        "Keluhan: Nothing answers on imap.nusanet.example, port 993: check the port, and whether a firewall blocks it.",
    )


@pytest.mark.django_db
def test_not_ready_before_the_first_round(client):
    status, found = readiness(client)

    assert (status, found["beat_seconds"]) == (503, None)


@pytest.mark.django_db(transaction=True)
def test_not_ready_without_our_tables(client):
    with connection.schema_editor() as editor:
        editor.delete_model(Heartbeat)
    try:
        status, found = readiness(client)
    finally:
        with connection.schema_editor() as editor:
            editor.create_model(Heartbeat)

    assert (status, found["ready"], found["database"]) == (503, False, False)
