"""What happens while a clock runs out: the steps of a ladder, each once, by whoever must hear of it."""

from datetime import timedelta

import pytest

from core.models import Errand
from notices.models import Notice
from tests.factories import TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, ladder
from tickets.models import Deadline, Escalation, FollowUp, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.escalation import alarms, measures
from tickets.services.handling import work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
MONDAY = moment("2026-03-16 08:00")
HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
USUAL = (
    {"at_percent": 50, "level": 1},
    {"at_percent": 75, "level": 2},
    {"at_percent": 100, "level": 3, "actions": ["notify", "ask_ack"]},
    {"at_percent": 150, "level": 4},
)


@pytest.fixture
def ratna():
    return UserFactory(name="Ratna", role="administrator")


def opened(team, *, at=MONDAY, **fields):
    """A ticket with its clocks, as intake makes it."""
    ticket = TicketFactory(team=team, created_at=at, **fields)
    deadlines.adopt([ticket], now=at)
    return ticket


def rung(at) -> int:
    done = 0
    while taken := alarms.ring(now=at):
        done += taken
    return done


def raised():
    """step, level and who was told of each escalation, in the order they were made."""
    rows = Escalation.objects.order_by("id").prefetch_related("told")
    return [(row.step, row.level, sorted(user.name for user in row.told.all())) for row in rows]


def test_each_step_tells_the_people_of_its_level_when_that_share_of_the_time_is_used(network, dewi, lead, ratna):
    in_force(resolution=240, ladder=ladder(*USUAL))
    ticket = opened(network, owner=dewi)

    for hours in (1, 2, 3, 4, 6):
        rung(MONDAY + hours * HOUR)

    assert raised() == [
        ("L-T/1", 1, ["Dewi"]),
        ("L-T/2", 2, ["Bambang"]),
        ("L-T/3", 3, ["Bambang"]),
        ("L-T/4", 4, ["Ratna"]),
    ]
    assert [row.at for row in Escalation.objects.order_by("id")] == [MONDAY + hours * HOUR for hours in (2, 3, 4, 6)]
    assert [entry.change for entry in ticket.history.order_by("id")] == [
        *["escalated"] * 3,
        "deadline_missed",
        "escalated",
    ]


def test_nothing_happens_twice_however_often_the_clock_rings(network, dewi, lead, ratna):
    in_force(resolution=240, ladder=ladder(*USUAL))
    opened(network, owner=dewi)

    assert [rung(MONDAY + 4 * HOUR) for _ in range(3)] == [1, 0, 0]
    assert (Escalation.objects.count(), Notice.objects.count()) == (3, 3)


def test_what_comes_late_comes_in_order_and_says_how_late(network, dewi, lead, ratna):
    in_force(resolution=240, ladder=ladder(*USUAL))
    opened(network, owner=dewi)

    rung(MONDAY + 6 * HOUR + MINUTE)

    late = list(Escalation.objects.order_by("id").values_list("late_by", flat=True))
    assert late == [4 * HOUR + MINUTE, 3 * HOUR + MINUTE, 2 * HOUR + MINUTE, MINUTE]


def test_a_step_so_many_minutes_after_the_beginning_counts_working_time(network, lead):
    in_force(resolution=600, ladder=ladder({"after_minutes": 30, "level": 2}))
    opened(network, at=moment("2026-03-16 16:45"))

    assert Deadline.objects.get().rings_at == moment("2026-03-17 08:15")


def test_an_answered_ticket_rings_no_more_and_a_waiting_one_not_yet(network, dewi, lead):
    in_force(resolution=240, ladder=ladder(*USUAL))
    waiting, settled = opened(network, owner=dewi), opened(network, owner=dewi)
    for ticket in (waiting, settled):
        replies.note(ticket.pk, actor=dewi.actor(), text="x", now=MONDAY)
    TimelineEntry.objects.create(
        customer=waiting.customer, ticket=waiting, at=MONDAY + HOUR, kind="message", direction="out", actor_kind="staff"
    )
    work.wait(waiting.pk, actor=dewi.actor(), status="waiting_customer", now=MONDAY + HOUR)
    work.resolve(settled.pk, actor=dewi.actor(), outcome="upheld", now=MONDAY + HOUR)

    assert rung(MONDAY + 5 * HOUR) == 0
    work.wait(waiting.pk, actor=dewi.actor(), status="waiting_own_team", now=MONDAY + 5 * HOUR)
    assert Deadline.objects.get(ticket=waiting).rings_at == MONDAY + 6 * HOUR


def test_a_step_to_nobody_falls_to_the_next_level_and_at_last_to_administrators(network, ratna):
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 1}))
    opened(network)

    rung(MONDAY + 2 * HOUR)

    assert raised() == [("L-T/1", 4, ["Ratna"])]


def test_where_nobody_leads_at_all_the_step_stands_as_failed(network):
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 1, "actions": ["ask_ack"]}))
    opened(network)

    rung(MONDAY + 2 * HOUR)

    row = Escalation.objects.get()
    assert (row.state, row.failure, row.answer_due_at) == ("failed", "There is nobody who leads here.", None)


def test_specialists_of_a_step_are_told_instead_of_its_level(network, lead):
    fraud = TeamFactory(slug="fraud")
    UserFactory(name="Yusuf", teams=[fraud])
    in_force(resolution=240, ladder=ladder({"after_minutes": 0, "level": 3, "team": fraud}))
    opened(network)

    rung(MONDAY)

    assert raised() == [("L-T/1", 3, ["Yusuf"])]


def test_a_complaint_about_people_is_never_told_to_those_who_had_to_do_with_it(network, dewi, lead, ratna):
    conduct = TeamFactory(slug="conduct", restricted=True)
    accused = UserFactory(name="Joko", role="supervisor", teams=[conduct])
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 3}))
    before = TicketFactory(team=network, owner=accused)
    opened(conduct, customer=before.customer)

    rung(MONDAY + 2 * HOUR)

    assert raised() == [("L-T/1", 4, ["Ratna"])]


def test_a_deputy_is_told_unless_the_step_wants_the_person(network, dewi, lead):
    UserFactory.reset_sequence(900)
    lead.away_until, lead.deputy = MONDAY + timedelta(days=9), UserFactory(name="Sari")
    lead.save()
    steps = ({"at_percent": 50, "level": 2}, {"at_percent": 60, "level": 2, "deputies": False})
    in_force(resolution=240, ladder=ladder(*steps))
    opened(network)

    rung(MONDAY + 3 * HOUR)

    assert [people for _step, _level, people in raised()] == [["Sari"], ["Bambang"]]


def test_nobody_who_answers_in_time_is_gone_over(network, lead, ratna):
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 2, "actions": ["ask_ack"], "ask_minutes": 15}))
    opened(network)
    rung(MONDAY + 2 * HOUR)

    assert alarms.pass_up(now=MONDAY + 2 * HOUR + 14 * MINUTE) == 0
    assert alarms.pass_up(now=MONDAY + 2 * HOUR + 15 * MINUTE) == 1
    assert alarms.pass_up(now=MONDAY + 3 * HOUR) == 1
    assert alarms.pass_up(now=MONDAY + 9 * HOUR) == 0

    below, above = Escalation.objects.order_by("id")
    assert (below.state, above.state, above.cause, above.above) == ("passed_up", "asked", "no_answer", below)
    assert raised()[1] == ("", 4, ["Ratna"])
    assert Notice.objects.get(recipient=ratna).kind == "nobody_answered"


def test_actions_change_the_ticket_once_and_say_so(network, dewi, lead):
    actions = ["notify", "reassign", "raise_priority", "open_follow_up"]
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 2, "actions": actions}))
    ticket = opened(network, owner=dewi)

    rung(MONDAY + 2 * HOUR)
    rung(MONDAY + 3 * HOUR)

    ticket.refresh_from_db()
    assert (ticket.owner, ticket.priority, ticket.version) == (lead, "high", 3)
    follow_up = FollowUp.objects.get()
    assert (follow_up.kind, follow_up.owner, follow_up.due_at) == ("update", lead, MONDAY + 6 * HOUR)
    changes = list(ticket.history.order_by("id").values_list("change", flat=True))
    assert changes == ["escalated", "assigned", "priority_raised", "follow_up_added"]


def test_a_missed_answer_without_a_ladder_is_told_to_the_owner_and_an_apology_is_looked_at(network, dewi, lead):
    in_force(first_response=60, resolution=240, ladder=ladder(*USUAL))
    ticket = opened(network, owner=dewi)

    rung(MONDAY + HOUR)

    assert list(Notice.objects.values_list("recipient", "kind")) == [(dewi.pk, "deadline_missed")]
    assert list(Errand.objects.values_list("kind", "object_id")) == [("apology_check", ticket.pk)]
    assert TicketHistory.objects.get().after["goal"] == "first_response"


def test_one_that_cannot_be_done_stands_as_failed_with_its_reason_and_harms_no_other(network, dewi, lead):
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 1, "actions": ["notify", "raise_priority"]}))
    tickets = [opened(network, owner=dewi) for _ in range(5)]
    Ticket.objects.filter(pk=tickets[2].pk).update(priority="broken")

    assert [rung(MONDAY + 2 * HOUR) for _ in range(2)] == [5, 0]

    failed = Escalation.objects.get(state="failed")
    assert (failed.ticket_id, failed.failure) == (tickets[2].pk, "ValueError: 'broken' is not in list")
    assert Ticket.objects.filter(priority="high").count() == Notice.objects.count() == 4


def test_a_step_that_was_done_already_is_not_done_again(network, dewi, lead):
    in_force(resolution=240, ladder=ladder({"at_percent": 50, "level": 1}))
    ticket = opened(network, owner=dewi)
    rung(MONDAY + 2 * HOUR)
    Deadline.objects.update(taken=[], rings_at=MONDAY + 2 * HOUR)  # as a restored backup could leave it behind

    rung(MONDAY + 3 * HOUR)

    assert (ticket.escalations.count(), Notice.objects.count()) == (1, 1)
    assert Deadline.objects.get().taken == ["L-T/1"]


def test_five_hundred_late_at_once_are_at_most_three_lines_for_a_supervisor(network, dewi, lead):
    in_force(first_response=60, resolution=240, ladder=ladder(*USUAL))
    tickets = [TicketFactory(team=network, created_at=MONDAY) for _ in range(500)]
    deadlines.adopt(tickets, now=MONDAY)

    while alarms.ring(now=MONDAY + 5 * HOUR, limit=120):
        pass

    assert Escalation.objects.count() == 1500
    lines = Notice.objects.filter(recipient=lead, bundle=None)
    assert sorted(lines.values_list("kind", flat=True)) == ["answer_asked", "deadline_missed", "time_running_out"]


def test_an_idle_clock_asks_one_question(network, django_assert_num_queries):
    in_force(resolution=240, ladder=ladder(*USUAL))
    opened(network)

    with django_assert_num_queries(1):
        assert alarms.ring(now=MONDAY) == 0


@pytest.mark.parametrize("count", [1, 3, 30])
def test_a_batch_takes_the_statements_of_one(network, dewi, lead, count, django_assert_max_num_queries):
    in_force(resolution=240, ladder=ladder(*USUAL))
    for _ in range(count):
        opened(network, owner=dewi)

    with django_assert_max_num_queries(36):
        assert alarms.ring(now=MONDAY + 4 * HOUR) == count


def test_another_ladder_after_sorting_again_begins_where_the_time_stands(network, dewi, lead, ratna):
    in_force(resolution=240, ladder=ladder({"at_percent": 25, "level": 1}))
    ticket = opened(network, owner=dewi)
    rung(MONDAY + HOUR)
    in_force(resolution=240, query_type=ticket.query_type, ladder=ladder(*USUAL, code="L-U"))

    deadlines.retarget(Ticket.objects.get(), now=MONDAY + 2 * HOUR)
    rung(MONDAY + 2 * HOUR)

    assert [step for step, _level, _people in raised()] == ["L-T/1", "L-U/1"]


def test_the_order_of_priorities_is_that_of_urgency():
    assert measures.ORDER == ["low", "normal", "high", "urgent"]
