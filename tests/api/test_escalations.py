"""What programs learn of escalations and notices, and how they answer."""

import pytest

from tests.api.conftest import Program, refused
from tests.factories import TeamFactory, TicketFactory, UserFactory
from tickets.models import Escalation, Ticket


@pytest.fixture
def ticket(network):
    return TicketFactory(team=network)


@pytest.fixture
def lead(network):
    return Program(UserFactory(name="Bambang", role="supervisor", teams=[network]))


def asked(agent, ticket, **more):
    body = {"reason": "Pelanggan marah", "tried": "Dua kali telepon"} | more
    return agent.post(f"tickets/{ticket.pk}/escalate/", body)


def test_help_is_asked_and_comes_back_as_an_escalation(agent, ticket, lead):
    answer = asked(agent, ticket)

    row = Escalation.objects.get()
    assert answer.status_code == 201
    assert answer.json() == {
        "id": row.pk,
        "ticket": ticket.pk,
        "deadline": None,
        "step": "",
        "cause": "by_hand",
        "state": "asked",
        "level": 2,
        "team": None,
        "told": [lead.user.pk],
        "at": answer.json()["at"],
        "late_by": None,
        "answer_due_at": answer.json()["answer_due_at"],
        "answered_at": None,
        "answered_by": None,
        "asked_by": agent.user.pk,
        "reason": "Pelanggan marah",
        "tried": "Dua kali telepon",
        "answer": "",
        "failure": "",
        "passed_from": None,
    }


def test_the_list_is_narrowed_to_what_one_was_told(agent, ticket, lead):
    asked(agent, ticket)

    assert agent.ids("escalations/", mine="true") == []
    assert lead.ids("escalations/", mine="true", state="asked") == [Escalation.objects.get().pk]


def test_it_is_acknowledged_taken_over_or_returned_with_a_reason(agent, ticket, lead):
    pks = [asked(agent, ticket).json()["id"] for _ in range(3)]

    assert lead.post(f"escalations/{pks[0]}/acknowledge/").json()["state"] == "acknowledged"
    assert lead.post(f"escalations/{pks[1]}/take/").json()["state"] == "taken"
    assert refused(lead.post(f"escalations/{pks[2]}/return/", {"reason": " "}), 400)
    returned = lead.post(f"escalations/{pks[2]}/return/", {"reason": "Tawarkan potongan dulu"}).json()
    assert (returned["state"], returned["answer"]) == ("returned", "Tawarkan potongan dulu")
    assert Ticket.objects.get().owner == lead.user


def test_who_was_not_told_cannot_answer_and_what_is_restricted_does_not_exist(agent, ticket, lead, billing):
    stranger = Program(UserFactory(teams=[billing]))
    asked(agent, ticket)
    pk = Escalation.objects.get().pk

    refused(stranger.post(f"escalations/{pk}/take/"), 403)
    Ticket.objects.update(team=TeamFactory(restricted=True))
    refused(stranger.post(f"escalations/{pk}/take/"), 404)
    assert stranger.ids("escalations/") == []


def test_another_team_needs_a_note(agent, ticket, billing):
    body = {"team": billing.pk}

    assert refused(agent.post(f"tickets/{ticket.pk}/assign/", body), 400)["code"] == "invalid"
    agent.post(f"tickets/{ticket.pk}/assign/", body | {"note": "Tagihan dobel"})
    assert Ticket.objects.get().team == billing


def test_notices_are_listed_and_read(agent, ticket, lead):
    asked(agent, ticket)

    listed = lead.get("notices/", unread="true").json()["results"]
    assert [(row["kind"], row["object_id"]) for row in listed] == [("help_asked", ticket.pk)]
    assert lead.post(f"notices/{listed[0]['id']}/read/").json()["read_at"]
    assert lead.ids("notices/", unread="true") == []
    refused(agent.post(f"notices/{listed[0]['id']}/read/"), 404)
