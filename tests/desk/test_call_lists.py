"""More calls than people, on Friday, 20 November 2026, at ten."""

from datetime import timedelta

import pytest

from tests.desk.conftest import TEN, desk_of, words
from tests.factories import CustomerFactory, IdentityFactory, MessageFactory, TicketFactory, UserFactory
from tickets.models import FollowUp, FollowUpTry, Message

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
CALLS = "/desk/follow-ups/calls/network/"


@pytest.fixture
def lead(network):
    return UserFactory(name="Bagus", role="supervisor", teams=[network])


@pytest.fixture
def owed(network, dewi):
    """An apology call that the network team owes somebody today."""

    def owed(name, *, customer=None, follow_up=None, **ticket_fields):
        who = customer or CustomerFactory(name=name, language="en")
        fields = {"team": network, "customer": who, "status": "resolved", "resolved_at": TEN, "fault": "ours"}
        ticket = TicketFactory(**fields | ticket_fields)
        identity = who.identities.first() or IdentityFactory(customer=who)
        MessageFactory(ticket=ticket, from_address=identity.value)
        due = TEN + 3 * HOUR
        given = {"kind": "apology", "level": 2, "due_at": due, "first_due_at": due, "created_at": TEN, "owner": dewi}
        return FollowUp.objects.create(ticket=ticket, customer=who, team=network, **given | (follow_up or {}))

    return owed


def names(page):
    text = words(page)
    found = ["Ani", "Budi", "Citra", "Dodi"]
    return sorted((name for name in found if name in text), key=text.index)


def ticked(page):
    html = page.content.decode().split('<ol class="traffic">')[1].split("</ol>")[0]
    return sum("checked" in item for item in html.split("<li"))


def test_harm_comes_first_and_then_value_and_what_is_beyond_the_calls_is_ticked(lead, network, owed):
    owed("Ani", priority="low")
    owed("Budi", customer=CustomerFactory(name="Budi", high_value=True), priority="low")
    owed("Citra", priority="urgent", follow_up={"reasons": ["type", "resolution_missed"]})
    network.calls_per_day = 2
    network.save()

    page = desk_of(lead).get(CALLS)

    assert names(page) == ["Citra", "Budi", "Ani"]
    assert ticked(page) == 1
    assert "urgent or high we were late" in words(page)
    listed = words(desk_of(lead).get("/desk/follow-ups/?whose=all"))
    assert "Network: 1 of 3 apology calls more than can be made today" in listed


def test_calls_made_today_and_calls_that_no_letter_replaces_are_taken_off_first(lead, network, owed):
    owed("Ani")
    done = owed("Budi", follow_up={"state": "done", "outcome": "satisfied", "done_at": TEN})
    FollowUpTry.objects.create(follow_up=done, at=TEN, channel="phone", reached=True)
    owed("Dodi", follow_up={"kind": "call_back"})
    network.calls_per_day = 2
    network.save()

    page = desk_of(lead).get(CALLS)

    assert (names(page), ticked(page)) == (["Ani"], 1)


def test_the_rest_is_written_in_one_step(lead, network, owed):
    rest = [owed("Ani"), owed("Budi")]

    done = desk_of(lead).post("/desk/follow-ups/write/", {"follow_up": [each.pk for each in rest]}, follow=True)

    assert "2 apologies are being sent in writing." in words(done)
    assert set(FollowUp.objects.values_list("outcome", flat=True)) == {"written"}
    assert Message.objects.filter(kind="outbound").count() == 2


def test_who_had_an_apology_within_ninety_days_is_called(lead, network, owed):
    siti = CustomerFactory(name="Citra")
    owed("Citra", customer=siti, follow_up={"state": "done", "outcome": "satisfied", "done_at": TEN})
    owed("Citra", customer=siti, priority="low")
    network.calls_per_day = 0
    network.save()

    page = desk_of(lead).get(CALLS)

    assert ("second apology in 90 days" in words(page), ticked(page)) == (True, 0)


def test_without_a_number_everybody_is_called(lead, owed):
    owed("Ani")

    page = desk_of(lead).get(CALLS)

    assert (ticked(page), "Network: 1 apology call today" in words(desk_of(lead).get("/desk/follow-ups/"))) == (0, True)


def test_only_an_administrator_says_how_many_calls_a_team_makes(lead, network):
    assert "Calls the team can make in a day" not in words(desk_of(lead).get(CALLS))
    assert desk_of(lead).post(CALLS, {"calls_per_day": 5}).status_code == 403

    ratna = desk_of(UserFactory(role="administrator"))
    assert ratna.post(CALLS, {"calls_per_day": -5}).status_code == 422
    ratna.post(CALLS, {"calls_per_day": 5})

    network.refresh_from_db()
    assert network.calls_per_day == 5


def test_agents_see_no_such_list(dewi, network):
    assert desk_of(dewi).get(CALLS).status_code == 403
    assert desk_of(UserFactory(role="supervisor")).get("/desk/follow-ups/calls/nowhere/").status_code == 404
