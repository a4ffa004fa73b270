"""Tickets as programs read them."""

from decimal import Decimal

import pytest

from core.actor import SYSTEM
from customers.services import merging
from tests.api.conftest import Program, refused
from tests.factories import (
    NOW,
    ChannelFactory,
    CustomerFactory,
    QueryTypeFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.moments import moment
from tickets.models import Ticket, TicketHistory

FACTS = {
    "reference": "KLH-2611-7F4Q2XK",
    "tags": ["isolir"],
    "product": "Rumah 50",
    "service_number": "110022",
    "area": "Depok",
    "impact": "Tidak bisa bekerja",
    "desired_remedy": "Potongan tagihan",
    "reach": 12_000,
}


def test_a_ticket_has_these_fields_and_no_others(agent, network):
    ticket = TicketFactory(
        team=network,
        owner=agent.user,
        occurred_at=moment("2026-11-19 20:15"),
        loss_amount=Decimal("150000.50"),
        **FACTS,
    )

    assert agent.get(f"tickets/{ticket.pk}/").json() == {
        "id": ticket.pk,
        **FACTS,
        "subject": "Internet mati sejak pagi",
        "status": "new",
        "priority": "normal",
        "kind": "complaint",
        "query_type": ticket.query_type_id,
        "proposed_type": None,
        "proposed_words": [],
        "team": network.pk,
        "owner": agent.user.pk,
        "customer": ticket.customer_id,
        "channel": ticket.channel_id,
        "version": 1,
        "created_at": "2026-11-20T09:00:00+07:00",
        "received_at": "2026-11-20T09:00:00+07:00",
        "last_message_at": "2026-11-20T09:00:00+07:00",
        "first_response_at": None,
        "resolved_at": None,
        "closed_at": None,
        "outcome": "",
        "fault": "",
        "cause": "",
        "deadlines": [],
        "occurred_at": "2026-11-19T20:15:00+07:00",
        "loss_amount": "150000.50",
        "loss_currency": "IDR",
        "written_at": None,
        "documents_at": None,
    }


def test_the_list_shows_the_newest_ticket_first(agent):
    old, new = TicketFactory(), TicketFactory()

    answer = agent.get("tickets/").json()

    assert [row["id"] for row in answer["results"]] == [new.pk, old.pk]
    assert (answer["next"], answer["previous"]) == (None, None)


def test_the_list_can_be_ordered_by_the_latest_message(agent):
    quiet = TicketFactory(last_message_at=moment("2026-11-20 10:00"))
    busy = TicketFactory(last_message_at=moment("2026-11-20 12:00"))
    newest = TicketFactory(last_message_at=moment("2026-11-20 11:00"))

    assert agent.ids("tickets/", order="updated") == [busy.pk, newest.pk, quiet.pk]


@pytest.mark.parametrize("name", ["status", "team", "owner", "query_type", "channel", "customer", "reference"])
def test_the_list_can_be_narrowed_by(agent, name):
    rows = {
        "status": "resolved",
        "team": TeamFactory(),
        "owner": UserFactory(),
        "query_type": QueryTypeFactory(),
        "channel": ChannelFactory(),
        "customer": CustomerFactory(),
        "reference": "KLH-2611-7F4Q2XK",
    }
    wanted = TicketFactory(**{name: rows[name]})
    TicketFactory()

    assert agent.ids("tickets/", **{name: getattr(rows[name], "pk", rows[name])}) == [wanted.pk]


def test_several_values_of_one_name_mean_any_of_them(agent):
    new, spam = TicketFactory(), TicketFactory(status="spam")
    TicketFactory(status="closed")

    assert agent.ids("tickets/", status=["new", "spam"]) == [spam.pk, new.pk]


def test_tickets_of_a_merged_customer_are_found_under_both_numbers(agent):
    one, two = TicketFactory(), TicketFactory()
    merging.merge(two.customer_id, one.customer_id, actor=SYSTEM, now=NOW, reason="Sama")

    assert agent.ids("tickets/", customer=one.customer_id) == [two.pk, one.pk]
    assert agent.ids("tickets/", customer=two.customer_id) == [two.pk, one.pk]


def test_a_name_that_the_list_does_not_know_is_refused_and_not_ignored(agent):
    problem = refused(agent.get("tickets/", statsu="new"), 400)

    assert list(problem["errors"]) == ["statsu"]
    assert "status" in problem["errors"]["statsu"][0]


def test_a_status_that_does_not_exist_is_refused(agent):
    assert list(refused(agent.get("tickets/", status="done"), 400)["errors"]) == ["status.0"]


def test_an_agent_reads_tickets_of_other_teams(agent, billing):
    theirs = TicketFactory(team=billing)

    assert agent.ids("tickets/") == [theirs.pk]
    assert agent.get(f"tickets/{theirs.pk}/").status_code == 200


@pytest.mark.parametrize("address", ["", "messages/", "history/"])
def test_a_ticket_of_a_restricted_team_does_not_exist_for_others(agent, address):
    hidden = TicketFactory(team=TeamFactory(restricted=True))

    assert agent.ids("tickets/") == []
    assert refused(agent.get(f"tickets/{hidden.pk}/{address}"), 404)["code"] == "not_found"


@pytest.mark.parametrize(
    ("change", "body"),
    [("reply", {"text": "Halo"}), ("note", {"text": "Halo"}), ("assign", {"team": 1}), ("resolve", {})],
)
def test_a_ticket_of_a_restricted_team_cannot_be_changed_by_others(agent, network, change, body):
    hidden = TicketFactory(team=TeamFactory(restricted=True))
    body = {"team": network.pk} if "team" in body else body

    refused(agent.post(f"tickets/{hidden.pk}/{change}/", body), 404)

    assert not TicketHistory.objects.exists()
    assert Ticket.objects.get().version == 1


def test_a_member_of_the_restricted_team_reads_its_tickets(db):
    conduct = TeamFactory(restricted=True)
    member = Program(UserFactory(teams=[conduct]))

    ticket = TicketFactory(team=conduct)

    assert member.ids("tickets/") == [ticket.pk]


def test_the_history_of_a_ticket_tells_every_change_in_order(agent, network):
    ticket = TicketFactory(team=network)
    agent.post(f"tickets/{ticket.pk}/assign/", {"owner": agent.user.pk})
    agent.post(f"tickets/{ticket.pk}/resolve/", {"outcome": "upheld", "fault": "ours"})

    assigned, resolved = agent.get(f"tickets/{ticket.pk}/history/").json()["results"]

    at = assigned.pop("at")
    assert assigned == {
        "id": TicketHistory.objects.earliest("id").pk,
        "actor_kind": "program",
        "actor_id": agent.user.pk,
        "actor_name": "Toko",
        "change": "assigned",
        "before": {"owner_id": None},
        "after": {"owner_id": agent.user.pk},
        "reason": "",
    }
    assert at.endswith("+07:00")
    assert resolved["change"] == "resolved"


def test_addresses_work_without_the_last_slash_too(agent):
    ticket = TicketFactory(team=None)

    assert agent.get("tickets").status_code == 200
    assert agent.post(f"tickets/{ticket.pk}/note", {"text": "Halo"}).status_code == 201
