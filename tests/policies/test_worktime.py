from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from policies.hours import ALL_DAY, Day, Reason, always
from policies.worksums import explain, explain_days, lines_between
from policies.worktime import NeverOpen, add, between, is_open, next_open, working_days_end
from tests.moments import moment
from tests.policies.counting import BERLIN, JAKARTA, OFFICE, WEEKDAYS, B, closed, utc, with_days

HOUR, MINUTE = timedelta(hours=1), timedelta(minutes=1)
JAYAPURA = ZoneInfo("Asia/Jayapura")


@pytest.mark.parametrize(
    ("start", "minutes", "due"),
    [
        ("2026-03-13 16:30", 60, "2026-03-16 08:30"),
        ("2026-03-17 16:00", 240, "2026-03-25 11:00"),
        ("2026-03-21 10:00", 60, "2026-03-25 09:00"),
        ("2026-05-13 15:00", 540, "2026-05-18 15:00"),
        ("2026-08-14 16:00", 120, "2026-08-18 09:00"),
        ("2026-12-23 16:59", 120, "2026-12-28 09:59"),
    ],
)
def test_an_amount_of_working_time_is_over_when_the_table_says(start, minutes, due):
    assert add(B, moment(start), timedelta(minutes=minutes)) == moment(due)
    assert between(B, moment(start), moment(due)) == timedelta(minutes=minutes)


def test_a_customer_in_papua_reads_the_same_moment_two_hours_later():
    start = datetime(2026, 3, 16, 18, 30, tzinfo=JAYAPURA)

    due = add(B, start, 60 * MINUTE)

    assert due == moment("2026-03-17 08:30")
    assert due.astimezone(JAYAPURA) == datetime(2026, 3, 17, 10, 30, tzinfo=JAYAPURA)


def test_from_the_eve_of_the_long_holiday_to_its_end_two_hours_are_worked():
    assert between(B, moment("2026-03-17 16:00"), moment("2026-03-25 09:00")) == 120 * MINUTE


@pytest.mark.parametrize(
    ("day_0", "days", "last"),
    [
        (day_0, days, last)
        for day_0, *row in [
            ("2026-03-16", "2026-03-17", "2026-03-30", "2026-04-07", "2026-04-21"),
            ("2026-03-17", "2026-03-25", "2026-03-31", "2026-04-08", "2026-04-22"),
            ("2026-05-12", "2026-05-13", "2026-05-21", "2026-06-02", "2026-06-17"),
            ("2026-12-22", "2026-12-23", "2026-12-31", "2027-01-11", "2027-01-25"),
            ("2027-03-05", "2027-03-16", "2027-03-22", "2027-03-31", "2027-04-14"),
        ]
        for days, last in zip((1, 5, 10, 20), row, strict=True)
    ],
)
def test_working_days_end_when_the_table_says(day_0, days, last):
    assert working_days_end(B, moment(f"{day_0} 10:00"), days) == moment(f"{last} 17:00")


@pytest.mark.parametrize(
    ("start", "plain", "late"),
    [
        ("2026-03-16 16:59", "2026-03-17", "2026-03-17"),
        ("2026-03-16 17:00", "2026-03-17", "2026-03-25"),
        ("2026-03-14 10:00", "2026-03-16", "2026-03-17"),
        ("2026-03-16 00:00", "2026-03-17", "2026-03-17"),
    ],
)
def test_what_comes_after_the_close_begins_a_day_later_only_where_that_is_the_rule(start, plain, late):
    assert working_days_end(B, moment(start), 1) == moment(f"{plain} 17:00")
    assert working_days_end(B, moment(start), 1, late_is_next_day=True) == moment(f"{late} 17:00")


def test_no_working_days_end_at_the_first_close():
    assert working_days_end(B, moment("2026-03-16 10:00"), 0) == moment("2026-03-16 17:00")
    assert working_days_end(B, moment("2026-03-16 18:00"), 0) == moment("2026-03-17 17:00")
    assert working_days_end(B, moment("2026-03-17 18:00"), 0) == moment("2026-03-25 17:00")


def test_time_that_runs_out_as_the_day_closes_is_over_that_evening():
    assert add(B, moment("2026-03-16 16:00"), HOUR) == moment("2026-03-16 17:00")


def test_seconds_are_counted_too():
    start = moment("2026-03-13 16:59:59")

    assert add(B, start, timedelta(seconds=2)) == moment("2026-03-16 08:00:01")
    assert between(B, start, moment("2026-03-16 08:00:01")) == timedelta(seconds=2)


def test_no_time_at_all_is_over_at_once_even_at_night():
    assert add(B, moment("2026-03-14 03:00"), timedelta()) == moment("2026-03-14 03:00")


def test_time_lost_is_counted_backwards_as_less_than_nothing():
    assert between(B, moment("2026-03-16 10:00"), moment("2026-03-16 09:00")) == -HOUR
    with pytest.raises(ValueError, match="not negative"):
        add(B, moment("2026-03-16 10:00"), -HOUR)


@pytest.mark.parametrize(
    ("at", "opens"),
    [
        ("2026-03-16 07:59", "2026-03-16 08:00"),
        ("2026-03-16 08:00", "2026-03-16 08:00"),
        ("2026-03-16 17:00", "2026-03-17 08:00"),
        ("2026-12-31 18:00", "2027-01-04 08:00"),
    ],
)
def test_a_closed_calendar_knows_when_it_opens(at, opens):
    assert next_open(B, moment(at)) == moment(opens)
    assert is_open(B, moment(opens))
    assert is_open(B, moment(at)) == (at == opens)


def test_a_lunch_break_and_a_short_friday():
    hours = with_days(JAKARTA, (((480, 720), (780, 1020)),) * 4 + (((480, 690), (780, 960)), (), ()))

    assert add(hours, moment("2026-03-12 11:30"), HOUR) == moment("2026-03-12 13:30")
    assert add(hours, moment("2026-03-13 11:00"), 2 * HOUR) == moment("2026-03-13 14:30")
    assert add(hours, moment("2026-03-13 15:00"), 2 * HOUR) == moment("2026-03-16 09:00")


def test_a_shift_over_midnight_is_two_slots_that_run_into_each_other():
    hours = with_days(JAKARTA, (((0, 360), (1320, 1440)),) * 7)

    assert add(hours, moment("2026-03-13 23:00"), 3 * HOUR) == moment("2026-03-14 02:00")
    assert add(hours, moment("2026-12-31 23:00"), 7 * HOUR) == moment("2027-01-01 06:00")
    assert add(hours, moment("2026-12-31 23:00"), 8 * HOUR) == moment("2027-01-01 23:00")


def test_ramadan_hours_hold_on_their_dates_only():
    ramadan = Day(((480, 900),), Reason.EXCEPTION, "Jam Ramadan", "Ramadan hours")
    hours = with_days(JAKARTA, WEEKDAYS, {date(2026, 2, day): ramadan for day in (19, 20)})

    assert add(hours, moment("2026-02-18 16:00"), 9 * HOUR) == moment("2026-02-20 09:00")
    assert working_days_end(hours, moment("2026-02-18 09:00"), 1) == moment("2026-02-19 15:00")


def test_round_the_clock_is_wall_time():
    hours = always(BERLIN)
    start = utc("2026-03-28 12:00")

    assert add(hours, start, 72 * HOUR) == start + 72 * HOUR
    assert between(hours, start, start + timedelta(days=800)) == timedelta(days=800)
    assert working_days_end(hours, utc("2026-03-28 12:00"), 1) == utc("2026-03-29 22:00")


def test_the_hour_that_berlin_skips_is_not_worked():
    nights = with_days(BERLIN, (((60, 240),),) * 7)  # 01:00-04:00, on 29 March without 02:00-03:00

    assert between(nights, utc("2026-03-28 23:00"), utc("2026-03-29 12:00")) == 2 * HOUR
    assert add(nights, utc("2026-03-29 00:00"), 90 * MINUTE) == utc("2026-03-29 01:30")


def test_the_hour_that_berlin_repeats_is_worked_twice():
    nights = with_days(BERLIN, (((60, 240),),) * 7)

    assert between(nights, utc("2026-10-24 22:00"), utc("2026-10-25 12:00")) == 4 * HOUR
    assert add(nights, utc("2026-10-24 23:00"), 4 * HOUR) == utc("2026-10-25 03:00")


def test_office_hours_stay_at_eight_on_the_wall_whatever_the_clock_does():
    hours = with_days(BERLIN, WEEKDAYS)

    assert next_open(hours, utc("2026-03-27 18:00")) == utc("2026-03-30 06:00")
    assert next_open(hours, utc("2026-10-23 18:00")) == utc("2026-10-26 07:00")


def test_the_leap_day_is_a_day_like_others():
    hours = with_days(JAKARTA, (OFFICE,) * 7)

    assert add(hours, moment("2028-02-28 16:00"), 2 * HOUR) == moment("2028-02-29 09:00")
    assert working_days_end(hours, moment("2028-02-28 09:00"), 2) == moment("2028-03-01 17:00")


def test_a_calendar_without_hours_says_so_instead_of_searching_for_ever():
    never = with_days(JAKARTA, ((),) * 7)

    for ask in (
        lambda: add(never, moment("2026-03-16 10:00"), MINUTE),
        lambda: next_open(never, moment("2026-03-16 10:00")),
        lambda: working_days_end(never, moment("2026-03-16 10:00"), 1),
    ):
        with pytest.raises(NeverOpen, match="within 30 years"):
            ask()


def test_the_sum_is_told_line_by_line_with_the_reason_of_every_day_that_does_not_count():
    lines = explain(B, moment("2026-03-17 16:00"), 240 * MINUTE)

    told = [
        (line.date.isoformat(), line.day.reason.value, line.counted // MINUTE, line.total // MINUTE) for line in lines
    ]
    assert told == [
        ("2026-03-17", "usual", 60, 60),
        ("2026-03-18", "joint_leave", 0, 60),
        ("2026-03-19", "holiday", 0, 60),
        ("2026-03-20", "joint_leave", 0, 60),
        ("2026-03-21", "holiday", 0, 60),
        ("2026-03-22", "holiday", 0, 60),
        ("2026-03-23", "joint_leave", 0, 60),
        ("2026-03-24", "joint_leave", 0, 60),
        ("2026-03-25", "usual", 180, 240),
    ]
    assert (lines[0].opens, lines[0].closes) == (moment("2026-03-17 16:00"), moment("2026-03-17 17:00"))
    assert (lines[2].day.name_in("id"), lines[2].day.name_in("en")) == ("Hari Suci Nyepi", "Day of Silence")


def test_the_sum_names_weekends_and_exceptions():
    hours = with_days(JAKARTA, WEEKDAYS, {date(2026, 3, 16): closed("Office moves")})

    lines = explain(hours, moment("2026-03-13 16:00"), 2 * HOUR)

    assert [(line.day.reason.value, line.day.name_en) for line in lines] == [
        ("usual", ""),
        ("closed_weekday", ""),
        ("closed_weekday", ""),
        ("exception", "Office moves"),
        ("usual", ""),
    ]


def test_a_sum_goes_on_from_what_was_counted_before_a_pause():
    lines = lines_between(B, moment("2026-03-16 10:00"), moment("2026-03-16 11:00"), so_far=HOUR)

    assert [line.total for line in lines] == [2 * HOUR]


def test_working_days_are_told_with_their_numbers():
    lines = explain_days(B, moment("2026-03-13 16:00"), 2)

    assert [(line.date.day, line.number, line.day.reason.value) for line in lines] == [
        (13, 0, "usual"),
        (14, None, "closed_weekday"),
        (15, None, "closed_weekday"),
        (16, 1, "usual"),
        (17, 2, "usual"),
    ]
    assert lines[-1].closes == moment("2026-03-17 17:00")


def test_a_day_of_no_length_is_a_closed_day():
    hours = with_days(JAKARTA, (ALL_DAY,) * 7, {date(2026, 3, 16): closed()})

    assert add(hours, moment("2026-03-15 23:00"), 2 * HOUR) == moment("2026-03-17 01:00")
    assert working_days_end(hours, moment("2026-03-15 12:00"), 1) == moment("2026-03-18 00:00")
