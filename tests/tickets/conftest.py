"""Dewi and her lead Bambang of the network team, and a ticket that she works on."""

import pytest

from tests.factories import TeamFactory, TicketFactory, UserFactory


@pytest.fixture
def network(db):
    return TeamFactory(slug="network")


@pytest.fixture
def dewi(network):
    return UserFactory(name="Dewi", teams=[network])


@pytest.fixture
def lead(network):
    return UserFactory(name="Bambang", role="supervisor", teams=[network])


@pytest.fixture
def ticket(network, dewi):
    return TicketFactory(team=network, owner=dewi)
