"""Channels over the API: administrators change them, others read them, secrets never come out."""

import json

import pytest

from channels_in.models import Mailbox
from core.actor import Role
from policies.models import Channel, ChannelHistory
from tests.api.conftest import ROOT, Program
from tests.factories import NOW, ChannelFactory, QueryTypeFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def office():
    return Program(UserFactory(role=Role.ADMINISTRATOR))


@pytest.fixture
def agent():
    return Program(UserFactory())


def patch(program, channel, body):
    return program.client.patch(
        f"{ROOT}channels/{channel.pk}/", json.dumps(body), content_type="application/json", headers=program.headers
    )


def new_mailbox(**more):
    return {
        "kind": "email",
        "name": "Keluhan",
        "address": "keluhan@nusanet.example",
        "query_type": QueryTypeFactory(slug="unsorted").pk,
        "settings": {"imap": {"host": "imap.nusanet.example", "user": "keluhan"}},
        "secrets": {"imap_password": "sangat-rahasia"},
    } | more


def test_a_mailbox_is_added_and_its_secret_never_comes_out(office):
    answer = office.post("channels/", new_mailbox())

    made = answer.json()
    channel = Channel.objects.get()
    assert (answer.status_code, made["id"], made["key"], made["state"]) == (201, channel.pk, channel.key, "active")
    assert made["settings"]["imap"]["port"] == 993
    assert made["secrets_kept"] == ["imap_password"]
    assert made["health"]["condition"] == "starting"
    assert channel.secrets == {"imap_password": "sangat-rahasia"}
    for said in (answer, office.get("channels/"), office.get(f"channels/{channel.pk}/")):
        assert b"sangat-rahasia" not in said.content


def test_what_is_named_changes_and_the_rest_stays(office):
    channel = ChannelFactory(name="Keluhan", settings={"authserv_id": "mx.nusanet.example"})

    answer = patch(office, channel, {"name": "Pengaduan", "state": "paused", "secrets": {"smtp_password": "x"}})

    assert (answer.status_code, answer.json()["name"], answer.json()["state"]) == (200, "Pengaduan", "paused")
    channel.refresh_from_db()
    assert channel.settings["authserv_id"] == "mx.nusanet.example"
    assert list(ChannelHistory.objects.order_by("id").values_list("change", flat=True)) == ["changed", "paused"]


def test_others_read_channels_and_how_they_do_but_change_none(agent):
    channel = ChannelFactory()
    facts = {"host": "imap.nusanet.example", "port": "993"}
    Mailbox.objects.create(
        channel=channel, started_at=NOW, next_poll_at=NOW, failures=1, trouble="port_closed", trouble_facts=facts
    )

    [seen] = agent.get("channels/").json()["results"]

    assert seen["health"]["condition"] == "failing"
    assert seen["health"]["incoming"].startswith("Nothing answers on imap.nusanet.example, port 993")
    refused = patch(agent, channel, {"name": "Lain"})
    assert (refused.status_code, refused.json()["code"]) == (403, "not_allowed")
    assert agent.post("channels/", new_mailbox()).status_code == 403


def test_what_cannot_be_is_told_at_its_name(office):
    channel = ChannelFactory()

    wrong = patch(office, channel, {"settings": {"imap": {"host": "imap.example", "port": 0.5}}})
    unknown = patch(office, channel, {"secrets": {"token": "x"}})

    assert (wrong.status_code, list(wrong.json()["errors"])) == (400, ["imap_port"])
    assert unknown.status_code == 400


def test_a_list_takes_as_many_statements_for_many_as_for_one(agent, django_assert_max_num_queries):
    ChannelFactory.create_batch(15)

    with django_assert_max_num_queries(8):
        assert len(agent.ids("channels/")) == 15
