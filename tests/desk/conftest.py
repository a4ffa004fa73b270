"""Dewi of the network team at her desk, on Friday, 20 November 2026, at ten in the morning."""

import html
import re

import pytest
import time_machine
from django.test import Client

from files.services import store
from tests.factories import (
    CustomerFactory,
    IdentityFactory,
    MessageFactory,
    QueryTypeFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.moments import moment

NINE, TEN = moment("2026-11-20 09:00"), moment("2026-11-20 10:00")
HTMX = {"HX-Request": "true", "HX-Target": "work"}


def words(response) -> str:
    """What people read on a page, in one line."""
    text = re.sub(r"<(script|style|template|title).*?</\1>|<[^>]*>", " ", response.content.decode(), flags=re.DOTALL)
    return " ".join(html.unescape(text).split())


@pytest.fixture(autouse=True)
def ten_in_the_morning():
    with time_machine.travel(TEN, tick=False):
        yield


@pytest.fixture
def network(db):
    return TeamFactory(slug="network", name_en="Network", name_id="Jaringan")


@pytest.fixture
def billing(db):
    return TeamFactory(slug="billing", name_en="Billing", name_id="Tagihan")


@pytest.fixture
def conduct(db):
    return TeamFactory(slug="conduct", name_en="Conduct", restricted=True)


@pytest.fixture
def dewi(network):
    return UserFactory(email="dewi@nusanet.example", name="Dewi Lestari", teams=[network])


@pytest.fixture
def andi(billing):
    return UserFactory(email="andi@nusanet.example", name="Andi Wijaya", public_name="Andi", teams=[billing])


def desk_of(user) -> Client:
    """A browser in which this person is logged in."""
    client = Client()
    client.force_login(user, backend="django.contrib.auth.backends.ModelBackend")
    return client


@pytest.fixture
def desk(dewi):
    return desk_of(dewi)


@pytest.fixture
def siti(db):
    customer = CustomerFactory(name="Siti Rahmawati")
    IdentityFactory(customer=customer, value="siti@mail.example", verified=True)
    return customer


@pytest.fixture
def ticket(network, siti):
    """Siti's complaint by mail, waiting since nine."""
    about = QueryTypeFactory(slug="outage", name_en="No service", name_id="Internet mati total")
    ticket = TicketFactory(
        team=network,
        customer=siti,
        query_type=about,
        created_at=NINE,
        subject="Internet mati sejak pagi",
        preview="Lampu modem merah.",
    )
    MessageFactory(
        ticket=ticket,
        from_address="siti@mail.example",
        from_name="Siti Rahmawati",
        text="Lampu modem merah. Tolong dibantu.",
        external_id="abc@mail.example",
    )
    return ticket


@pytest.fixture
def at(ticket):
    """The address of Siti's ticket, or of something that is done to it."""

    def address(action: str = "", **query: str) -> str:
        asked = "&".join(f"{name}={value}" for name, value in query.items())
        return f"/desk/t/{ticket.reference}/{action}" + (f"?{asked}" if asked else "")

    return address


@pytest.fixture
def stored(db):
    """A small PDF."""
    return store.put([store.NewFile(b"%PDF-1.4 tagihan", "application/pdf")], now=NINE)[0]
