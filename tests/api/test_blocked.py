"""Programs list, block and unblock senders."""

import pytest

from channels_in.models import BlockedSender
from tests.api.conftest import refused
from tests.factories import ChannelFactory
from tests.mails import raw_mail
from tests.receiving import receive

pytestmark = pytest.mark.django_db


def test_a_supervisors_program_blocks_lists_and_lifts(supervisor):
    made = supervisor.post("blocked-senders", {"value": "Budi@iklan.example", "reason": "Iklan"})
    assert (made.status_code, made.json()["value"]) == (201, "budi@iklan.example")
    channel = ChannelFactory(address="keluhan@nusanet.example")
    receive(channel, raw_mail(sender="Budi <budi@iklan.example>"))

    [row] = supervisor.get("blocked-senders").json()["results"]
    lifted = supervisor.post(f"blocked-senders/{row['id']}/lift", {"again": True})

    assert (row["reason"], row["actor_name"]) == ("Iklan", made.json()["actor_name"])
    assert (lifted.status_code, lifted.json()) == (200, {"retried": 1})
    assert not BlockedSender.objects.exists()


def test_an_agents_program_sees_none_and_blocks_nobody(agent, supervisor):
    made = supervisor.post("blocked-senders", {"value": "budi@iklan.example"}).json()

    assert agent.get("blocked-senders").json()["results"] == []
    refused(agent.post(f"blocked-senders/{made['id']}/lift", {}), 404)
    refused(agent.post("blocked-senders", {"value": "a@b.example"}), 403)
    assert BlockedSender.objects.count() == 1


def test_what_is_no_sender_is_refused_by_its_field(supervisor):
    problem = refused(supervisor.post("blocked-senders", {"value": "bukan alamat"}), 400)

    assert "e-mail address" in str(problem)
