"""The board of Maya, who leads: its numbers, what they lead to, and what she can do from it."""

import csv
import io
from datetime import UTC, timedelta

import pytest

from notices.models import Notice
from reports import snapshots
from tests.desk.conftest import TEN, desk_of, words
from tests.factories import ChannelFactory, QueryTypeFactory, TicketFactory, UserFactory
from tickets.models import Escalation, FollowUp, Ticket, TicketHistory

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
PART = {"HX-Request": "true", "HX-Target": "board"}


def clock(due, *, warn=None, urgent=None) -> dict[str, object]:
    """The fields of a ticket whose nearest clock is due then."""
    moments = {"due": due, "warn": warn or due - HOUR, "urgent": urgent or due - HOUR / 2}
    shown = {name: at.isoformat() for name, at in moments.items()}
    own = {"goal": "resolution", "basis": "service", "left": None} | shown
    return {"clock": own, "queue_due_at": due, "warn_at": moments["warn"], "urgent_at": moments["urgent"]}


def paused(since) -> dict[str, object]:
    own = {"goal": "resolution", "basis": "service", "left": 3600, "due": None, "warn": None, "urgent": None}
    return {"clock": own, "paused_at": since, "status": "waiting_customer"}


@pytest.fixture
def maya(network):
    return UserFactory(name="Maya Putri", role="supervisor", teams=[network])


@pytest.fixture
def board(maya):
    return desk_of(maya)


@pytest.fixture
def house(network, billing, conduct, dewi, andi):
    """Ten open tickets of three teams: in every lane, by two channels, with and without owners."""
    mail, form = ChannelFactory(), ChannelFactory(kind="webform", address="")
    dead, slow = QueryTypeFactory(slug="dead", name_en="No service"), QueryTypeFactory(slug="slow", name_en="Slow")
    unsorted = QueryTypeFactory(slug="unsorted", unsorted=True, name_en="Unsorted")
    unsorted.unsorted = True
    unsorted.save()
    net, bill = {"team": network, "owner": dewi}, {"team": billing, "owner": andi}
    TicketFactory(subject="late", channel=mail, query_type=dead, **net, **clock(TEN - HOUR))
    TicketFactory(subject="late too", channel=form, query_type=dead, **bill, **clock(TEN - MINUTE))
    TicketFactory(subject="urgent", channel=mail, query_type=slow, **net, **clock(TEN + 20 * MINUTE))
    TicketFactory(subject="soon", channel=mail, query_type=slow, **net, **clock(TEN + 50 * MINUTE))
    TicketFactory(subject="calm", channel=form, query_type=slow, **net, **clock(TEN + 5 * HOUR))
    TicketFactory(subject="paused", channel=mail, query_type=dead, **bill, **paused(TEN - 3 * HOUR))
    TicketFactory(subject="nobody's", channel=mail, query_type=unsorted, team=None, **clock(TEN + 90 * MINUTE))
    TicketFactory(subject="no clock", channel=mail, query_type=slow, team=billing)
    TicketFactory(subject="secret", channel=mail, query_type=slow, team=conduct, **clock(TEN - HOUR))
    TicketFactory(subject="over", channel=mail, query_type=slow, status="closed", **net)
    TicketFactory(subject="again", channel=mail, query_type=slow, status="resolved", wrote_after=True, **net)


def numbers(response) -> dict[str, int]:
    return {tile.key: tile.count for tile in response.context["page"].tiles}


def listed(client, address) -> list[str]:
    """The subjects of the whole list at an address of the queue."""
    found = []
    while address:
        queue = client.get(address).context["queue"]
        found += [card.subject for card in queue.cards]
        address = queue.more and f"/desk/?{queue.more}"
    return found


def test_agents_have_no_board(dewi):
    assert desk_of(dewi).get("/board/").status_code == 403
    assert desk_of(dewi).get("/board/csv/agents/").status_code == 403


def test_the_tiles_count_what_the_supervisor_may_see(board, house):
    assert numbers(board.get("/board/")) == {
        "open": 8,
        "late": 2,
        "due": 3,
        "unassigned": 2,
        "unsorted": 1,
        "waiting": 1,
        "escalated": 0,
        "wrote": 1,
        "missed": 0,
    }


def test_an_administrator_counts_restricted_teams_too(house):
    shown = numbers(desk_of(UserFactory(role="administrator")).get("/board/"))

    assert (shown["open"], shown["late"]) == (9, 3)


@pytest.mark.parametrize("scope", ["", "team=network", "channel=webform", "team=billing&channel=email"])
def test_every_number_equals_the_list_it_leads_to(board, house, scope):
    page = board.get(f"/board/?{scope}").context["page"]
    people = [number for each in page.people for number in (each.open, each.late, each.due, each.paused)]
    cells = [number for line in page.types for cell in line.cells if cell for number in cell]
    types = [number for line in page.types for number in (line.open, line.late)]
    tiles = [tile for tile in page.tiles if tile.key != "missed"]

    for number in [*tiles, *(lane.total for lane in page.lanes), *people, *types, *cells]:
        assert len(listed(board, number.address)) == number.count, number


def test_the_lanes_hold_the_tickets_by_the_time_they_have_left(board, house):
    lanes = board.get("/board/").context["page"].lanes

    assert {lane.standing: [card.subject for card in lane.cards] for lane in lanes} == {
        "late": ["late", "late too"],
        "urgent": ["urgent"],
        "soon": ["soon"],
        "calm": ["nobody's", "calm"],
        "paused": ["paused"],
    }


def test_an_agents_line_says_what_they_have_and_how_long_it_stands(board, house, dewi, andi):
    loads = {load.name: load for load in board.get("/board/").context["page"].taken.agents}

    assert (loads["Dewi Lestari"].open, loads["Dewi Lestari"].late, loads["Dewi Lestari"].due) == (4, 1, 2)
    assert (loads["Andi Wijaya"].paused, loads["Andi Wijaya"].still) == (1, 3 * HOUR)


def test_missed_follow_ups_lead_to_their_list(board, house, network):
    ticket = Ticket.objects.get(subject="late")
    FollowUp.objects.create(
        ticket=ticket, customer=ticket.customer, kind="call_back", state="missed", due_at=TEN, created_at=TEN, what="Ya"
    )

    tiles = {tile.key: tile for tile in board.get("/board/?team=network").context["page"].tiles}

    assert tiles["missed"].count == 1
    assert "“Ya”" in words(board.get(tiles["missed"].address))
    assert numbers(board.get("/board/?team=billing"))["missed"] == 0


def test_a_lane_shows_eight_and_leads_to_all(board, network):
    same = {"query_type": QueryTypeFactory(), "channel": ChannelFactory(), "team": network}
    for number in range(14):
        TicketFactory(subject=f"late {number}", **same, **clock(TEN - number * MINUTE))

    response = board.get("/board/")

    assert len(response.context["page"].lanes[0].cards) == 8
    assert "Show all 14" in words(response)


def test_quiet_lanes_say_so_and_cost_nothing(board, django_assert_num_queries):
    board.get("/board/")
    snapshots.forget()
    with django_assert_num_queries(14):
        response = board.get("/board/")

    assert "Nothing here." in words(response)
    assert "No open ticket." in words(response)


def test_the_board_takes_a_fixed_number_of_statements(board, house, django_assert_num_queries):
    with django_assert_num_queries(19):
        board.get("/board/")
    with django_assert_num_queries(5):  # who asks, teams, menu: the rest is shared within a second
        board.get("/board/")


def test_what_two_see_within_a_second_is_the_same_and_says_as_of_when(board, house, maya):
    first = board.get("/board/")
    TicketFactory()
    second = desk_of(UserFactory(role="supervisor")).get("/board/")

    assert numbers(first) == numbers(second)
    assert "As of 10:00:00 WIB" in words(second)


def test_assigning_from_the_board_moves_the_card_at_once(board, house, dewi, andi, billing):
    ticket = Ticket.objects.get(subject="late")
    board.get("/board/?team=network")

    fields = {"version": ticket.version, "team": billing.pk, "owner": andi.pk, "note": "Tagihan ganda"}
    response = board.post(f"/board/t/{ticket.reference}/assign/?team=network", fields, headers=PART)

    assert response.status_code == 200
    assert numbers(response)["late"] == 0
    assert "Passed on." in words(response)
    ticket.refresh_from_db()
    assert (ticket.owner, ticket.team) == (andi, billing)
    assert TicketHistory.objects.filter(ticket=ticket, change="assigned").count() == 1


def test_without_scripts_one_comes_back_to_the_same_board(board, house):
    ticket = Ticket.objects.get(subject="late")

    response = board.post(f"/board/t/{ticket.reference}/take-over/?team=network")

    assert (response.status_code, response["Location"]) == (302, "/board/?team=network")
    page = board.get(f"/board/t/{ticket.reference}/?team=network")
    assert "Assign" in words(page)
    assert 'hx-target="#board"' not in page.content.decode()  # there is none on a page of its own


def test_a_refused_change_says_why_in_the_menu(board, house):
    ticket = Ticket.objects.get(subject="late")

    response = board.post(f"/board/t/{ticket.reference}/assign/", {"version": ticket.version}, headers=PART)

    assert response.status_code == 422
    assert response["HX-Retarget"] == f"#acts-{ticket.reference}"
    assert "Say who shall have the ticket" in words(response)


def test_a_nudge_tells_the_owner_once(board, house, dewi):
    ticket = Ticket.objects.get(subject="late")
    nudge = f"/board/t/{ticket.reference}/nudge/"

    assert "The owner has been told." in words(board.post(nudge, headers=PART))
    assert "The owner was nudged a moment ago." in words(board.post(nudge, headers=PART))
    assert list(Notice.objects.values_list("recipient", "kind")) == [(dewi.pk, "ticket_nudged")]
    assert f"Maya Putri asks you to go on with {ticket.reference}" in words(desk_of(dewi).get("/desk/notices/"))


def test_nobody_can_be_nudged_about_a_ticket_without_an_owner(board, house):
    ticket = Ticket.objects.get(subject="nobody's")

    response = board.post(f"/board/t/{ticket.reference}/nudge/", headers=PART)

    assert (response.status_code, "Nobody owns this ticket" in words(response)) == (422, True)


def test_many_complaints_of_the_same_in_one_place_make_a_line_that_leads_to_them(board, network):
    same = {"query_type": QueryTypeFactory(slug="dead", name_en="No service"), "area": "Depok", "team": network}
    same |= {"channel": ChannelFactory()}
    for number in range(14):
        TicketFactory(subject=f"now {number}", created_at=TEN - number * MINUTE, **same)
    for week in (1, 1, 1, 2, 2, 3, 3, 4):
        TicketFactory(subject="then", status="closed", created_at=TEN - week * timedelta(weeks=1) - MINUTE, **same)
    TicketFactory(subject="elsewhere", created_at=TEN, **{**same, "area": "Bogor"})

    [surge] = board.get("/board/").context["page"].surges

    assert surge.words == "No service · Depok: 14 in 60 min, usually 2"
    assert len(listed(board, surge.address)) == 14


def test_what_is_usual_is_said_in_the_numbers_of_the_reader(maya, board, network):
    same = {"query_type": QueryTypeFactory(slug="dead", name_id="Mati"), "team": network, "channel": ChannelFactory()}
    for number in range(5):
        TicketFactory(created_at=TEN - number * MINUTE, **same)
    for week in (1, 2):
        TicketFactory(status="closed", created_at=TEN - week * timedelta(weeks=1) - MINUTE, **same)
    maya.language = "id"
    maya.save()

    [surge] = board.get("/board/").context["page"].surges

    assert surge.words == "Mati: 5 dalam 60 menit, biasanya 0,5"


@pytest.mark.parametrize("table", ["tiles", "agents", "types", "lanes", "escalations"])
def test_each_table_is_a_csv_with_the_line_that_defines_it(board, house, table):
    response = board.get(f"/board/csv/{table}/?team=network")

    rows = list(csv.reader(io.StringIO(response.content.decode(), newline="")))
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert rows[0][0].endswith("Network, all channels. 2026-11-20 10:00:00 WIB")
    assert {len(row) for row in rows[1:]} == {len(rows[1])}


def test_the_csv_of_agents_has_the_rows_of_the_page(board, house):
    rows = list(csv.reader(io.StringIO(board.get("/board/csv/agents/").content.decode(), newline="")))

    assert ["Dewi Lestari", "4", "1", "2", "0", "0"] in rows
    assert ["Andi Wijaya", "2", "1", "0", "1", "180"] in rows


def test_moments_in_a_csv_are_those_of_the_house(board, network):
    due = (TEN - HOUR).astimezone(UTC)
    TicketFactory(team=network, **clock(due, warn=due - HOUR, urgent=due - MINUTE))

    rows = list(csv.reader(io.StringIO(board.get("/board/csv/lanes/").content.decode(), newline="")))

    assert rows[2][-1] == "2026-11-20 09:00:00"


def test_H14_what_people_wrote_is_no_formula_in_a_csv(board, network):
    same = {"query_type": QueryTypeFactory(), "channel": ChannelFactory(), "team": network}
    TicketFactory(subject='=HYPERLINK("http://evil.example";"x")', **same, **clock(TEN - HOUR))

    text = board.get("/board/csv/lanes/").content.decode()

    assert '"\'=HYPERLINK(""http://evil.example"";""x"")"' in text
    assert "\r\n" in text


@pytest.fixture
def escalation(house):
    ticket = Ticket.objects.get(subject="late")
    due = TEN + HOUR / 2
    return Escalation.objects.create(ticket=ticket, state="asked", level=3, at=TEN, answer_due_at=due, ask_minutes=30)


def test_an_escalation_stands_in_the_stream_and_its_number_leads_to_its_ticket(board, escalation):
    response = board.get("/board/")
    tile = next(tile for tile in response.context["page"].tiles if tile.key == "escalated")

    assert "Time is running out" in words(response)
    assert (tile.count, listed(board, tile.address)) == (1, ["late"])
    assert board.get("/board/?team=billing").context["page"].stream == []


def test_acknowledging_from_the_board_says_who_did(board, escalation, maya):
    response = board.post(f"/board/escalations/{escalation.pk}/acknowledge/", headers=PART)

    escalation.refresh_from_db()
    assert (escalation.state, escalation.answered_by) == ("acknowledged", maya)
    assert "Acknowledged · Maya Putri" in words(response)
    assert numbers(response)["escalated"] == 0


def test_an_escalation_that_was_answered_already_says_so(board, escalation):
    acknowledge = f"/board/escalations/{escalation.pk}/acknowledge/"
    board.post(acknowledge, headers=PART)

    assert "This was answered already: Acknowledged." in words(board.post(acknowledge, headers=PART))


def test_an_escalation_of_a_restricted_team_is_not_there(board, house):
    ticket = Ticket.objects.get(subject="secret")
    hidden = Escalation.objects.create(ticket=ticket, state="asked", level=3, at=TEN)

    assert board.get("/board/").context["page"].stream == []
    assert board.post(f"/board/escalations/{hidden.pk}/acknowledge/").status_code == 404
