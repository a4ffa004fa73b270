"""The apology follow-up: who is owed one, when it is due, and what comes of the calls (domain.md 5.5 and 1.7)."""

import pytest

from core.errors import Invalid, NotAllowed
from customers.models import Customer
from notices.models import Notice
from policies.models import QueryType
from policies.services import calendars, packs
from tests.factories import (
    ConversationFactory,
    CustomerFactory,
    MessageFactory,
    QueryTypeFactory,
    TicketFactory,
)
from tests.moments import moment
from tickets.apologies import check
from tickets.models import FollowUp, Message, Ticket
from tickets.services.handling import closing, work
from tickets.services.outward import replies
from tickets.services.promises import reaching, recovery

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = moment("2026-11-20 10:00"), moment("2026-11-23 17:00")


@pytest.fixture
def late_book(network, dewi):
    """A complaint about a late delivery, answered by Dewi."""
    calendars.ship(now=FRIDAY)
    kind = QueryTypeFactory(slug="late", kind="complaint", apology="2")
    ticket = TicketFactory(team=network, owner=dewi, query_type=kind, status="open", subject="Buku belum datang")
    conversation = ConversationFactory(ticket=ticket)
    MessageFactory(ticket=ticket, conversation=conversation, from_address="siti@mail.example")
    replies.reply(ticket.pk, actor=dewi.actor(), text="Buku Anda dikirim hari ini.", now=FRIDAY)
    return ticket


def owed(ticket) -> FollowUp | None:
    recovery.check_apology(ticket.pk, now=FRIDAY)
    return ticket.follow_ups.filter(kind="apology").first()


def resolved(ticket, user, fault="ours") -> FollowUp:
    recovery.check_apology(ticket.pk, now=FRIDAY)
    work.resolve(ticket.pk, actor=user.actor(), outcome="upheld", fault=fault, now=FRIDAY)
    return ticket.follow_ups.get()


@pytest.mark.parametrize(
    ("kind", "apology", "fault", "stage", "reasons"),
    [
        ("complaint", "2", "", "", ["type"]),
        ("complaint", "3", "ours", "", ["type"]),
        ("complaint", "2?", "unknown", "", ["type"]),
        ("complaint", "2?", "partner", "", None),
        ("complaint", "1", "ours", "", None),
        ("complaint", "1", "ours", "early", ["stage"]),
        ("complaint", "2", "ours", "early", ["type", "stage"]),
        ("complaint", "3", "customer", "early", None),
        ("question", "3", "ours", "early", None),
    ],
)
def test_who_is_owed_an_apology(kind, apology, fault, stage, reasons):
    ticket = TicketFactory(
        query_type=QueryTypeFactory(kind=kind, apology=apology), fault=fault, customer=CustomerFactory(stage=stage)
    )
    found = owed(ticket)

    assert (found.reasons if found else None) == reasons


@pytest.mark.parametrize(("high_value", "level"), [(True, 2), (False, None)])
def test_of_an_area_outage_only_customers_of_high_value_are_called(high_value, level):
    """domain.md 3.1, ISP-02."""
    packs.load("isp", now=FRIDAY)
    outage = QueryType.objects.get(code="ISP-02")
    found = owed(TicketFactory(query_type=outage, fault="ours", customer=CustomerFactory(high_value=high_value)))

    assert (found.level if found else None) == level


def test_it_waits_without_a_date_until_the_fix_is_recorded_and_is_due_one_working_day_later(late_book, dewi):
    made = owed(late_book)
    assert (made.state, made.due_at, made.owner) == ("waiting", None, dewi)

    work.resolve(late_book.pk, actor=dewi.actor(), outcome="upheld", fault="ours", now=FRIDAY)

    made.refresh_from_db()
    assert (made.state, made.due_at) == ("open", MONDAY)


def test_looking_twice_makes_one(late_book):
    owed(late_book)
    owed(late_book)

    assert FollowUp.objects.count() == 1


def test_when_it_turns_out_to_be_the_customers_own_fault_it_is_dropped(late_book, dewi):
    made = resolved(late_book, dewi, fault="customer")
    recovery.check_apology(late_book.pk, now=FRIDAY)

    made.refresh_from_db()
    assert (made.state, made.outcome) == ("done", "not_needed")


def test_a_ticket_that_is_open_again_waits_for_its_fix_again(late_book, dewi):
    made = resolved(late_book, dewi)
    work.reopen(late_book.pk, actor=dewi.actor(), now=FRIDAY, reason="Buku kedua belum datang")

    made.refresh_from_db()
    assert (made.state, made.due_at) == ("waiting", None)


def test_closing_is_refused_naming_the_open_call(late_book, dewi):
    made = resolved(late_book, dewi)

    with pytest.raises(Invalid, match="A follow-up is still open: Apology call"):
        closing.close(late_book.pk, actor=dewi.actor(), now=FRIDAY)

    reaching.reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="phone", outcome="satisfied")
    closing.close(late_book.pk, actor=dewi.actor(), now=MONDAY)
    late_book.refresh_from_db()
    assert late_book.status == "closed"


def test_reached_and_not_satisfied_opens_the_ticket_again_and_tells_the_lead(late_book, dewi, lead):
    made = resolved(late_book, dewi)
    with pytest.raises(Invalid, match="what is still wrong"):
        reaching.reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="phone", outcome="not_satisfied")

    note = "Sampul bukunya robek"
    reaching.reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="phone", outcome="not_satisfied", note=note)

    late_book.refresh_from_db()
    assert (late_book.status, late_book.outcome) == ("open", "")
    assert Notice.objects.get(kind="customer_not_satisfied").recipient == lead
    second = owed(late_book)
    assert [each.episode for each in late_book.follow_ups.order_by("id")] == [1, 2]
    assert second is not None


def test_three_tries_on_two_channels_give_one_apology_in_writing(late_book, dewi):
    made = resolved(late_book, dewi)
    for channel in ("phone", "phone"):
        reaching.not_reached(made.pk, actor=dewi.actor(), now=MONDAY, channel=channel)
    with pytest.raises(Invalid, match="try another one"):
        reaching.not_reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="phone")

    reaching.not_reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="whatsapp")

    made.refresh_from_db()
    assert (made.state, made.outcome, made.tries.count()) == ("done", "unreachable", 3)
    letter = made.written_in
    assert letter.dispatch.recipients.get().address == "siti@mail.example"
    assert "tanggung jawab kami" in letter.text
    assert [finding.code for finding in check(letter.text, fault="ours") if finding.blocks] == []
    with pytest.raises(Invalid, match="done already"):
        reaching.not_reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="phone")
    assert Message.objects.filter(text__contains="tanggung jawab kami").count() == 1


def test_the_letter_takes_no_responsibility_for_what_was_nobodys_fault(late_book, dewi):
    made = resolved(late_book, dewi, fault="force_majeure")
    for channel in ("phone", "phone", "whatsapp"):
        reaching.not_reached(made.pk, actor=dewi.actor(), now=MONDAY, channel=channel)

    made.refresh_from_db()
    assert "tanggung jawab" not in made.written_in.text
    assert check(made.written_in.text, fault="force_majeure") == []


def test_a_try_that_failed_comes_back_the_next_working_day(late_book, dewi):
    made = resolved(late_book, dewi)
    reaching.not_reached(made.pk, actor=dewi.actor(), now=MONDAY, channel="phone")

    made.refresh_from_db()
    assert (made.state, made.due_at) == ("open", moment("2026-11-24 17:00"))


def test_nobody_apologises_before_the_fix(late_book, dewi):
    made = owed(late_book)

    with pytest.raises(Invalid, match="fix is not recorded"):
        reaching.reached(made.pk, actor=dewi.actor(), now=FRIDAY, channel="phone", outcome="satisfied")


def test_more_calls_than_people_are_written_in_one_step_by_the_lead(late_book, dewi, lead):
    made = resolved(late_book, dewi)
    with pytest.raises(NotAllowed):
        reaching.write_instead([made.pk], actor=dewi.actor(), now=MONDAY)
    Customer.objects.update(language="en")

    assert reaching.write_instead([made.pk], actor=lead.actor(), now=MONDAY) == (1, [])
    assert reaching.write_instead([made.pk], actor=lead.actor(), now=MONDAY) == (0, ["This follow-up is done already."])
    made.refresh_from_db()
    assert made.outcome == "written"
    assert "our responsibility" in made.written_in.text


def test_what_was_settled_closes_by_itself_after_three_quiet_working_days(late_book, dewi):
    made = resolved(late_book, dewi)
    reaching.reached(made.pk, actor=dewi.actor(), now=FRIDAY, channel="phone", outcome="satisfied")

    assert closing.close_quiet(now=moment("2026-11-25 16:59")) == 0
    assert closing.close_quiet(now=moment("2026-11-25 17:00")) == 1
    late_book.refresh_from_db()
    assert (late_book.status, late_book.closed_at) == ("closed", moment("2026-11-25 17:00"))


def test_with_an_open_follow_up_or_without_an_answer_nothing_closes_by_itself(late_book, dewi):
    resolved(late_book, dewi)
    unanswered = TicketFactory(status="resolved", resolved_at=FRIDAY, outcome="upheld")

    assert closing.close_quiet(now=moment("2026-12-20 10:00")) == 0
    assert closing.missing(unanswered) == ["No answer was sent to the customer."]
    assert Ticket.objects.filter(status="closed").count() == 0
