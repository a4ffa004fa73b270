"""The story of the book, told by the real services (domain.md 1.7)."""

from datetime import timedelta

import pytest

from core.clock import now
from demo.seeding.company import found
from demo.story import telling
from notices.models import Notice
from policies.services import calendars
from tickets.models import FollowUp, Message, Ticket

pytestmark = pytest.mark.django_db
TO_THE_ARRIVAL = ["three-days-later", "first-call", "a-day-later", "second-call", "book-arrives"]


@pytest.fixture
def story():
    """Tells as far as asked; returns what happened at last."""
    moment = now()
    calendars.ship(now=moment)
    found(now=moment)
    ticket = telling.begin(now=moment)

    def tell(*keys: str) -> tuple[Ticket, str]:
        happened = ""
        for key in keys:
            happened = telling.go_on(ticket.reference, key, now=now())
        ticket.refresh_from_db()
        return ticket, happened

    return tell


def test_when_three_days_have_passed_the_promise_is_missed_by_itself_and_the_lead_was_told(story):
    ticket, happened = story("three-days-later")

    assert happened.startswith("Three days have passed.")
    promise = ticket.follow_ups.get()
    assert (promise.state, promise.due_at < now()) == (FollowUp.State.MISSED, True)
    assert now() - ticket.created_at > timedelta(days=3)
    told = Notice.objects.filter(kind="follow_up_missed", object_id=ticket.pk)
    assert "dewi@nusanet.example" in told.values_list("recipient__email", flat=True)


def test_the_second_call_stands_on_the_same_ticket_beside_the_first_and_both_missed_promises(story):
    ticket, _happened = story(*TO_THE_ARRIVAL[:4])

    said = ticket.timeline.filter(kind="call").order_by("at", "id")
    assert [line.actor_name for line in said] == ["Ratna Kusuma", "Rangga Saputra", "Ratna Kusuma", "Maya Siregar"]
    assert [each.state for each in ticket.follow_ups.all()] == ["missed", "missed"]


def test_when_the_book_is_there_closing_is_refused_by_the_name_of_the_open_call(story):
    ticket, happened = story(*TO_THE_ARRIVAL, "try-to-close")

    assert happened == "This ticket cannot be closed yet. A follow-up is still open: Apology call."
    assert ticket.status == "resolved"


def test_reached_and_content_the_ticket_is_closed_and_the_story_over(story):
    ticket, _happened = story(*TO_THE_ARRIVAL, "try-to-close", "satisfied")

    assert (ticket.status, telling.next_steps(ticket)) == ("closed", [])


def test_reached_and_not_content_it_is_open_again_and_the_lead_told(story):
    ticket, _happened = story(*TO_THE_ARRIVAL, "try-to-close", "not-satisfied")

    assert ticket.status == "open"
    told = Notice.objects.filter(kind="customer_not_satisfied")
    assert list(told.values_list("recipient__email", flat=True)) == ["dewi@nusanet.example"]


def test_three_failed_tries_on_two_channels_give_one_written_apology_and_no_second(story):
    ticket, _happened = story(*TO_THE_ARRIVAL, "try-to-close", "unreachable", "unreachable")

    call = ticket.follow_ups.get(kind="apology")
    assert (call.outcome, call.tries.count()) == ("unreachable", 3)
    ours = Message.objects.filter(ticket=ticket, kind="outbound").order_by("pk")
    assert [message.pk == call.written_in_id for message in ours] == [False, False, True]


def test_a_step_that_has_been_made_or_is_not_its_turn_happens_no_more(story):
    ticket, happened = story("three-days-later", "three-days-later", "satisfied")

    assert (happened, telling.done(ticket)) == ("", ["three-days-later"])
