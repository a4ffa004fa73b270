import pytest

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from tests.factories import ChannelFactory
from tests.mail_servers import MailServer
from tests.moments import moment

NOW = moment("2026-11-20 09:00")
SITI = Recipient("siti@mail.example", "Siti")


@pytest.fixture
def server():
    started = MailServer()
    yield started
    started.stop()


@pytest.fixture
def channel(server):
    """A mailbox that sends by the mail server of this test."""
    return ChannelFactory(address="keluhan@nusanet.example", settings=server.settings)


def queued(channel, subject="Kabar", *recipients, at=NOW, **fields):
    """A message in the outbox since nine."""
    parcel = Outgoing(channel, recipients or [SITI], subject, "Teknisi besok.", **fields)
    return outbox.queue([parcel], now=at)[0]


def standing(dispatch):
    """The message and its addresses, each by its state."""
    dispatch.refresh_from_db()
    return dispatch.state, [item.state for item in dispatch.recipients.order_by("id")]
