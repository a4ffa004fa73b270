"""What keeps a ticket from being closed, and what closes by itself."""

from datetime import timedelta

import pytest

from core.errors import Invalid
from policies.services import calendars
from tests.factories import MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.meanwhile import meanwhile
from tests.moments import moment
from tickets.models import FollowUp, Ticket
from tickets.services.handling import closing, work

pytestmark = pytest.mark.django_db
FRIDAY, DAY = moment("2026-11-20 10:00"), timedelta(days=1)


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi", teams=[TeamFactory(slug="network")])


@pytest.fixture
def settled(dewi):
    """Answered, resolved and upheld on Friday."""
    ticket = TicketFactory(team=dewi.teams.get(), owner=dewi, status="resolved", resolved_at=FRIDAY, outcome="upheld")
    MessageFactory(ticket=ticket, kind="outbound", author_id=dewi.pk, text="Sudah menyala?")
    return ticket


def add(ticket, **fields) -> FollowUp:
    at = FRIDAY + DAY
    return FollowUp.objects.create(
        ticket=ticket, customer=ticket.customer, created_at=FRIDAY, due_at=at, **{"kind": "call_back", **fields}
    )


def status(ticket) -> str:
    return str(Ticket.objects.values_list("status", flat=True).get(pk=ticket.pk))


def test_all_that_is_missing_is_named_at_once(settled, dewi):
    Ticket.objects.update(outcome="")
    settled.messages.all().delete()
    settled.timeline.all().delete()
    add(settled, what="Kabar dari NOC")
    add(settled, kind="apology")

    with pytest.raises(Invalid) as refused:
        closing.close(settled.pk, actor=dewi.actor(), now=FRIDAY)

    assert refused.value.message == (
        "This ticket cannot be closed yet. It has no outcome. No answer was sent to the customer."
        " A follow-up is still open: Kabar dari NOC. A follow-up is still open: Apology call."
    )
    assert status(settled) == "resolved"


@pytest.mark.parametrize("outcome", ["withdrawn", "duplicate"])
def test_what_was_withdrawn_or_came_twice_needs_no_answer(dewi, outcome):
    ticket = TicketFactory(team=dewi.teams.get(), status="resolved", resolved_at=FRIDAY, outcome=outcome)

    closing.close(ticket.pk, actor=dewi.actor(), now=FRIDAY)

    assert status(ticket) == "closed"


@pytest.mark.parametrize("now_is", ["new", "open", "waiting_customer", "closed", "spam"])
def test_only_what_is_resolved_is_closed(settled, dewi, now_is):
    Ticket.objects.update(status=now_is)

    with pytest.raises(Invalid, match="Only a resolved ticket can be closed"):
        closing.close(settled.pk, actor=dewi.actor(), now=FRIDAY)


def test_a_robots_answer_is_none(settled):
    settled.timeline.filter(direction="out").update(actor_kind="system")

    assert closing.missing(settled) == ["No answer was sent to the customer."]
    assert closing.close_quiet(now=FRIDAY + 30 * DAY) == 0


def test_without_a_calendar_three_days_by_the_clock_are_waited(settled):
    assert closing.close_quiet(now=FRIDAY + 3 * DAY - timedelta(seconds=1)) == 0
    assert closing.close_quiet(now=FRIDAY + 3 * DAY) == 1


def test_over_a_long_holiday_it_waits_for_three_days_of_work(settled):
    calendars.ship(now=FRIDAY)
    Ticket.objects.update(resolved_at=moment("2026-03-17 10:00"))  # Nyepi and the days off around Idulfitri follow

    assert closing.close_quiet(now=moment("2026-03-27 16:59")) == 0
    assert closing.close_quiet(now=moment("2026-03-27 17:00")) == 1


@pytest.mark.parametrize(
    ("happens", "then"),
    [
        (lambda ticket, dewi: add(ticket, what="Kabar dari NOC"), "resolved"),
        (lambda ticket, dewi: work.reopen(ticket.pk, actor=dewi.actor(), now=FRIDAY + 4 * DAY, reason="x"), "open"),
        (lambda ticket, dewi: closing.close(ticket.pk, actor=dewi.actor(), now=FRIDAY + 4 * DAY), "closed"),
    ],
)
def test_what_somebody_does_in_the_moment_of_closing_holds(settled, dewi, happens, then):
    with meanwhile("tickets_ticket", lambda: happens(settled, dewi)):
        assert closing.close_quiet(now=FRIDAY + 5 * DAY) == 0

    assert status(settled) == then
    assert not settled.history.filter(change="closed", actor_kind="system").exists()


def test_who_objects_in_time_keeps_it_open(settled, dewi):
    work.reopen(settled.pk, actor=dewi.actor(), now=FRIDAY + DAY, reason="Masih mati")

    assert closing.close_quiet(now=FRIDAY + 30 * DAY) == 0
    assert status(settled) == "open"


def test_it_closes_by_itself_with_the_system_as_actor_and_a_batch_at_a_time(settled, dewi):
    other = TicketFactory(team=dewi.teams.get(), status="resolved", resolved_at=FRIDAY, outcome="duplicate")

    assert [closing.close_quiet(now=FRIDAY + 30 * DAY, limit=1) for _ in range(3)] == [1, 1, 0]
    assert (status(settled), status(other)) == ("closed", "closed")
    assert {line.actor_kind for line in settled.history.filter(change="closed")} == {"system"}
