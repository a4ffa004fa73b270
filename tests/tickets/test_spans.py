from datetime import timedelta

from hypothesis import assume, example, given
from hypothesis import strategies as st

from policies.hours import always
from tests.moments import JAKARTA, moment
from tests.policies.counting import B
from tickets.clocks import MET, MISSED, PAUSED, RUNNING, Allowed, explain, read
from tickets.spans import ANSWERS, STATUS, THEY_WROTE, WE_WROTE, Event, Span, spans

HOUR = timedelta(hours=1)
NINE = moment("2026-03-16 09:00")
PAUSES = ("waiting_customer", "waiting_third_party", "waiting_own_team")
HAPPENINGS = st.sampled_from([THEY_WROTE, WE_WROTE, "new", "open", *PAUSES, "resolved", "closed", "spam"])


def at(hours: float):
    return NINE + hours * HOUR


def they(hours: float) -> Event:
    return Event(at(hours), THEY_WROTE)


def we(hours: float) -> Event:
    return Event(at(hours), WE_WROTE)


def became(hours: float, status: str) -> Event:
    return Event(at(hours), STATUS, status)


def of(goal: str, *events: Event, pausing=PAUSES) -> list[Span]:
    return [span for span in spans(NINE, events, pausing=pausing) if span.goal == goal]


def test_a_new_ticket_has_its_first_answer_its_report_and_its_solution_before_it():
    assert [(span.goal, span.started_at, span.met_at) for span in spans(NINE, [they(0)])] == [
        ("first_response", NINE, None),
        ("update", NINE, None),
        ("resolution", NINE, None),
    ]


def test_the_first_answer_of_a_person_meets_the_first_answer():
    assert of("first_response", they(0), we(1)) == [Span("first_response", NINE, at(1))]


def test_several_messages_in_a_row_are_one_wait_from_the_first_of_them():
    assert of("next_response", they(0), they(1)) == []
    assert of("next_response", they(0), we(1), they(2), they(3), we(4)) == [Span("next_response", at(2), at(4))]
    assert of("next_response", they(0), we(1), they(2), we(3), they(4)) == [
        Span("next_response", at(2), at(3)),
        Span("next_response", at(4)),
    ]


@given(st.lists(HAPPENINGS, max_size=12))
@example([THEY_WROTE, WE_WROTE, THEY_WROTE, "waiting_customer"])
def test_while_an_answer_is_owed_another_word_of_the_customer_moves_no_clock(happenings):
    told = [became(n, it) if it not in (THEY_WROTE, WE_WROTE) else Event(at(n), it) for n, it in enumerate(happenings)]
    before = spans(NINE, told, pausing=PAUSES)
    assume(any(span.goal in ANSWERS and span.met_at is None for span in before))

    assert spans(NINE, [*told, they(len(told))], pausing=PAUSES) == before


def test_every_answer_of_ours_is_a_report_after_which_the_next_is_awaited():
    assert of("update", they(0), we(1), we(2)) == [
        Span("update", NINE, at(1)),
        Span("update", at(1), at(2)),
        Span("update", at(2)),
    ]


def test_waiting_for_the_customer_stands_still_only_after_a_word_of_ours():
    waiting = became(1, "waiting_customer")

    assert of("resolution", they(0), waiting)[0].pauses == []
    assert of("resolution", they(0), we(0.5), waiting)[0].pauses == [(at(1), None)]
    assert of("resolution", they(0), we(0.5), they(0.7), waiting)[0].pauses == []
    assert of("resolution", they(0), waiting, we(2))[0].pauses == [(at(2), None)]


def test_the_customers_answer_ends_the_wait_when_it_reached_us():
    events = (they(0), we(1), became(1, "waiting_customer"), they(3), became(4, "open"))

    assert of("resolution", *events)[0].pauses == [(at(1), at(3))]


def test_waiting_for_our_own_team_never_stands_still_and_for_a_third_party_where_the_rule_says():
    assert of("resolution", they(0), we(1), became(1, "waiting_own_team"))[0].pauses == []
    third = (they(0), became(1, "waiting_third_party"), became(2, "open"))
    assert of("resolution", *third)[0].pauses == [(at(1), at(2))]
    assert of("resolution", *third, pausing=("waiting_customer",))[0].pauses == []
    assert of("first_response", *third)[0].pauses == []


def test_resolving_ends_every_clock_and_opening_again_goes_on_with_the_time_that_is_left():
    events = [they(0), we(1), became(2, "resolved")]
    assert {span.met_at for span in spans(NINE, events)} == {at(1), at(2)}

    again = [*events, they(5), became(6, "open")]

    assert of("resolution", *again) == [Span("resolution", NINE, None, [(at(2), at(5))])]
    assert of("next_response", *again) == [Span("next_response", at(5))]


def test_opened_again_by_hand_no_answer_is_awaited():
    events = (they(0), we(1), became(2, "resolved"), became(4, "open"))

    assert of("next_response", *events) == []
    assert of("resolution", *events)[0].pauses == [(at(2), at(4))]


def test_spam_has_no_clocks_and_what_was_spam_by_mistake_counts_from_receipt():
    assert spans(NINE, [they(0), became(1, "spam")]) == []
    assert of("first_response", they(0), became(1, "spam"), became(2, "open")) == [Span("first_response", NINE)]


def test_words_in_the_same_moment_are_one_beginning():
    assert of("update", they(0), we(1), we(1)) == [Span("update", NINE, at(1)), Span("update", at(1))]


FOUR = Allowed(240, "working", B)


def reading(span: Span, allowed: Allowed = FOUR, *, now: float):
    return read(span, allowed, now=at(now))


def test_a_running_clock_tells_when_it_is_due_soon_and_urgent():
    shown = reading(Span("resolution", NINE), now=1)

    assert (shown.state, shown.due_at, shown.warn_at, shown.urgent_at) == (RUNNING, at(4), at(3), at(3.5))


def test_a_clock_that_stands_still_keeps_what_is_left_and_goes_on_with_it():
    still = Span("resolution", NINE, None, [(at(1), None)])
    assert (reading(still, now=9).state, reading(still, now=9).time_left) == (PAUSED, 3 * HOUR)

    on = reading(Span("resolution", NINE, None, [(at(1), at(6))]), now=7)

    assert (on.state, on.due_at, on.paused_for) == (RUNNING, moment("2026-03-17 09:00"), 5 * HOUR)
    assert (on.warn_at, on.urgent_at) == (at(8), moment("2026-03-17 08:30"))


def test_a_pause_over_closed_hours_costs_nothing():
    night = Span("resolution", NINE, None, [(at(7), at(22))])  # 16:00 to 07:00

    assert reading(night, Allowed(540, "working", B), now=23).due_at == moment("2026-03-17 10:00")


def test_a_clock_that_is_due_is_missed_and_cannot_be_stopped_any_more():
    late = Span("resolution", NINE, None, [(at(5), None)])

    assert (reading(late, now=6).state, reading(late, now=6).missed_at) == (MISSED, at(4))


def test_met_late_is_missed_with_the_moment_it_was_met():
    assert reading(Span("resolution", NINE, at(5)), now=6).state == MISSED
    assert reading(Span("resolution", NINE, at(4)), now=6).missed_at == at(4)
    assert reading(Span("resolution", NINE, at(3.9)), now=6).state == MET


def test_working_days_keep_the_working_time_that_is_left_over_a_pause():
    days = Allowed(2, "days", B)
    assert reading(Span("resolution", NINE), days, now=1).due_at == moment("2026-03-25 17:00")

    paused = Span("resolution", NINE, None, [(at(1), at(2))])

    assert reading(paused, days, now=3).due_at == moment("2026-03-26 09:00")


def test_wall_clock_time_runs_through_the_holidays():
    wall = Allowed(72 * 60, "calendar", always(JAKARTA))

    assert reading(Span("resolution", NINE), wall, now=1).due_at == moment("2026-03-19 09:00")


def test_the_explanation_adds_up_with_its_pauses():
    span = Span("resolution", NINE, None, [(at(1), at(6))])

    steps = explain(span, FOUR)

    told = [(step.begins, step.ends, step.line.total if step.line else None) for step in steps]
    assert told == [
        (NINE, at(1), HOUR),
        (at(1), at(6), None),
        (at(6), at(8), 3 * HOUR),
        (moment("2026-03-17 08:00"), moment("2026-03-17 09:00"), 4 * HOUR),
    ]
