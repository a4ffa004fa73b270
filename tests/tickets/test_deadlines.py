from datetime import timedelta

import pytest

from channels_in.services import intake, ledger
from channels_out.models import Dispatch
from core.actor import SYSTEM
from core.errors import Invalid
from policies.models import Calendar
from policies.services import calendars
from policies.services.calendars import Names
from tests.factories import ChannelFactory, CustomerFactory, IdentityFactory, QueryTypeFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.tickets.clock_rules import in_force, law
from tickets.models import NEVER, Deadline, Terms, Ticket
from tickets.services.clocks import deadlines
from tickets.services.escalation import alarms
from tickets.services.handling import work
from tickets.services.outward import failures, replies

pytestmark = pytest.mark.django_db
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
TUESDAY = moment("2026-03-17 16:00")


@pytest.fixture
def dewi():
    return UserFactory(name="Dewi Lestari", role="supervisor").actor()


@pytest.fixture
def channel():
    return ChannelFactory(address="keluhan@nusanet.example")


@pytest.fixture
def receive(channel):
    """Mails come in at a moment and are worked off at another."""

    def receive(*mails, at=TUESDAY, now=None):
        ledger.store(channel, mails or [raw_mail()], now=at)
        while batch := intake.claim_batch(now=now or at):
            intake.process(batch, now=now or at)
        return Ticket.objects.order_by("id").last()

    return receive


def answer(sent, *, text="Belum juga.", number=1):
    return raw_mail(
        text, subject="Re: Internet mati", message_id=f"<c{number}@mail.example>", in_reply_to=f"<{sent.external_id}>"
    )


def clocks(ticket, **filters):
    """goal -> state, due, left of the ticket's clocks, the last of each goal."""
    rows = Deadline.objects.filter(ticket=ticket, **filters).order_by("started_at", "id")
    return {row.goal: (row.state, row.due_at or row.time_left) for row in rows}


def everything(ticket):
    rows = Deadline.objects.filter(ticket=ticket).order_by("goal", "basis", "pack", "started_at")
    shown = Ticket.objects.values("clock", "queue_due_at").get(pk=ticket.pk)
    return [*rows.values(*deadlines.COUNTED, *deadlines.TARGETS, "goal", "started_at"), shown]


def test_a_new_ticket_gets_its_clocks_from_receipt_in_its_calendar(receive):
    in_force(first_response=60, resolution=240, update=80)

    ticket = receive(at=TUESDAY, now=TUESDAY + 2 * HOUR)

    assert clocks(ticket) == {
        "first_response": ("missed", moment("2026-03-17 17:00")),
        "update": ("running", moment("2026-03-25 08:20")),
        "resolution": ("running", moment("2026-03-25 11:00")),
    }
    assert (ticket.queue_due_at, ticket.clock["goal"]) == (moment("2026-03-17 17:00"), "first_response")


def test_without_rules_there_are_no_clocks(receive):
    ticket = receive()

    assert (clocks(ticket), ticket.clock, ticket.queue_due_at) == ({}, None, NEVER)


def test_a_high_value_customer_is_due_earlier_than_another(receive):
    in_force(resolution=240)
    in_force(resolution=60, conditions={"high_value": [True]})
    IdentityFactory(customer=CustomerFactory(high_value=True), value="siti@mail.example")

    ticket = receive()
    other = receive(raw_mail(sender="Budi <budi@mail.example>", message_id="<b@mail.example>"))

    assert clocks(ticket)["resolution"] == ("running", moment("2026-03-17 17:00"))
    assert clocks(other)["resolution"] == ("running", moment("2026-03-25 11:00"))


def test_tickets_that_got_the_same_share_their_terms(receive):
    in_force(resolution=240)

    receive(*(raw_mail(message_id=f"<m{n}@mail.example>", subject=f"Masalah {n}") for n in range(3)))

    assert (Ticket.objects.count(), Terms.objects.count()) == (3, 1)


def test_an_answer_meets_the_first_and_the_next_answer_and_a_robot_none(receive, dewi):
    in_force(first_response=60, next_response=60, resolution=240)
    ticket = receive()
    assert ticket.messages.filter(automatic="acknowledgement").exists()

    sent = replies.reply(ticket.pk, actor=dewi, text="Teknisi besok.", now=TUESDAY + 30 * MINUTE)
    receive(answer(sent), answer(sent, number=2), at=TUESDAY + 45 * MINUTE)

    assert clocks(ticket)["first_response"] == ("met", TUESDAY + HOUR)
    assert clocks(ticket)["next_response"] == ("running", moment("2026-03-25 08:45"))
    replies.reply(ticket.pk, actor=dewi, text="Pukul dua.", now=moment("2026-03-25 09:00"))
    late = Deadline.objects.get(goal="next_response")
    assert (late.state, late.missed_at, late.met_at) == ("missed", late.due_at, moment("2026-03-25 09:00"))


def test_an_auto_reply_starts_no_clock_and_ends_no_wait(receive, dewi):
    in_force(first_response=60, next_response=60, resolution=240)
    ticket = receive()
    sent = replies.reply(ticket.pk, actor=dewi, text="Nomor modem?", now=TUESDAY, then="waiting_customer")

    receive(answer(sent).replace(b"MIME-Version", b"Auto-Submitted: auto-replied\r\nMIME-Version"), at=TUESDAY + HOUR)

    assert clocks(ticket)["resolution"] == ("paused", 4 * HOUR)
    assert "next_response" not in clocks(ticket)


def test_waiting_for_the_customer_stops_the_solution_until_they_answer(receive, dewi):
    in_force(resolution=240)
    ticket = receive()
    sent = replies.reply(ticket.pk, actor=dewi, text="Nomor modem?", now=TUESDAY + 30 * MINUTE, then="waiting_customer")
    ticket.refresh_from_db()
    assert clocks(ticket)["resolution"] == ("paused", 210 * MINUTE)
    assert (ticket.queue_due_at, ticket.clock["left"]) == (NEVER, 210 * 60)

    receive(answer(sent), at=moment("2026-03-26 08:00"))

    assert clocks(ticket)["resolution"] == ("running", moment("2026-03-26 11:30"))


def test_waiting_without_having_asked_stops_nothing(receive, dewi):
    in_force(resolution=240)
    ticket = receive()

    with pytest.raises(Invalid, match="Ask the customer first"):
        work.wait(ticket.pk, actor=dewi, status="waiting_customer", now=TUESDAY + MINUTE)

    assert clocks(ticket)["resolution"] == ("running", moment("2026-03-25 11:00"))


def test_waiting_for_our_own_team_stops_nothing_whatever_the_rule_says(receive, dewi):
    in_force(resolution=240, pauses=("waiting_own_team", "waiting_third_party"))
    ticket = receive()

    work.wait(ticket.pk, actor=dewi, status="waiting_own_team", now=TUESDAY)
    assert clocks(ticket)["resolution"][0] == "running"
    work.wait(ticket.pk, actor=dewi, status="waiting_third_party", now=TUESDAY)
    assert clocks(ticket)["resolution"] == ("paused", 4 * HOUR)


@pytest.mark.parametrize("then", ["open", "waiting_customer"])
@pytest.mark.parametrize("meanwhile", [False, True])
def test_a_reply_taken_back_leaves_every_clock_as_if_it_had_never_been(receive, dewi, then, meanwhile):
    in_force(first_response=60, next_response=60, update=80, resolution=240)
    ticket, untouched = receive(), receive(raw_mail(message_id="<o@mail.example>", subject="Lain"))
    sent = replies.reply(
        ticket.pk, actor=dewi, text="Sudah?", now=TUESDAY + MINUTE, undo=replies.UNDO_WINDOW, then=then
    )
    if meanwhile:
        receive(answer(sent), at=TUESDAY + MINUTE + timedelta(seconds=4))
    assert everything(ticket) != everything(untouched)

    replies.undo(sent.pk, actor=dewi, now=TUESDAY + MINUTE + timedelta(seconds=8))

    assert everything(ticket) == everything(untouched)


def test_a_reply_that_could_not_be_sent_answered_nobody(receive, dewi):
    in_force(first_response=60, resolution=240)
    ticket = receive()
    before = everything(ticket)
    sent = replies.reply(ticket.pk, actor=dewi, text="Teknisi besok.", now=TUESDAY + MINUTE)
    Dispatch.objects.filter(message=sent).update(state="failed", error="Mailbox full.")

    failures.dispatch_failed(sent.dispatch_id, now=TUESDAY + 2 * MINUTE)
    assert everything(ticket) == before
    failures.try_again(sent.dispatch_id, actor=dewi, now=TUESDAY + 3 * MINUTE)

    assert clocks(ticket)["first_response"] == ("met", TUESDAY + HOUR)


def test_a_mail_read_late_counts_from_when_it_reached_us(receive, dewi):
    in_force(first_response=60, next_response=60)
    ticket = receive()
    sent = replies.reply(ticket.pk, actor=dewi, text="Teknisi besok.", now=TUESDAY + 30 * MINUTE)
    second = replies.reply(ticket.pk, actor=dewi, text="Pukul dua.", now=TUESDAY + 50 * MINUTE)

    receive(answer(sent), at=TUESDAY + 40 * MINUTE, now=TUESDAY + 55 * MINUTE)

    assert second.pk
    assert clocks(ticket)["next_response"] == ("running", moment("2026-03-25 08:40"))


def test_resolving_meets_the_solution_and_a_new_message_goes_on_with_the_time_that_was_left(receive, dewi):
    in_force(resolution=240, next_response=60)
    ticket = receive()
    sent = replies.reply(ticket.pk, actor=dewi, text="Beres.", now=TUESDAY + 20 * MINUTE)
    work.resolve(ticket.pk, actor=dewi, outcome="upheld", now=TUESDAY + 30 * MINUTE)
    ticket.refresh_from_db()
    assert clocks(ticket) == {"resolution": ("met", moment("2026-03-25 11:00"))}
    assert (ticket.clock, ticket.queue_due_at) == (None, NEVER)

    receive(answer(sent), at=moment("2026-03-26 08:00"))

    assert clocks(ticket) == {
        "resolution": ("running", moment("2026-03-26 11:30")),
        "next_response": ("running", moment("2026-03-26 09:00")),
    }


def test_reclassified_it_is_due_by_the_new_rule_with_the_time_used_kept(receive, dewi):
    fast = QueryTypeFactory(slug="fast")
    in_force(first_response=60, resolution=240, update=80)
    in_force(query_type=fast, first_response=30, resolution=120)
    ticket = receive()
    sent = replies.reply(ticket.pk, actor=dewi, text="?", now=TUESDAY + 45 * MINUTE, then="waiting_customer")
    assert sent.pk

    work.classify(ticket.pk, actor=dewi, query_type=fast, priority="high", now=TUESDAY + 50 * MINUTE)

    assert clocks(ticket, met_at=None) == {"resolution": ("paused", 75 * MINUTE)}
    assert clocks(ticket)["first_response"] == ("met", TUESDAY + HOUR)
    moved = ticket.history.get(change="deadlines_moved")
    assert (moved.before, moved.after) == ({"resolution": 195 * 60, "update": 80 * 60}, {"resolution": 75 * 60})


def test_rules_and_calendars_that_change_leave_running_clocks_alone(receive, dewi):
    in_force(resolution=240)
    ticket = receive()
    calendar = Calendar.objects.get(code="B")
    spec = calendars.in_force(["E"])["E"].spec
    calendars.change(calendar.pk, names=Names("B", "B"), spec=spec, actor=SYSTEM, now=TUESDAY)
    in_force(resolution=10, now=TUESDAY)

    replies.reply(ticket.pk, actor=dewi, text="?", now=TUESDAY + MINUTE, then="open")
    assert clocks(ticket)["resolution"] == ("running", moment("2026-03-25 11:00"))
    fresh = receive(raw_mail(message_id="<n@mail.example>", subject="Baru"), at=TUESDAY + HOUR)

    assert clocks(fresh)["resolution"] == ("running", TUESDAY + HOUR + 4 * HOUR)


def test_the_legal_clock_runs_beside_ours_and_stands_still_only_as_its_pack_says(receive, dewi):
    in_force(resolution=240)
    law(amount=10, unit="days", calendar="id-bank")
    ticket = receive()

    replies.reply(ticket.pk, actor=dewi, text="?", now=TUESDAY, then="waiting_customer")

    assert clocks(ticket, basis="service")["resolution"] == ("paused", 4 * HOUR)
    assert clocks(ticket, basis="legal", pack="HUKUM")["resolution"] == ("running", moment("2026-04-08 17:00"))
    ticket.refresh_from_db()
    assert (ticket.clock["basis"], ticket.queue_due_at) == ("legal", moment("2026-04-08 17:00"))


def test_a_clock_whose_time_has_come_is_missed_once(receive, django_assert_num_queries):
    in_force(first_response=60, resolution=240)
    ticket = receive()

    assert alarms.ring(now=TUESDAY + HOUR) == 1
    with django_assert_num_queries(1):
        assert alarms.ring(now=TUESDAY + HOUR) == 0

    row = Deadline.objects.get(goal="first_response")
    assert (row.state, row.missed_at, clocks(ticket)["resolution"][0]) == ("missed", TUESDAY + HOUR, "running")


@pytest.mark.parametrize("count", [1, 3, 20])
def test_following_many_tickets_takes_the_statements_of_one(receive, count, django_assert_num_queries):
    in_force(first_response=60, resolution=240, pauses=("waiting_third_party",))
    receive(*(raw_mail(message_id=f"<m{n}@mail.example>", subject=f"Masalah {n}") for n in range(count)))
    tickets = list(Ticket.objects.all())
    Ticket.objects.update(status="waiting_third_party")
    for ticket in tickets:
        ticket.status = "waiting_third_party"

    with django_assert_num_queries(8):
        deadlines.follow(tickets, now=TUESDAY + MINUTE)

    assert Deadline.objects.filter(state="paused").count() == count
