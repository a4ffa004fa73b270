"""Follow-ups over the wire: set, listed, tried, moved, handed over and done, each as the desk does it."""

from datetime import timedelta

import pytest

from core.clock import database_now
from notices.models import Notice
from policies.services import calendars
from tests.api.conftest import Program, refused
from tests.factories import ConversationFactory, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tickets.models import FollowUp, Message, Ticket

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture(autouse=True)
def office_hours(db):
    calendars.ship(now=database_now())


def after(length: timedelta) -> str:
    """A moment from now on, which is the database's."""
    return (database_now() + length).replace(microsecond=0).isoformat()


@pytest.fixture
def ticket(network, agent):
    ticket = TicketFactory(team=network, owner=agent.user, status="open")
    MessageFactory(ticket=ticket, conversation=ConversationFactory(ticket=ticket), from_address="siti@mail.example")
    return ticket


def made(agent, ticket, **more):
    body = {"ticket": ticket.pk, "kind": "call_back", "what": "Kabar dari NOC", "due_at": after(3 * HOUR)}
    return agent.post("follow-ups/", body | more)


def test_one_is_set_and_comes_back_as_it_is_listed(agent, ticket):
    told = Message.objects.get()
    due_at = after(3 * HOUR)
    answer = made(agent, ticket, told_in=told.pk, due_at=due_at)

    row = FollowUp.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": row.pk,
        "ticket": ticket.pk,
        "customer": ticket.customer_id,
        "kind": "call_back",
        "state": "open",
        "what": "Kabar dari NOC",
        "owner": agent.user.pk,
        "team": ticket.team_id,
        "due_at": answer.json()["due_at"],
        "first_due_at": answer.json()["due_at"],
        "missed_at": None,
        "done_at": None,
        "outcome": "",
        "note": "",
        "episode": 1,
        "level": 0,
        "reasons": [],
        "told_in": told.pk,
        "written_in": None,
        "tries": [],
        "created_at": answer.json()["created_at"],
        "created_by": agent.user.pk,
    }
    assert row.due_at.isoformat() == due_at
    assert agent.get(f"follow-ups/{row.pk}/").json() == agent.get("follow-ups/").json()["results"][0] == answer.json()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"due_at": "2026-11-19T10:00:00+07:00"}, "due_at"),
        ({"due_at": "morgen"}, "due_at"),
        ({"what": " "}, "what"),
        ({"kind": "apology"}, "kind"),
        ({"told_in": 999}, "told_in"),
        ({"owner": 999}, "owner"),
        ({"whenever": 1}, "whenever"),
    ],
)
def test_what_cannot_be_kept_is_refused_at_its_field(agent, ticket, more, field):
    assert list(refused(made(agent, ticket, **more), 400)["errors"]) == [field]
    assert FollowUp.objects.count() == 0


def test_a_post_that_is_sent_again_makes_one(agent, ticket):
    body = {"ticket": ticket.pk, "kind": "call_back", "what": "Kabar", "due_at": after(HOUR)}

    first, again = (agent.post("follow-ups/", body, key="abc") for _ in range(2))

    assert (first.json(), again["Idempotency-Replayed"]) == (again.json(), "true")
    assert FollowUp.objects.count() == 1


def test_the_list_is_narrowed_by_ticket_state_kind_owner_and_team(agent, ticket, network):
    maya = UserFactory(teams=[network])
    mine = made(agent, ticket).json()["id"]
    hers = made(agent, ticket, kind="update", owner=maya.pk).json()["id"]
    FollowUp.objects.filter(pk=hers).update(state="missed")

    assert agent.ids("follow-ups/") == [hers, mine]
    assert agent.ids("follow-ups/", mine="true") == agent.ids("follow-ups/", state="open") == [mine]
    assert agent.ids("follow-ups/", owner=maya.pk) == agent.ids("follow-ups/", kind="update") == [hers]
    assert agent.ids("follow-ups/", team=network.pk, ticket=ticket.pk) == [hers, mine]
    assert agent.ids("follow-ups/", ticket=ticket.pk + 1) == []


def test_it_is_tried_in_vain_then_the_customer_is_reached(agent, ticket):
    first = made(agent, ticket).json()
    address = f"follow-ups/{first['id']}/"

    tried = agent.post(f"{address}not_reached/", {"channel": "phone"}).json()
    done = agent.post(f"{address}reached/", {"channel": "whatsapp", "outcome": "kept", "note": "Sudah menyala"}).json()

    assert (tried["state"], tried["due_at"] > first["due_at"]) == ("open", True)
    assert (done["state"], done["outcome"], done["note"]) == ("done", "kept", "Sudah menyala")
    assert [(each["channel"], each["reached"]) for each in done["tries"]] == [("phone", False), ("whatsapp", True)]
    again = refused(agent.post(f"{address}reached/", {"channel": "phone", "outcome": "kept"}), 400)
    assert again["detail"] == "This follow-up is done already."


def test_not_satisfied_needs_a_note_opens_the_ticket_again_and_tells_the_lead(agent, ticket, network):
    lead = UserFactory(role="supervisor", teams=[network])
    address = f"follow-ups/{made(agent, ticket).json()['id']}/reached/"
    Ticket.objects.update(status="resolved", resolved_at=database_now(), outcome="upheld")
    body = {"channel": "phone", "outcome": "not_satisfied"}

    assert list(refused(agent.post(address, body), 400)["errors"]) == ["note"]
    agent.post(address, body | {"note": "Masih putus-putus"})

    assert Ticket.objects.get().status == "open"
    assert Notice.objects.get(kind="customer_not_satisfied").recipient == lead


def test_a_date_is_moved_with_its_reason_and_the_first_one_stays(agent, ticket):
    first = made(agent, ticket).json()
    address = f"follow-ups/{first['id']}/move/"
    later = after(2 * DAY)

    assert refused(agent.post(address, {"due_at": later, "reason": " "}), 400)
    moved = agent.post(address, {"due_at": later, "reason": "Teknisi sakit"}).json()

    assert (moved["first_due_at"], moved["due_at"] > first["due_at"]) == (first["due_at"], True)


def test_it_is_handed_over_and_the_receiver_told(agent, ticket, network):
    maya = UserFactory(teams=[network])
    address = f"follow-ups/{made(agent, ticket).json()['id']}/hand_over/"

    assert agent.post(address, {"owner": maya.pk}).json()["owner"] == maya.pk
    assert Notice.objects.get().recipient == maya


def test_another_team_reads_but_does_not_act_and_what_is_restricted_does_not_exist(agent, ticket, billing):
    stranger = Program(UserFactory(teams=[billing]))
    pk = made(agent, ticket).json()["id"]

    assert stranger.ids("follow-ups/") == [pk]
    refused(stranger.post(f"follow-ups/{pk}/not_reached/", {"channel": "phone"}), 403)
    Ticket.objects.update(team=TeamFactory(restricted=True))
    refused(stranger.get(f"follow-ups/{pk}/"), 404)
    refused(made(stranger, ticket), 404)


def test_the_list_costs_the_same_at_one_and_at_three(agent, ticket, django_assert_num_queries):
    for _ in range(3):
        made(agent, ticket)
        with django_assert_num_queries(4):  # who asks, teams, the list, the tries
            agent.ids("follow-ups/")
