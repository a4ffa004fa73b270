"""The page of follow-ups, one of them, and what is set on a ticket."""

import re
from datetime import timedelta

import pytest

from tests.desk.conftest import TEN, desk_of, words
from tests.factories import (
    ConversationFactory,
    CustomerFactory,
    IdentityFactory,
    MessageFactory,
    QueryTypeFactory,
    TicketFactory,
    UserFactory,
)
from tickets.models import FollowUp, Ticket

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def follow_up(ticket, user, **fields) -> FollowUp:
    due_at = fields.pop("due_at", TEN + HOUR)
    given = {"kind": "call_back", "what": "Teknisi datang besok", "owner": user, "team": ticket.team} | fields
    return FollowUp.objects.create(
        ticket=ticket, customer=ticket.customer, created_at=TEN, due_at=due_at, first_due_at=due_at, **given
    )


@pytest.fixture
def ticket(network, dewi):
    ticket = TicketFactory(team=network, owner=dewi, query_type=QueryTypeFactory(kind="complaint", apology="2"))
    MessageFactory(ticket=ticket, conversation=ConversationFactory(ticket=ticket), from_address="siti@mail.example")
    IdentityFactory(customer=ticket.customer, kind="phone", value="+628123456789")
    return ticket


def test_the_most_overdue_stands_first_with_the_number_to_call(ticket, dewi):
    follow_up(ticket, dewi, what="Nanti", due_at=TEN + HOUR)
    follow_up(ticket, dewi, what="Terlambat", due_at=TEN - 2 * HOUR)

    page = desk_of(dewi).get("/desk/follow-ups/")
    text = words(page)

    assert text.index("Terlambat") < text.index("Nanti")
    assert "late by 2 hours" in text
    assert 'href="tel:+628123456789"' in page.content.decode()


def test_mine_my_teams_and_all(ticket, dewi, andi):
    follow_up(ticket, dewi, what="Milik Dewi")
    follow_up(TicketFactory(), andi, what="Milik Andi")

    assert "Milik Andi" not in words(desk_of(dewi).get("/desk/follow-ups/"))
    assert "Milik Dewi" not in words(desk_of(andi).get("/desk/follow-ups/?whose=team"))
    assert "Milik Andi" in words(desk_of(dewi).get("/desk/follow-ups/?whose=all"))


def test_what_is_done_already_in_another_window_is_said_so(ticket, dewi):
    made = follow_up(ticket, dewi)
    desk = desk_of(dewi)
    given = {"deed": "reached", "channel": "phone", "outcome": "satisfied"}
    desk.post(f"/desk/follow-ups/{made.pk}/", given)

    again = desk.post(f"/desk/follow-ups/{made.pk}/", given)

    assert (again.status_code, "This follow-up is done already." in words(again)) == (422, True)


def test_how_it_went_is_read_by_everybody_in_their_own_language(ticket, dewi):
    made, desk = follow_up(ticket, dewi), desk_of(dewi)
    for deed in ({"deed": "not-reached"}, {"deed": "reached", "outcome": "satisfied", "note": "Sudah menyala."}):
        desk.post(f"/desk/follow-ups/{made.pk}/", {"channel": "phone"} | deed)
    reader = UserFactory(language="id", teams=dewi.teams.all())

    english, indonesian = (words(each.get(f"/desk/t/{ticket.reference}/")) for each in (desk, desk_of(reader)))

    assert "Not reached, try 1 of 3" in english
    assert "Reached, satisfied. Sudah menyala." in english
    assert "Tidak terhubung, percobaan 1 dari 3" in indonesian
    assert "Terhubung, puas. Sudah menyala." in indonesian


def test_nothing_to_do_says_how_follow_ups_come_about(dewi):
    assert "Nobody waits for a call." in words(desk_of(dewi).get("/desk/follow-ups/"))


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_costs_the_same_whatever_it_shows(ticket, dewi, django_assert_num_queries, count):
    desk = desk_of(dewi)
    for _ in range(count):
        follow_up(ticket, dewi)
    with django_assert_num_queries(5):  # session, user, teams, the list, the numbers
        desk.get("/desk/follow-ups/")


def test_the_next_page_goes_on_where_the_first_ended(ticket, dewi):
    for number in range(35):
        follow_up(ticket, dewi, what=f"Nomor {number:02}.", due_at=TEN + (number // 2) * HOUR)
    desk = desk_of(dewi)
    first = desk.get("/desk/follow-ups/")
    more = first.context["page"].more
    shown = [row.follow_up.pk for row in first.context["page"].rows]
    shown += [row.follow_up.pk for row in desk.get(f"/desk/follow-ups/?{more}").context["page"].rows]

    assert len(shown) == len(set(shown)) == 35


def test_one_is_set_on_the_ticket_with_the_message_that_told_the_customer(ticket, dewi):
    told = MessageFactory(ticket=ticket, kind="outbound", text="Teknisi datang besok")
    desk = desk_of(dewi)
    form = {"version": 1, "kind": "call_back", "what": "Teknisi datang besok", "due_at": "2026-11-20T16:00"}

    response = desk.post(f"/desk/t/{ticket.reference}/follow-up/", form | {"told_in": told.pk})

    assert response.status_code == 302
    made = FollowUp.objects.get()
    assert (made.owner, made.told_in, made.due_at) == (dewi, told, TEN + 6 * HOUR)
    assert "“Teknisi datang besok”" in words(desk.get(f"/desk/t/{ticket.reference}/"))


def test_a_date_in_the_past_is_refused_beside_its_field(ticket, dewi):
    form = {"version": 1, "kind": "call_back", "what": "Kemarin", "due_at": "2026-11-19T16:00"}

    response = desk_of(dewi).post(f"/desk/t/{ticket.reference}/follow-up/", form)

    assert response.status_code == 422
    assert "The date lies in the past." in words(response)
    assert 'value="Kemarin"' in response.content.decode()


def test_reached_and_satisfied_is_noted_with_one_form(ticket, dewi):
    made = follow_up(ticket, dewi)
    desk = desk_of(dewi)

    response = desk.post(
        f"/desk/follow-ups/{made.pk}/",
        {"deed": "reached", "channel": "phone", "outcome": "satisfied", "note": "Senang"},
    )

    assert response["Location"] == "/desk/follow-ups/"
    made.refresh_from_db()
    assert (made.outcome, made.note, made.tries.get().reached) == ("satisfied", "Senang", True)


def test_what_was_typed_stays_when_it_is_refused(ticket, dewi):
    made = follow_up(ticket, dewi)
    filled = {"deed": "reached", "channel": "phone", "outcome": "not_satisfied", "note": " "}

    response = desk_of(dewi).post(f"/desk/follow-ups/{made.pk}/", filled)

    assert response.status_code == 422
    assert "Say what is still wrong for the customer" in words(response)
    assert re.search(r'value="not_satisfied"[^>]* checked', response.content.decode())


def test_moving_needs_a_reason_and_shows_the_first_date(ticket, dewi):
    made = follow_up(ticket, dewi)
    desk = desk_of(dewi)
    move = {"deed": "move", "due_at": "2026-11-21T09:00"}

    assert desk.post(f"/desk/follow-ups/{made.pk}/", move).status_code == 422
    assert desk.post(f"/desk/follow-ups/{made.pk}/", move | {"reason": "Suku cadang"}).status_code == 302
    assert "First said: Friday, 20 November 2026, 11:00 WIB" in words(desk.get(f"/desk/follow-ups/{made.pk}/"))


def test_an_apology_has_its_script_in_the_customers_language(ticket, dewi):
    Ticket.objects.update(fault="ours", status="resolved")
    made = follow_up(ticket, dewi, kind="apology", level=2)

    assert "itu adalah tanggung jawab kami" in words(desk_of(dewi).get(f"/desk/follow-ups/{made.pk}/"))


def test_what_waits_for_the_fix_offers_no_call(ticket, dewi):
    made = follow_up(ticket, dewi, kind="apology", state="waiting", due_at=None)
    page = words(desk_of(dewi).get(f"/desk/follow-ups/{made.pk}/"))

    assert "nobody apologises before the fix" in page
    assert "Save how it went" not in page


def test_closing_names_what_is_missing(ticket, dewi):
    Ticket.objects.update(status="resolved", outcome="upheld", resolved_at=TEN)
    follow_up(ticket, dewi)

    response = desk_of(dewi).post(f"/desk/t/{ticket.reference}/close/", {"version": 1})

    assert response.status_code == 422
    text = words(response)
    assert "No answer was sent to the customer." in text
    assert "A follow-up is still open: Teknisi datang besok." in text


def test_the_lead_sends_the_rest_in_writing_and_an_agent_may_not(ticket, dewi, network):
    lead = UserFactory(role="supervisor", teams=[network])
    made = follow_up(ticket, dewi, kind="apology", level=2)
    Ticket.objects.update(status="resolved", fault="ours", resolved_at=TEN)

    assert desk_of(dewi).post("/desk/follow-ups/write/", {"follow_up": made.pk}).status_code == 403
    assert desk_of(lead).post("/desk/follow-ups/write/", {"follow_up": made.pk}).status_code == 302
    made.refresh_from_db()
    assert made.outcome == "written"


def test_another_teams_restricted_follow_up_does_not_exist(dewi, conduct):
    secret = TicketFactory(team=conduct, customer=CustomerFactory())
    made = follow_up(secret, UserFactory())

    assert desk_of(dewi).get(f"/desk/follow-ups/{made.pk}/").status_code == 404


def test_whoever_moves_a_date_is_told_who_reads_the_reason(ticket, dewi):
    told = follow_up(ticket, dewi, told_in=MessageFactory(ticket=ticket, kind="outbound", text="Teknisi datang besok"))
    untold = follow_up(ticket, dewi)
    desk = desk_of(dewi)

    assert "The customer reads it: by mail now, and on their page beside the old date." in words(
        desk.get(f"/desk/follow-ups/{told.pk}/")
    )
    assert "Only the staff reads it" in words(desk.get(f"/desk/follow-ups/{untold.pk}/"))
