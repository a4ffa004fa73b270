"""What laws ask of a ticket, over the wire."""

import pytest

from channels_out.models import Dispatch
from core.clock import database_now
from policies.models import QueryType
from policies.services import packs
from tests.api.conftest import refused
from tests.factories import ChannelFactory, IdentityFactory, MessageFactory, TeamFactory, TicketFactory
from tickets.services.clocks import deadlines

pytestmark = pytest.mark.django_db


@pytest.fixture
def complain(network):
    """A complaint about a fee to a bank, of now."""
    now = database_now()
    packs.load("finance", now=now)
    ChannelFactory()

    def complain(kind="email", **fields):
        identity = IdentityFactory(customer__language="en")
        fee = QueryType.objects.get(slug="biaya-bunga")
        about = {"query_type": fee, "team": network, "customer": identity.customer, "created_at": now, **fields}
        ticket = TicketFactory(channel=ChannelFactory(kind=kind), **about)
        begun = deadlines.begin([ticket], now=now)
        ticket.save()
        deadlines.write(begun)
        MessageFactory(ticket=ticket, from_address=identity.value)
        return ticket

    return complain


def limit(program, ticket, pack="ID-OJK-TERTULIS"):
    rows = program.get("deadlines/", ticket=ticket.pk, basis="legal", goal="resolution").json()["results"]
    return next((row for row in rows if row["pack"] == pack), None)


def test_a_program_says_that_documents_are_complete_and_extends_the_limit(agent, complain):
    ticket = complain()
    waiting = limit(agent, ticket)
    assert (waiting["state"], waiting["waits_for"], waiting["due_at"]) == ("paused", "documents", None)
    explained = agent.get(f"deadlines/{waiting['id']}/explain/").json()["lines"]
    assert [(line["kind"], line["waits_for"]) for line in explained] == [("paused", "documents")]

    told = agent.post(f"tickets/{ticket.pk}/documents/").json()
    running = limit(agent, ticket)
    assert (running["started_at"], running["extended"]) == (told["documents_at"], 0)

    asked = {"reason": "external_factor", "done": "We asked the other bank."}
    longer = agent.post(f"deadlines/{running['id']}/extend/", asked, key="once").json()
    again = agent.post(f"deadlines/{running['id']}/extend/", asked, key="once")

    assert (longer["extended"], longer["due_at"] > running["due_at"]) == (10, True)
    assert (again.json(), Dispatch.objects.count()) == (longer, 1)
    kinds = [line["kind"] for line in agent.get(f"deadlines/{running['id']}/explain/").json()["lines"]]
    assert kinds.count("extended") == 1


def test_what_a_law_does_not_allow_is_refused_in_one_sentence(agent, complain):
    ticket = complain()
    waiting = limit(agent, ticket)
    asked = {"reason": "external_factor", "done": "x"}

    assert "does not run yet" in refused(agent.post(f"deadlines/{waiting['id']}/extend/", asked), 400)["detail"]
    problem = refused(agent.post(f"tickets/{ticket.pk}/refuse/", {"reason": "No statement"}), 400)
    assert "The customer has until" in problem["detail"]
    refused(agent.post(f"tickets/{ticket.pk}/documents/", {"complete": False}), 400)
    refused(agent.post(f"tickets/{ticket.pk}/documents/", {"version": 7}), 409)


def test_a_spoken_complaint_goes_on_in_writing(agent, complain):
    ticket = complain("phone")

    told = agent.post(f"tickets/{ticket.pk}/put_in_writing/", {"needed": "A statement"}).json()

    assert told["written_at"] is not None
    assert (limit(agent, ticket, "ID-OJK-LISAN")["state"], limit(agent, ticket)["waits_for"]) == ("met", "documents")


def test_tickets_of_restricted_teams_and_of_others_are_not_ours_to_change(agent, complain):
    hidden = complain(team=TeamFactory(restricted=True))
    others = complain(team=TeamFactory())

    refused(agent.post(f"tickets/{hidden.pk}/documents/"), 404)
    refused(agent.post(f"tickets/{others.pk}/documents/"), 403)
