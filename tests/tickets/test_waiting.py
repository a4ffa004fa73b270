"""Waiting for the customer: asked first, reminded twice, then settled with notice; each once."""

from datetime import timedelta

import pytest

from channels_out.models import Dispatch
from core.errors import Invalid
from notices.models import Notice
from policies.services import calendars
from tests.factories import (
    ConversationFactory,
    MessageFactory,
    QueryTypeFactory,
    TeamFactory,
    TicketFactory,
    UserFactory,
)
from tests.moments import moment
from tickets.models import FollowUp, Message, Ticket, TicketHistory, Wait
from tickets.services.handling import patience, work
from tickets.services.handling.settling import Ending
from tickets.services.outward import replies
from tickets.services.promises import follow_ups

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")  # a Friday
TEN = NINE + timedelta(hours=1)
SECOND_DAY, FIFTH_DAY, TENTH_DAY = (moment(f"2026-{day} 17:00") for day in ("11-24", "11-27", "12-04"))
QUESTION = "Terima kasih sudah menunggu. Apakah lampu modem Anda merah? Kami tunggu kabarnya."


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi", teams=[TeamFactory(slug="network")])


@pytest.fixture
def ticket(dewi):
    """Siti's complaint by mail; her language is Indonesian."""
    calendars.ship(now=NINE)
    ticket = TicketFactory(team=dewi.teams.get(), owner=dewi, status="open", created_at=NINE)
    conversation = ConversationFactory(ticket=ticket)
    MessageFactory(ticket=ticket, conversation=conversation, from_address="siti@mail.example")
    return ticket


def ask(ticket, dewi):
    return replies.reply(ticket.pk, actor=dewi.actor(), text=QUESTION, now=TEN, then="waiting_customer")


def automatic() -> list[str]:
    return list(Message.objects.exclude(automatic="").order_by("id").values_list("automatic", flat=True))


def test_a_ticket_waits_for_the_customer_only_after_our_question(ticket, dewi):
    with pytest.raises(Invalid, match="Ask the customer first"):
        work.wait(ticket.pk, actor=dewi.actor(), status="waiting_customer", now=TEN)

    replies.reply(ticket.pk, actor=dewi.actor(), text=QUESTION, now=TEN)
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_customer", now=TEN)

    wait = Wait.objects.get()
    assert (wait.awaited, wait.since, wait.next_at) == ("Apakah lampu modem Anda merah?", TEN, SECOND_DAY)


def test_a_question_that_could_not_be_sent_was_never_asked(ticket, dewi):
    replies.reply(ticket.pk, actor=dewi.actor(), text=QUESTION, now=TEN)
    Dispatch.objects.update(state="failed")

    with pytest.raises(Invalid, match="Ask the customer first"):
        work.wait(ticket.pk, actor=dewi.actor(), status="waiting_customer", now=TEN)


def test_a_third_party_is_waited_for_without_a_question_and_nobody_is_reminded(ticket, dewi):
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_third_party", now=TEN, awaited="Kabar dari kurir")

    assert Wait.objects.get().next_at is None


def test_the_customer_is_reminded_on_the_second_and_fifth_working_day_once_each(ticket, dewi):
    ask(ticket, dewi)
    assert patience.go_on(now=SECOND_DAY - timedelta(minutes=1)) == 0

    for now in (SECOND_DAY, SECOND_DAY, FIFTH_DAY, FIFTH_DAY):
        patience.go_on(now=now)

    assert automatic() == ["reminder", "reminder"]
    reminder = Message.objects.filter(automatic="reminder").first()
    assert "“Apakah lampu modem Anda merah?”" in reminder.text
    assert "20 November 2026" in reminder.text
    assert reminder.dispatch.headers["Auto-Submitted"] == "auto-replied"
    assert reminder.dispatch.automatic
    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"


def test_on_the_tenth_working_day_it_is_settled_as_withdrawn_and_the_customer_told(ticket, dewi):
    ask(ticket, dewi)
    for now in (SECOND_DAY, FIFTH_DAY, TENTH_DAY, TENTH_DAY):
        patience.go_on(now=now)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome, ticket.resolved_at) == ("resolved", "withdrawn", TENTH_DAY)
    assert automatic() == ["reminder", "reminder", "settled_unanswered"]
    assert TicketHistory.objects.filter(change="settled_unanswered").count() == 1


@pytest.mark.parametrize("why", ["follow-up", "type"])
def test_it_never_ends_by_itself_with_an_open_follow_up_or_where_its_type_says_no(ticket, dewi, why):
    ask(ticket, dewi)
    if why == "type":
        ticket.query_type.settles_unanswered = False
        ticket.query_type.save()
    else:
        due = TENTH_DAY + timedelta(days=9)
        kind = FollowUp.Kind.CALL_BACK
        follow_ups.add(ticket.pk, actor=dewi.actor(), now=TEN, kind=kind, what="Menelepon Siti", due_at=due)

    for now in (SECOND_DAY, FIFTH_DAY, TENTH_DAY, TENTH_DAY):
        patience.go_on(now=now)

    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    assert automatic() == ["reminder", "reminder"]
    assert Notice.objects.get(kind="customer_silent").recipient == dewi


def test_who_answered_is_not_reminded(ticket, dewi):
    ask(ticket, dewi)
    Ticket.objects.update(status="open")

    assert patience.go_on(now=SECOND_DAY) == 1
    assert patience.go_on(now=FIFTH_DAY) == 0
    assert automatic() == []


def test_a_customer_who_had_their_share_of_automatic_mail_gets_no_reminder(ticket, dewi):
    ask(ticket, dewi)
    recipients = Dispatch.objects.get().recipients
    for _n in range(5):
        recipients.create(address="siti@mail.example", automatic=True, created_at=SECOND_DAY - timedelta(minutes=9))

    patience.go_on(now=SECOND_DAY)

    assert automatic() == []


def test_nothing_is_settled_of_which_the_customer_cannot_be_told(ticket, dewi):
    ask(ticket, dewi)
    for now in (SECOND_DAY, FIFTH_DAY):
        patience.go_on(now=now)
    for _n in range(5):
        recipients = Dispatch.objects.latest("id").recipients
        recipients.create(address="siti@mail.example", automatic=True, created_at=TENTH_DAY - timedelta(minutes=9))

    patience.go_on(now=TENTH_DAY)

    ticket.refresh_from_db()
    assert ticket.status == "waiting_customer"
    assert Notice.objects.get(kind="customer_silent").recipient == dewi


def test_when_the_day_that_somebody_said_has_come_it_is_open_again_and_its_owner_told(ticket, dewi):
    until = moment("2026-11-23 08:00")
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_third_party", now=TEN, awaited="Kurir", until=until)

    assert [patience.go_on(now=until), patience.go_on(now=until)] == [1, 0]

    ticket.refresh_from_db()
    assert (ticket.status, ticket.ball) == ("open", Ticket.Ball.OURS)
    assert Notice.objects.get(kind="wait_over").recipient == dewi


def test_a_question_taken_back_awaits_nothing(ticket, dewi):
    message = replies.reply(
        ticket.pk, actor=dewi.actor(), text=QUESTION, now=TEN, undo=replies.UNDO_WINDOW, then="waiting_customer"
    )
    replies.undo(message.pk, actor=dewi.actor(), now=TEN)

    assert not Wait.objects.exists()


def test_an_answer_that_resolves_says_how_it_ended_and_undo_puts_all_of_it_back(ticket, dewi):
    before = Ticket.objects.values().get(pk=ticket.pk)
    with pytest.raises(Invalid, match="choose an outcome"):
        replies.reply(ticket.pk, actor=dewi.actor(), text="Sudah diganti.", now=TEN, then="resolved")

    ending = Ending("upheld", "ours", "Kabel  putus")
    message = replies.reply(
        ticket.pk,
        actor=dewi.actor(),
        text="Sudah diganti.",
        now=TEN,
        undo=replies.UNDO_WINDOW,
        then="resolved",
        ending=ending,
    )

    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome, ticket.fault, ticket.cause) == ("resolved", "upheld", "ours", "Kabel putus")
    replies.undo(message.pk, actor=dewi.actor(), now=TEN)
    after = Ticket.objects.values().get(pk=ticket.pk)
    assert after | {"version": before["version"], "preview": before["preview"]} == before
    assert not ticket.timeline.filter(title="resolved").exists()


def test_a_question_is_answered_unless_somebody_says_otherwise(ticket, dewi):
    Ticket.objects.update(query_type=QueryTypeFactory(slug="ask", kind="question"))

    replies.reply(ticket.pk, actor=dewi.actor(), text="Buka sampai pukul 17.", now=TEN, then="resolved")

    assert Ticket.objects.get().outcome == "answered"


def test_a_further_word_on_a_resolved_ticket_leaves_it_as_it_ended(ticket, dewi):
    work.resolve(ticket.pk, actor=dewi.actor(), outcome="upheld", fault="ours", now=NINE)

    replies.reply(ticket.pk, actor=dewi.actor(), text="Kuitansinya menyusul.", now=TEN, then="resolved")

    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome, ticket.resolved_at) == ("resolved", "upheld", NINE)
    assert ticket.timeline.filter(title="resolved").count() == 1
