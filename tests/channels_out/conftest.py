import pytest

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from tests.factories import ChannelFactory
from tests.mail_providers import Provider
from tests.mail_sink import MailServer
from tests.moments import moment
from tests.tokens import TokenServer

NOW = moment("2026-11-20 09:00")
SITI = Recipient("siti@mail.example", "Siti")
ADDRESS = "keluhan@nusanet.example"


@pytest.fixture
def server():
    started = MailServer()
    yield started
    started.stop()


@pytest.fixture
def channel(server):
    """A mailbox that sends by the mail server of this test."""
    return ChannelFactory(address=ADDRESS, settings=server.settings)


@pytest.fixture
def provider():
    started = Provider()
    yield started
    started.close()


@pytest.fixture
def tokens(provider, settings):
    started = TokenServer()
    settings.PRIVATE_HOSTS_ALLOWED = [provider.host, started.host]
    yield started
    started.close()


def by(kind, provider, tokens):
    """A mailbox that sends by this provider."""
    auth = {"graph": "microsoft", "gmail": "google"}.get(kind, "password")
    own = {"client_id": "t", "token_url": f"http://{tokens.host}/token"}
    settings = {"send_by": kind, "send_url": provider.url, "auth": auth, "oauth": own}
    secrets = {"refresh_token": "r", "mailgun_key": "key-123"}
    return ChannelFactory(address=ADDRESS, settings=settings, secrets=secrets)


def queued(channel, subject="Kabar", *recipients, at=NOW, **fields):
    """A message in the outbox since nine."""
    parcel = Outgoing(channel, recipients or [SITI], subject, "Teknisi besok.", **fields)
    return outbox.queue([parcel], now=at)[0]


def standing(dispatch):
    """The message and its addresses, each by its state."""
    dispatch.refresh_from_db()
    return dispatch.state, [item.state for item in dispatch.recipients.order_by("id")]
