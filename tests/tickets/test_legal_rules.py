"""The rules of domain.md 2.3 by which legal clocks count, each on a complaint to a bank of November 2026."""

from datetime import datetime

import pytest
from django.utils import translation

from core.actor import SYSTEM
from core.errors import Invalid, NotAllowed
from policies import rules
from policies.matching import TicketFacts
from policies.models import Calendar, LegalPack, QueryType
from policies.services import calendars, checks, packs
from policies.services.calendars import Names
from policies.simulation import Coming, simulate
from tests.factories import ChannelFactory, IdentityFactory, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import law, publish
from tickets import explaining
from tickets.models import Deadline, Message
from tickets.services.clocks import deadlines, documents
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
EARLIER, TUESDAY = moment("2026-11-20 09:00"), moment("2026-11-24 10:00")
WEDNESDAY, FRIDAY = moment("2026-11-25 09:00"), moment("2026-11-27 15:00")


@pytest.fixture
def agent():
    return UserFactory(name="Dewi", teams=[TeamFactory(slug="layanan", name_en="Service")])


@pytest.fixture
def complain(agent):
    """A complaint about a fee, as it comes in on a channel."""
    packs.load("finance", now=EARLIER)
    ChannelFactory(name="Bank Nusantara")

    def complain(kind="email", *, at=TUESDAY, **fields):
        identity = IdentityFactory(customer__name="Siti", customer__language="en")
        fee = QueryType.objects.get(slug="biaya-bunga")
        channel = ChannelFactory(kind=kind)
        team = agent.teams.get()
        ticket = TicketFactory(
            query_type=fee, channel=channel, customer=identity.customer, team=team, created_at=at, **fields
        )
        begun = deadlines.begin([ticket], now=at)
        ticket.save()
        deadlines.write(begun)
        MessageFactory(ticket=ticket, from_address=identity.value)
        return ticket

    return complain


def clock(ticket, pack="ID-OJK-TERTULIS", goal="resolution"):
    return Deadline.objects.get(ticket=ticket, pack=pack, goal=goal)


def has(ticket, pack):
    return sorted(Deadline.objects.filter(ticket=ticket, pack=pack).values_list("goal", flat=True))


# (1) several packs may apply
def test_of_several_laws_all_are_kept_and_the_earliest_is_the_date(complain):
    law(now=EARLIER, amount=3, unit="days", calendar="id-bank")

    ticket = complain("phone")

    assert clock(ticket, "ID-OJK-LISAN").due_at == moment("2026-12-01 17:00")
    assert clock(ticket, "HUKUM").due_at == moment("2026-11-27 17:00")


# (2) legal and service clocks are separate
def test_while_the_law_waits_for_documents_our_own_clock_runs(complain):
    ticket = complain()

    assert (clock(ticket).state, clock(ticket).due_at, clock(ticket).waits_for) == ("paused", None, "documents")
    assert (clock(ticket, "").state, ticket.clock["basis"]) == ("running", "service")
    [line] = explaining.lines(clock(ticket))
    assert (line.kind, line.waits_for, line.begins) == ("paused", "documents", TUESDAY)


def test_the_first_answer_does_not_wait_for_the_documents(complain):
    assert clock(complain(), goal="first_response").due_at == moment("2026-11-25 17:00")


def test_once_the_documents_are_complete_ten_working_days_run_from_that_day(complain, agent):
    ticket = complain()

    documents.complete(ticket.pk, actor=agent.actor(), now=FRIDAY, at=WEDNESDAY)

    row = clock(ticket)
    assert (row.started_at, row.due_at, row.waits_for) == (WEDNESDAY, moment("2026-12-09 17:00"), "")
    assert explaining.lines(row)[-1].begins == moment("2026-12-09 17:00")


def trial(ticket, **known):
    """What *Try it* says that such a ticket gets, as far as it begins at once."""
    facts = TicketFacts(
        ticket.query_type_id,
        priority=ticket.priority,
        channel_kind=ticket.channel.kind,
        loss_claimed=ticket.loss_amount is not None,
    )
    coming = Coming(ticket.received_at, **known)
    found = simulate(facts, coming, rules.current(ticket.received_at), checks.calendar_hours())
    basis = {"service": ""}
    return {
        (clock.goal, basis.get(clock.basis, clock.basis)): (clock.due_at, clock.waits_for)
        for clock in found.clocks
        if clock.waits_for != "message"
    }


def given(ticket):
    return {(row.goal, row.pack): (row.due_at, row.waits_for) for row in ticket.deadlines.all()}


@pytest.mark.parametrize("kind", ["email", "phone"])
def test_what_is_tried_is_what_a_ticket_gets_before_and_after_its_documents_are_complete(complain, agent, kind):
    ticket = complain(kind)
    assert trial(ticket) == given(ticket)

    if kind == "email":
        documents.complete(ticket.pk, actor=agent.actor(), now=FRIDAY, at=WEDNESDAY)
        assert trial(ticket, documents_at=WEDNESDAY) == given(ticket)


@pytest.mark.parametrize(
    ("occurred", "due"), [("2026-11-20 08:00", "2026-11-27 08:00"), ("2026-11-10 08:00", "2026-12-01 10:00")]
)
def test_what_is_tried_counts_from_the_day_it_happened_as_a_ticket_does(complain, occurred, due):
    law(now=EARLIER, amount=7 * 1440, unit="calendar", calendar="X", clock_start="transaction")
    ticket = complain("phone", occurred_at=moment(occurred))

    assert trial(ticket, occurred_at=ticket.occurred_at) == given(ticket)
    assert given(ticket)["resolution", "HUKUM"] == (moment(due), "")


# (3) the day of receipt is day 0, and the limit is the close of the n-th working day
def test_a_limit_in_working_days_ends_at_the_close_of_the_last_and_the_day_of_receipt_is_none(complain):
    late, early = complain("phone", at=moment("2026-11-24 16:59")), complain("counter", at=moment("2026-11-24 08:00"))

    assert {clock(each, "ID-OJK-LISAN").due_at for each in (late, early)} == {moment("2026-12-01 17:00")}


@pytest.mark.parametrize(("next_day", "due"), [(False, "2026-11-27 17:00"), (True, "2026-11-30 17:00")])
def test_what_comes_in_after_close_is_of_the_next_day_only_where_the_law_says_so(complain, next_day, due):
    law(now=EARLIER, amount=3, unit="days", calendar="id-bank", next_day_after_hours=next_day)

    assert clock(complain(at=moment("2026-11-24 19:00")), "HUKUM").due_at == moment(due)


# (4) calendar and pack stay as they were
def test_calendars_and_packs_that_change_later_leave_a_running_limit_alone(complain, agent):
    ticket = complain("phone")
    calendar = Calendar.objects.get(code="id-bank")
    round_the_clock = calendars.in_force(["X"])["X"].spec
    calendars.change(calendar.pk, names=Names("B", "B"), spec=round_the_clock, actor=SYSTEM, now=WEDNESDAY)
    LegalPack.objects.filter(code="ID-OJK-LISAN").update(targets={"resolution": {"amount": 1, "unit": "days"}})
    publish(now=WEDNESDAY)

    replies.reply(ticket.pk, actor=agent.actor(), text="We look into it.", now=WEDNESDAY)

    assert clock(ticket, "ID-OJK-LISAN").due_at == moment("2026-12-01 17:00")


# (5) extensions: tests/tickets/test_extending.py
# (6) a spoken complaint goes on in writing
def test_a_spoken_complaint_that_goes_on_in_writing_keeps_its_receipt_and_counts_from_the_documents(complain, agent):
    ticket = complain("phone")

    documents.put_in_writing(ticket.pk, actor=agent.actor(), now=WEDNESDAY, needed="A copy of the statement")

    ticket.refresh_from_db()
    spoken, written = clock(ticket, "ID-OJK-LISAN"), clock(ticket)
    assert (ticket.received_at, ticket.written_at) == (TUESDAY, WEDNESDAY)
    assert (spoken.state, spoken.met_at, spoken.due_at) == ("met", WEDNESDAY, moment("2026-12-01 17:00"))
    assert (written.waits_for, clock(ticket, goal="first_response").started_at) == ("documents", WEDNESDAY)

    documents.complete(ticket.pk, actor=agent.actor(), now=FRIDAY)
    assert clock(ticket).due_at == moment("2026-12-11 17:00")


def test_whoever_shall_write_is_told_what_is_needed_and_by_when(complain, agent):
    ticket = complain("phone")

    documents.put_in_writing(ticket.pk, actor=agent.actor(), now=WEDNESDAY, needed="A copy of the statement")

    asked = Message.objects.get(automatic="documents_asked")
    assert asked.to == [ticket.customer.identities.get().value]
    assert "A copy of the statement" in asked.text
    assert "We need it by Wednesday, 9 December 2026, 17:00 WIB." in asked.text


def test_a_spoken_limit_that_had_passed_stays_missed(complain, agent):
    ticket = complain("phone")

    documents.put_in_writing(ticket.pk, actor=agent.actor(), now=moment("2026-12-03 09:00"))

    spoken = clock(ticket, "ID-OJK-LISAN")
    assert (spoken.state, spoken.missed_at) == ("missed", moment("2026-12-01 17:00"))


def test_only_what_a_law_counts_as_spoken_goes_on_in_writing_and_only_where_a_law_for_that_holds(complain, agent):
    with pytest.raises(Invalid, match="nothing to convert"):
        documents.put_in_writing(complain().pk, actor=agent.actor(), now=WEDNESDAY)
    LegalPack.objects.filter(code="ID-OJK-TERTULIS").update(in_force=False)
    publish(now=EARLIER)
    ticket = complain("phone")

    with pytest.raises(Invalid, match="ID-OJK-TERTULIS is not in force"):
        documents.put_in_writing(ticket.pk, actor=agent.actor(), now=WEDNESDAY)

    ticket.refresh_from_db()
    assert (ticket.written_at, has(ticket, "ID-OJK-LISAN")) == (None, ["first_response", "resolution", "update"])


# (7) wherever it is said, it is received at that moment
@pytest.mark.parametrize("kind", ["counter", "chat", "instagram"])
def test_a_complaint_is_received_when_it_is_said_whatever_the_channel(complain, kind):
    ticket = complain(kind, received_at=moment("2026-11-23 09:00"))
    pack = "ID-OJK-LISAN" if kind == "counter" else "ID-OJK-TERTULIS"

    assert clock(ticket, pack, "first_response").started_at == moment("2026-11-23 09:00")


def test_a_recorded_moment_is_corrected_only_with_a_reason_and_the_history_keeps_both(complain, agent):
    ticket = complain()
    documents.complete(ticket.pk, actor=agent.actor(), now=WEDNESDAY)

    with pytest.raises(Invalid, match="Say why the moment is corrected"):
        documents.complete(ticket.pk, actor=agent.actor(), now=FRIDAY)
    documents.complete(ticket.pk, actor=agent.actor(), now=FRIDAY, reason="The last page came today")

    kept = ticket.history.get(change="documents_corrected")
    assert (kept.reason, moment_of(kept.before), moment_of(kept.after)) == (
        "The last page came today",
        WEDNESDAY,
        FRIDAY,
    )
    assert clock(ticket).started_at == FRIDAY


def moment_of(values):
    return datetime.fromisoformat(values["documents_at"])


def test_documents_that_were_not_complete_after_all_stop_the_limit_again(complain, agent):
    ticket = complain()
    documents.complete(ticket.pk, actor=agent.actor(), now=WEDNESDAY)

    documents.take_back(ticket.pk, actor=agent.actor(), now=FRIDAY, reason="The statement is of another account")

    assert (clock(ticket).waits_for, clock(ticket).due_at) == ("documents", None)


@pytest.mark.parametrize("at", ["2026-11-24 09:59", "2026-11-27 15:01"])
def test_documents_cannot_be_complete_before_the_complaint_or_in_the_future(complain, agent, at):
    with pytest.raises(Invalid, match="between the receipt of the complaint and now"):
        documents.complete(complain().pk, actor=agent.actor(), now=FRIDAY, at=moment(at))


def test_where_no_law_counts_from_documents_nobody_records_them_and_strangers_to_the_ticket_never(complain, agent):
    with pytest.raises(Invalid, match="No law"):
        documents.complete(complain("phone").pk, actor=agent.actor(), now=FRIDAY)
    with pytest.raises(NotAllowed):
        documents.complete(complain().pk, actor=UserFactory().actor(), now=FRIDAY)


def test_a_complaint_is_refused_for_missing_documents_only_after_the_customers_ten_days(complain, agent):
    ticket = complain()
    reason = "The statement of October"

    with pytest.raises(Invalid, match="has until Tuesday, 8 December 2026, 17:00 WIB"):
        documents.refuse(ticket.pk, actor=agent.actor(), now=moment("2026-12-08 17:00"), reason=reason)
    ticket.refresh_from_db()
    assert ticket.status == "new"
    with translation.override("en"):
        message = documents.refuse(ticket.pk, actor=agent.actor(), now=moment("2026-12-09 09:00"), reason=reason)

    ticket.refresh_from_db()
    assert (ticket.status, ticket.outcome) == ("resolved", "not_upheld")
    assert ticket.cause == "Dokumen tidak dilengkapi tepat waktu"  # in the company's language, so that it is one
    assert "What was missing: The statement of October" in message.text
    assert has(ticket, "ID-OJK-TERTULIS") == ["first_response"]
