"""A company's complaint mailbox, whose own mail server mx.nusanet.example checks who senders are."""

import pytest

from channels_in.models import Arrival
from channels_in.services import intake, ledger
from core.actor import SYSTEM
from tests.factories import ChannelFactory, TeamFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tickets.models import Message, Ticket
from tickets.services.outward import replies

NINE, TEN, ELEVEN = (moment(f"2026-11-20 {hour}:00") for hour in ("09", "10", "11"))
OUR_SERVER = "mx.nusanet.example"


def checked(domain="mail.example", *, dmarc="pass", server=OUR_SERVER):
    """The Authentication-Results of a mail server about a sender's domain."""
    return f"{server}; dmarc={dmarc} (p=reject) header.from={domain}; spf=none smtp.mailfrom=relay.example"


@pytest.fixture
def network(db):
    return TeamFactory(slug="network", name_en="Network", name_id="Jaringan")


@pytest.fixture
def dewi(network):
    return UserFactory(email="dewi@nusanet.example", name="Dewi Lestari", teams=[network])


@pytest.fixture
def lead(network):
    return UserFactory(email="maya@nusanet.example", name="Maya", role="supervisor", teams=[network])


@pytest.fixture
def channel(network):
    return ChannelFactory(address="keluhan@nusanet.example", team=network, settings={"authserv_id": OUR_SERVER})


@pytest.fixture
def receive(channel):
    """Mails come in, all in one batch, and are worked off; returns their arrivals in order."""

    def receive(*mails, now=NINE, by=None):
        known = set(Arrival.objects.values_list("pk", flat=True))
        ledger.store(by or channel, mails, now=now)
        while batch := intake.claim_batch(now=now):
            intake.process(batch, now=now)
        return list(Arrival.objects.exclude(pk__in=known).order_by("id"))

    return receive


@pytest.fixture
def ticket(receive):
    """Siti's complaint, acknowledged."""
    receive(raw_mail(authentication_results=checked()))
    return Ticket.objects.get()


@pytest.fixture
def token(ticket):
    """The address with a token at which Siti's answers reach her ticket."""
    return ticket.messages.get(kind="outbound").dispatch.headers["Reply-To"]


@pytest.fixture
def ours(ticket):
    """What an agent answered Siti."""
    return replies.reply(ticket.pk, actor=SYSTEM, text="Teknisi datang besok.", now=NINE)


def latest(**which) -> Message:
    return Message.objects.filter(kind="inbound", **which).latest("id")
