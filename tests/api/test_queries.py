"""No list asks more of the database because it has more rows, and none reads a whole table."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from tests.api.test_messages import attach
from tests.api.test_traffic import arrived, sent
from tests.factories import CustomerFactory, IdentityFactory, MessageFactory, TicketFactory

TOKEN = 2  # the token with its user, and the user's teams


def statements(agent, path: str, *, rows: int) -> int:
    with CaptureQueriesContext(
        connection,
    ) as asked:
        assert len(agent.get(path).json()["results"]) == rows
    return len(asked)


@pytest.fixture
def ticket(network):
    return TicketFactory(team=network)


def counts(agent, path: str, make) -> tuple[int, int]:
    """Statements of the list with one row and with three."""
    make()
    with_one = statements(agent, path, rows=1)
    make()
    make()
    return with_one, statements(agent, path, rows=3)


def test_tickets(agent):
    assert counts(agent, "tickets/", TicketFactory) == (TOKEN + 2, TOKEN + 2)


def test_messages_of_a_ticket_with_their_files(agent, ticket):
    def make():
        attach(MessageFactory(ticket=ticket), "modem.txt", b"x")

    assert counts(agent, f"tickets/{ticket.pk}/messages/", make) == (TOKEN + 4, TOKEN + 4)


def test_history_of_a_ticket(agent, ticket):
    def make():
        agent.post(f"tickets/{ticket.pk}/assign/", {"owner": agent.user.pk})

    assert counts(agent, f"tickets/{ticket.pk}/history/", make) == (TOKEN + 2, TOKEN + 2)


def test_customers_with_their_addresses(agent):
    assert counts(agent, "customers/", IdentityFactory) == (TOKEN + 4, TOKEN + 4)


def test_timeline_of_a_customer_with_files(agent, ticket):
    def make():
        attach(MessageFactory(ticket=ticket), "modem.txt", b"x")

    path = f"customers/{ticket.customer_id}/timeline/"
    assert counts(agent, path, make) == (TOKEN + 5, TOKEN + 5)


def test_arrivals_with_their_messages(agent):
    def make():
        arrived().messages.add(MessageFactory())

    assert counts(agent, "arrivals/", make) == (TOKEN + 2, TOKEN + 2)


def test_dispatches_with_their_recipients(agent):
    assert counts(agent, "dispatches/", sent) == (TOKEN + 2, TOKEN + 2)


def test_one_ticket_one_message_and_one_customer(agent):
    message = MessageFactory(ticket=TicketFactory(customer=CustomerFactory()))

    for path, expected in [("tickets", 2), ("messages", 2), ("customers", 4)]:
        number = {"tickets": message.ticket_id, "messages": message.pk, "customers": message.customer_id}[path]
        with CaptureQueriesContext(connection) as asked:
            agent.get(f"{path}/{number}/")
        assert (path, len(asked)) == (path, TOKEN + expected)


@pytest.mark.sqlite
def test_an_arrival_is_found_by_its_digest_through_an_index(agent):
    arrival = arrived()
    with CaptureQueriesContext(connection) as asked:
        agent.get("arrivals/", digest=arrival.digest)
    listed = next(query["sql"] for query in asked if '"channels_in_arrival"."digest" = ' in query["sql"])

    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN QUERY PLAN " + listed)
        plan = " ".join(row[3] for row in cursor.fetchall())

    assert "channel_id=? AND digest=?" in plan
