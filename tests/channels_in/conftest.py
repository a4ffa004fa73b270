"""A real mail server with mailboxes, and channels that read them."""

import pytest

from channels_in.models import Mailbox
from channels_in.services import polling
from tests.dovecot import PASSWORD, Dovecot, Wire, program
from tests.factories import ChannelFactory

USERS = [f"keluhan{number}" for number in range(1, 5)]


@pytest.fixture(scope="session")
def _server():
    if program() is None:
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    server = Dovecot(*USERS)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def dovecot(_server):
    """Running, every mailbox empty and without further folders."""
    if _server.process is None:
        _server.start()
    for user in USERS:
        with _server.logged_in(user) as client:
            client.delete_messages(client.search())
            client.expunge()
            for _flags, _delimiter, folder in client.list_folders():
                if folder != "INBOX":
                    client.delete_folder(folder)
    return _server


@pytest.fixture
def wire(dovecot):
    wire = Wire(dovecot.port)
    yield wire
    wire.close()


def imap_of(server, *, port=0, user="keluhan1", **more):
    return {"host": "127.0.0.1", "port": port or server.port, "security": "none", "user": user} | more


@pytest.fixture
def mailbox_channel(db, dovecot):
    """Makes a channel that reads a user's mailbox of the server."""

    def make(user="keluhan1", *, port=0, password=PASSWORD, imap=None, **settings):
        written = {"imap": imap_of(dovecot, port=port, user=user) | (imap or {})} | settings
        return ChannelFactory(address=f"{user}@nusanet.example", settings=written, secrets={"imap_password": password})

    return make


@pytest.fixture
def poll():
    """One reading of a channel's mailbox, as a worker does it; returns how the row looks afterwards."""

    def poll(channel, *, now):
        polling.notice_new_ones(now=now)
        row = Mailbox.objects.get(channel=channel)
        Mailbox.objects.filter(pk=row.pk).update(next_poll_at=now, holder="", lease_until=None)
        [taken] = polling.claim_due(Mailbox.objects.filter(pk=row.pk).order_by("pk"), limit=1, now=now)
        polling.poll(taken, clock=lambda: now)
        row.refresh_from_db()
        return row

    return poll
