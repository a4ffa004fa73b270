"""Working time against a count by hand, minute after minute, on calendars and moments nobody thought of."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given, settings
from hypothesis import strategies as st

from policies.hours import Day, Reason
from policies.worksums import explain
from policies.worktime import add, between, is_open, next_open, working_days_end
from tests.policies.counting import (
    MINUTE,
    add_by_hand,
    between_by_hand,
    open_by_hand,
    utc,
    with_days,
)

ZONES = ["Asia/Jakarta", "Asia/Jayapura", "Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu"]
TURNS = [  # clock changes, year ends, the leap day, a midnight that is skipped
    "2026-03-27 00:00",
    "2026-10-23 00:00",
    "2026-12-30 00:00",
    "2028-02-27 00:00",
    "2026-03-06 00:00",
    "2026-04-03 00:00",
]


@st.composite
def slots(draw):
    """Up to three slots of a day, in order and apart."""
    edges = sorted(draw(st.lists(st.integers(0, 96), unique=True, max_size=6)))
    return tuple((15 * first, 15 * last) for first, last in zip(edges[::2], edges[1::2], strict=False))


@st.composite
def calendars(draw):
    zone = ZoneInfo(draw(st.sampled_from(ZONES)))
    week = (*draw(st.lists(slots(), min_size=6, max_size=6)), ((480, 1020),))
    dates = st.dates(date(2026, 3, 9), date(2026, 3, 28))  # not on a clock change, which could swallow a slot whole
    special = draw(st.dictionaries(dates, slots().map(lambda found: Day(found, Reason.EXCEPTION)), max_size=4))
    return with_days(zone, week, special)


moments = st.builds(
    lambda turn, minutes: utc(turn) + timedelta(minutes=minutes), st.sampled_from(TURNS), st.integers(0, 4 * 1440)
)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(0, 5 * 1440))
def test_time_between_two_moments_is_what_counting_minutes_gives(hours, start, minutes):
    end = start + timedelta(minutes=minutes)

    assert between(hours, start, end) == between_by_hand(hours, start, end)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(1, 1000))
def test_an_amount_is_over_when_counting_minutes_says(hours, start, minutes):
    assert add(hours, start, timedelta(minutes=minutes)) == add_by_hand(hours, start, minutes)


@settings(max_examples=100, deadline=None)
@given(calendars(), moments, st.integers(1, 10**9))
def test_what_is_added_is_what_lies_between_to_the_microsecond(hours, start, microseconds):
    amount = timedelta(microseconds=microseconds)

    assert between(hours, start, add(hours, start, amount)) == amount


@settings(max_examples=100, deadline=None)
@given(calendars(), moments, moments, moments)
def test_two_stretches_add_up(hours, first, second, third):
    first, second, third = sorted((first, second, third))

    assert between(hours, first, second) + between(hours, second, third) == between(hours, first, third)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments)
def test_it_opens_at_the_first_open_minute(hours, start):
    opens = next_open(hours, start)

    assert is_open(hours, opens)
    assert between(hours, start, opens) == timedelta()
    assert open_by_hand(hours, start) == (opens == start)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(1, 600))
def test_the_lines_of_a_sum_add_up_to_the_amount(hours, start, minutes):
    lines = explain(hours, start, minutes * MINUTE)

    assert sum((line.counted for line in lines), timedelta()) == minutes * MINUTE == lines[-1].total
    assert all(line.closes - line.opens == line.counted for line in lines)


@settings(max_examples=60, deadline=None)
@given(calendars(), moments, st.integers(1, 6))
def test_the_nth_working_day_is_the_nth_date_with_hours_after_the_first(hours, start, days):
    on = start.astimezone(hours.zone).date()
    left, searching = days, on
    while left:
        searching += timedelta(days=1)
        left -= bool(hours.day(searching).slots)

    end = working_days_end(hours, start, days)

    closes = (end - timedelta(microseconds=1)).astimezone(hours.zone)
    assert closes.date() == searching
    assert not is_open(hours, end) or end.astimezone(hours.zone).date() != searching
