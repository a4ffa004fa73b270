"""Administrators set channels up; every change is in the history, and no secret ever is."""

import pytest

from core.actor import SYSTEM, Role
from core.errors import Invalid, NotAllowed
from policies.models import Channel, ChannelHistory
from policies.services import channels
from policies.services.channels import ChannelChanges
from tests.factories import ChannelFactory, QueryTypeFactory, UserFactory
from tests.meanwhile import meanwhile
from tests.moments import moment

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")
IMAP = {"host": "imap.nusanet.example", "user": "keluhan"}


@pytest.fixture
def ratna():
    return UserFactory(name="Ratna", role=Role.ADMINISTRATOR).actor()


@pytest.fixture
def channel():
    return ChannelFactory(name="Keluhan", address="keluhan@nusanet.example", secrets={"imap_password": "lama"})


def change(channel, actor, **changes):
    return channels.change(channel.pk, ChannelChanges(**changes), actor=actor, now=NINE)


def test_a_mailbox_is_added_with_its_servers_in_full(ratna):
    plain = {"name": " Keluhan ", "address": "Keluhan@Nusanet.example", "query_type": QueryTypeFactory()}

    channel = channels.create(
        "email",
        ChannelChanges(plain, settings={"imap": IMAP}, secrets={"imap_password": "rahasia"}),
        actor=ratna,
        now=NINE,
    )

    channel.refresh_from_db()
    assert (channel.name, channel.address, channel.state) == ("Keluhan", "keluhan@nusanet.example", "active")
    assert channel.settings["imap"] == IMAP | {"port": 993, "security": "tls", "folder": "INBOX"}
    entry = ChannelHistory.objects.get()
    assert (entry.change, entry.actor_name, entry.after["secrets"]) == ("created", "Ratna", ["imap_password"])
    assert "rahasia" not in str(entry.after)


def test_of_two_who_add_the_same_mailbox_in_the_same_moment_one_is_told(ratna):
    same = ChannelChanges({"name": "Dua", "address": "keluhan@nusanet.example", "query_type": QueryTypeFactory()})

    other_worker = meanwhile("policies_channel", lambda: ChannelFactory(address="keluhan@nusanet.example"))
    with other_worker, pytest.raises(Invalid, match="Another channel has this address"):
        channels.create("email", same, actor=ratna, now=NINE)

    assert not Channel.objects.filter(name="Dua").exists()


def test_an_empty_secret_keeps_the_one_there_is_and_none_forgets_it(channel, ratna):
    change(channel, ratna, secrets={"imap_password": ""})
    channel.refresh_from_db()
    assert channel.secrets == {"imap_password": "lama"}

    change(channel, ratna, secrets={"imap_password": None, "smtp_password": "baru"})
    channel.refresh_from_db()
    assert channel.secrets == {"smtp_password": "baru"}


def test_the_history_says_what_was_different_and_nothing_where_nothing_was(channel, ratna):
    change(channel, ratna, plain={"name": "Keluhan"}, settings={"imap": {}, "smtp": {}})
    first = ChannelHistory.objects.count()
    change(channel, ratna, plain={"name": "Pengaduan"}, settings={"imap": {}, "smtp": {}})

    entry = ChannelHistory.objects.latest("id")
    assert (ChannelHistory.objects.count(), entry.before, entry.after) == (
        first + 1,
        {"name": "Keluhan"},
        {"name": "Pengaduan"},
    )


def test_only_administrators_set_channels_up(channel):
    for role in (Role.AGENT, Role.SUPERVISOR):
        with pytest.raises(NotAllowed, match="Only administrators"):
            change(channel, UserFactory(role=role).actor(), plain={"name": "Lain"})


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"plain": {"name": " "}}, "name"),
        ({"plain": {"address": "keluhan"}}, "address"),
        ({"plain": {"address": "LAIN@nusanet.example"}}, "address"),
        ({"plain": {"language": "fr"}}, "language"),
        ({"settings": {"imap": {"host": "imap nusanet"}}}, "imap_host"),
        ({"settings": {"smtp": {"host": "smtp.example", "port": "70000"}}}, "smtp_port"),
        ({"settings": {"imap": {"host": "imap.example", "security": "ssl3"}}}, "imap_security"),
        ({"settings": {"imap": "imap.example"}}, "imap"),
        ({"settings": {"auth": "kerberos"}}, "auth"),
        ({"settings": {"after_reading": "move"}}, "moved_to"),
        ({"settings": {"spam_header": "yes"}}, "spam_header"),
    ],
)
def test_what_cannot_be_is_refused_at_its_field(channel, changes, field):
    ChannelFactory(address="lain@nusanet.example")

    with pytest.raises(Invalid) as refused:
        change(channel, SYSTEM, **changes)

    assert refused.value.field == field
    channel.refresh_from_db()
    assert (channel.name, channel.settings) == ("Keluhan", {})


def test_a_channel_is_paused_and_resumed_once_with_its_reason(channel, ratna):
    for state in (Channel.State.PAUSED, Channel.State.PAUSED, Channel.State.ACTIVE):
        channels.set_state(channel.pk, state, actor=ratna, now=NINE, reason="Pindah server")

    found = list(ChannelHistory.objects.order_by("id").values_list("change", "reason"))
    assert found == [("paused", "Pindah server"), ("resumed", "Pindah server")]
