import pytest

from tests.desk.conftest import TEN, words
from tests.factories import QueryTypeFactory
from tickets.models import FollowUp, Ticket, TicketHistory, Wait
from tickets.services.handling import work
from tickets.services.handling.settling import Ending
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
ANSWER = {"text": "Kabel sudah diganti.", "then": "resolved", "version": "1"}


@pytest.fixture
def thanked(ticket, dewi):
    """Resolved, and then Siti wrote."""
    work.resolve(ticket.pk, actor=dewi.actor(), outcome="upheld", now=TEN)
    before = {"resolved_at": TEN.isoformat(), "outcome": "upheld"}
    TicketHistory.objects.create(ticket=ticket, at=TEN, change="reopened", before=before, after={"status": "open"})
    Ticket.objects.update(status="open", wrote_after=True, outcome="", unanswered=1, preview="Makasih kak!")
    return ticket


def test_an_answer_that_resolves_asks_how_it_ended_and_keeps_every_word(desk, ticket, at):
    refused = desk.post(at("reply/"), ANSWER)

    assert refused.status_code == 422
    assert "Say how the complaint ended: choose an outcome." in words(refused)
    assert "Kabel sudah diganti.</textarea>" in refused.content.decode()

    ending = {"outcome": "upheld", "fault": "ours", "cause": "Kabel putus"}
    assert desk.post(at("reply/"), ANSWER | ending).status_code == 302
    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome, ticket.fault, ticket.cause) == ("resolved", "upheld", "ours", "Kabel putus")


def test_resolving_offers_the_causes_that_others_found(desk, ticket, at):
    Ticket.objects.update(cause="Kabel putus")

    assert '<option value="Kabel putus">' in desk.get(at("resolve/")).content.decode()


def test_what_is_no_complaint_is_filled_in_as_answered(desk, ticket, at):
    Ticket.objects.update(query_type=QueryTypeFactory(slug="ask", kind="question"))

    assert 'value="answered" id="id_outcome_3" checked' in desk.get(at("resolve/")).content.decode()


def test_a_resolved_ticket_says_what_is_missing_before_it_can_be_closed(desk, ticket, dewi, at):
    work.resolve(ticket.pk, actor=dewi.actor(), outcome="upheld", now=TEN)
    for what in ("Menelepon Siti", "Mengecek router"):
        FollowUp.objects.create(
            ticket=ticket, customer=ticket.customer, kind="call_back", what=what, due_at=TEN, created_at=TEN
        )

    page = words(desk.get(at()))

    assert (
        "Before it can be closed: No answer was sent to the customer. A follow-up is still open: Menelepon Siti. "
        "2 follow-ups are open in all."
    ) in page


def test_a_closable_ticket_lists_nothing(desk, ticket, dewi, at):
    replies.reply(ticket.pk, actor=dewi.actor(), text="Sudah.", now=TEN, then="resolved", ending=Ending("upheld"))

    assert "Before it can be closed" not in words(desk.get(at()))


def test_thanks_after_the_solution_are_proposed_and_one_button_sets_the_ticket_back(desk, thanked, at):
    assert "Wrote after solution 1" in words(desk.get("/desk/?view=wrote-after"))
    assert "It seems to be just thanks." in words(desk.get(at()))

    page = words(desk.post(at("just-thanks/"), {"version": thanked.version + 1}, follow=True))

    assert "Resolved as before. It does not count as opened again." in page
    thanked.refresh_from_db()
    assert (thanked.status, thanked.resolved_at, thanked.outcome) == ("resolved", TEN, "upheld")


def test_anything_else_stays_open(desk, thanked, at):
    Ticket.objects.update(preview="Masih mati.")
    assert "It seems to be just thanks." not in words(desk.get(at()))

    assert "The ticket stays open." in words(desk.post(at("goes-on/"), follow=True))
    assert "The customer wrote after the solution." not in words(desk.get(at()))


def test_who_lets_it_wait_for_the_customer_says_what_is_awaited(desk, ticket, dewi, at):
    refused = desk.post(at("wait/"), {"version": 1, "status": "waiting_customer"})
    assert "Ask the customer first" in words(refused)

    replies.reply(ticket.pk, actor=dewi.actor(), text="Halo. Apakah lampunya merah?", now=TEN)
    assert 'value="Apakah lampunya merah?"' in desk.get(at("wait/")).content.decode()
    given = {"version": 2, "status": "waiting_customer", "awaited": "Warna lampu", "until": "2026-11-25T09:00"}
    page = words(desk.post(at("wait/"), given, follow=True))

    assert "Waiting for customer since" in page
    assert "“Warna lampu”" in page
    assert Wait.objects.get().until.isoformat() == "2026-11-25T02:00:00+00:00"


def test_a_call_says_who_spoke_to_whom(desk, ticket, at):
    given = {"direction": "in", "said": "Kapan selesai?", "answered": "Besok pukul dua."}

    page = words(desk.post(at("call/"), given, follow=True))

    assert "The call is written down." in page
    assert "Siti Rahmawati to us 10:00 Kapan selesai?" in page
    assert "Dewi Lestari to the customer 10:00 Besok pukul dua." in page
