import pytest

from notices.models import Notice
from policies.models import QueryType
from tests.desk.conftest import HTMX, NINE, desk_of, words
from tests.factories import QueryTypeFactory, UserFactory
from tickets.models import Ticket

pytestmark = pytest.mark.django_db
OPENED = {"HX-Request": "true", "HX-Target": "change-assign"}


def test_the_assign_form_offers_all_teams_and_whoever_works_here(desk, ticket, billing, andi, at):
    UserFactory(name="Gone Long Ago", is_active=False)

    page = words(desk.get(at("assign/"), headers=OPENED))

    assert "Team No team Billing Network" in page
    assert "Andi Wijaya (Billing)" in page
    assert "Gone Long Ago" not in page


def test_without_scripts_the_form_is_a_page_of_its_own(desk, ticket, at):
    page = desk.get(at("assign/", view="open"))

    assert "<html" in page.content.decode()
    assert f"{ticket.reference} Assign Internet mati sejak pagi" in words(page)


def test_a_ticket_is_passed_to_another_team_and_person_and_they_are_told(desk, ticket, billing, andi, at):
    passed = {"team": billing.pk, "owner": andi.pk, "version": 1}

    assert "Say what the other team must know." in words(desk.post(at("assign/"), passed))
    response = desk.post(at("assign/"), passed | {"note": "Jaringan baik, tagihan dobel."}, follow=True)

    ticket.refresh_from_db()
    assert (ticket.team, ticket.owner) == (billing, andi)
    assert Notice.objects.get(recipient=andi).kind == "ticket_assigned"
    assert "Passed on. The history knows." in words(response)
    assert "This ticket is with Andi Wijaya, team Billing." in words(response)


def test_assigning_to_nobody_is_refused_where_the_form_stands(desk, ticket, at):
    response = desk.post(at("assign/"), {"version": 1}, headers=HTMX)

    assert response.status_code == 422
    assert (response["HX-Retarget"], response["HX-Push-Url"]) == ("#change-assign", "false")
    assert "Say who shall have the ticket: a person or a team." in words(response)


def test_type_and_priority_are_changed_together(desk, ticket, at):
    slow = QueryTypeFactory(slug="slow", name_en="Slow internet")

    page = words(desk.post(at("classify/"), {"query_type": slow.pk, "priority": "urgent", "version": 1}, follow=True))

    assert "Slow internet · Urgent" in page


def test_a_ticket_can_wait_for_somebody(desk, ticket, at):
    desk.post(at("wait/"), {"status": "waiting_third_party", "version": 1})

    ticket.refresh_from_db()
    assert ticket.status == "waiting_third_party"


def test_a_complaint_is_resolved_only_with_its_outcome(desk, ticket, at):
    refused = desk.post(at("resolve/"), {"version": 1, "fault": "ours"})

    assert refused.status_code == 422
    assert "Say how the complaint ended: choose an outcome." in words(refused)
    assert '<option value="ours" selected>' in refused.content.decode()
    assert desk.post(at("resolve/"), {"version": 1, "outcome": "upheld", "fault": "ours"}).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome, ticket.fault) == ("resolved", "upheld", "ours")


def test_a_question_is_resolved_as_answered_without_a_choice(desk, ticket, at):
    QueryType.objects.update(kind="question")

    assert "Resolve it when the matter is settled and the customer knows." in words(desk.get(at("resolve/")))
    assert desk.post(at("resolve/"), {"version": 1}).status_code == 302
    assert Ticket.objects.get().outcome == "answered"


def test_a_resolved_ticket_is_opened_again_with_a_reason(desk, ticket, at):
    Ticket.objects.update(status="resolved", resolved_at=NINE, outcome="upheld")

    assert desk.post(at("reopen/"), {"version": 1, "reason": ""}).status_code == 422
    page = words(desk.post(at("reopen/"), {"version": 1, "reason": "Mati lagi"}, follow=True))

    assert "Dewi Lestari opened the ticket again 10:00 Mati lagi" in page


def test_when_somebody_was_faster_the_form_says_so_and_starts_from_what_holds_now(desk, ticket, at):
    Ticket.objects.update(version=7)

    response = desk.post(at("classify/"), {"query_type": ticket.query_type_id, "priority": "low", "version": 1})

    assert response.status_code == 409
    assert "Somebody changed this ticket while you were working on it." in words(response)
    assert 'name="version" value="7"' in response.content.decode()


def test_another_team_cannot_change_a_ticket(ticket, andi, at):
    response = desk_of(andi).post(at("resolve/"), {"version": 1, "outcome": "upheld"})

    assert response.status_code == 403
    assert "This ticket belongs to another team. Take it over first" in words(response)
    assert Ticket.objects.get().status == "new"
