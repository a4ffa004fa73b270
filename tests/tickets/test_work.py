import pytest

from channels_out.models import Dispatch
from core.errors import Invalid, NotAllowed
from notices.models import Notice
from tests.factories import MessageFactory, QueryTypeFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tickets.models import Ticket, TicketHistory, TimelineEntry
from tickets.services.handling import work
from tickets.services.outward import failures, replies

pytestmark = pytest.mark.django_db
TEN = moment("2026-11-20 10:00")


@pytest.fixture
def ticket(network):
    return TicketFactory(team=network)


def test_assigning_to_a_colleague_tells_the_colleague_and_the_history(ticket, dewi):
    rudi = UserFactory(name="Rudi")

    work.assign(ticket.pk, actor=dewi.actor(), owner=rudi, now=TEN)

    ticket.refresh_from_db()
    assert (ticket.owner, ticket.version) == (rudi, 2)
    assert Notice.objects.get().recipient == rudi
    assert TicketHistory.objects.get().after == {"owner_id": rudi.pk}
    assert TimelineEntry.objects.get().title == "assigned"


def test_a_move_to_another_team_leaves_the_ticket_without_an_owner(ticket, dewi):
    billing = TeamFactory(slug="billing")
    Ticket.objects.update(owner=dewi)

    with pytest.raises(Invalid, match="Say what the other team must know"):
        work.assign(ticket.pk, actor=dewi.actor(), team=billing, now=TEN)
    work.assign(ticket.pk, actor=dewi.actor(), team=billing, note="Modem is fine, the bill is not.", now=TEN)

    ticket.refresh_from_db()
    assert (ticket.team, ticket.owner) == (billing, None)
    assert TicketHistory.objects.get().reason == "Modem is fine, the bill is not."


def test_taking_over_a_ticket_of_another_team_is_recorded_and_the_former_owner_told(ticket, dewi):
    stranger = UserFactory(name="Maya")
    Ticket.objects.update(owner=dewi)

    with pytest.raises(NotAllowed):
        work.resolve(ticket.pk, actor=stranger.actor(), outcome="upheld", now=TEN)
    work.take_over(ticket.pk, actor=stranger.actor(), now=TEN)
    work.resolve(ticket.pk, actor=stranger.actor(), outcome="upheld", fault="ours", now=TEN)

    ticket.refresh_from_db()
    assert (ticket.owner, ticket.status, ticket.outcome, ticket.fault) == (stranger, "resolved", "upheld", "ours")
    assert Notice.objects.get(recipient=dewi).kind == "ticket_taken_over"
    assert list(TicketHistory.objects.values_list("change", flat=True)) == ["taken_over", "resolved"]


def test_a_complaint_cannot_be_resolved_without_saying_how_it_ended(ticket, dewi):
    with pytest.raises(Invalid, match="choose an outcome"):
        work.resolve(ticket.pk, actor=dewi.actor(), now=TEN)


def test_a_question_is_resolved_as_answered(network, dewi):
    ticket = TicketFactory(team=network, query_type=QueryTypeFactory(kind="question"))

    assert work.resolve(ticket.pk, actor=dewi.actor(), now=TEN).outcome == "answered"


def test_reopening_asks_for_a_reason_and_brings_the_ticket_back_to_the_queue(ticket, dewi):
    work.resolve(ticket.pk, actor=dewi.actor(), outcome="upheld", now=TEN)
    with pytest.raises(Invalid, match="why"):
        work.reopen(ticket.pk, actor=dewi.actor(), reason=" ", now=TEN)

    work.reopen(ticket.pk, actor=dewi.actor(), reason="Masih mati", now=TEN)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.ball, ticket.resolved_at) == ("open", Ticket.Ball.OURS, None)
    assert TimelineEntry.objects.get(title="reopened").text == "Masih mati"


def test_classifying_says_what_it_is_about_and_how_urgent(ticket, dewi):
    slow = QueryTypeFactory(slug="internet-lambat")

    work.classify(ticket.pk, actor=dewi.actor(), query_type=slow, priority="high", now=TEN)

    ticket.refresh_from_db()
    assert (ticket.query_type, ticket.priority) == (slow, "high")


def test_only_an_open_ticket_waits_and_only_for_somebody(ticket, dewi):
    assert (
        work.wait(ticket.pk, actor=dewi.actor(), status="waiting_third_party", now=TEN).status == "waiting_third_party"
    )
    with pytest.raises(Invalid):
        work.wait(ticket.pk, actor=dewi.actor(), status="closed", now=TEN)


def test_tickets_of_a_restricted_team_are_seen_by_members_and_administrators_only(dewi):
    legal = TeamFactory(slug="legal", restricted=True)
    hidden = TicketFactory(team=legal)
    member, lead = UserFactory(teams=[legal]), UserFactory(role="supervisor")
    administrator = UserFactory(role="administrator")

    seeing = [user for user in (dewi, member, lead, administrator) if hidden in Ticket.objects.visible_to(user.actor())]

    assert seeing == [member, administrator]


def test_a_message_that_could_not_be_sent_comes_back_to_us_and_its_owner_hears_of_it_once(ticket, dewi):
    MessageFactory(ticket=ticket)
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Kabar", now=TEN)
    Dispatch.objects.update(state="failed")

    for _twice in range(2):
        failures.dispatch_failed(message.dispatch.pk, now=TEN)

    ticket.refresh_from_db()
    assert ticket.ball == Ticket.Ball.OURS
    assert Notice.objects.get().kind == "dispatch_failed"
    assert TicketHistory.objects.filter(change="dispatch_failed").count() == 1


def test_a_copy_that_could_not_be_sent_is_told_and_the_customer_keeps_the_turn(ticket, dewi):
    MessageFactory(ticket=ticket)
    message = replies.reply(ticket.pk, actor=dewi.actor(), text="Kabar", now=TEN)
    Dispatch.objects.update(state="sent", error="adik@mail.example: 550 unknown")

    failures.dispatch_failed(message.dispatch.pk, now=TEN)

    ticket.refresh_from_db()
    assert ticket.ball == Ticket.Ball.THEIRS
    assert TicketHistory.objects.get(change="dispatch_failed").reason == "adik@mail.example: 550 unknown"
