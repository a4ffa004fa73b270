from datetime import date

import pytest

from policies import holiday_dates
from policies.hours import Reason


def of(reason, year, found):
    return sorted(on for on, day in found.items() if day.reason == reason and on.year == year)


@pytest.mark.parametrize(("year", "holidays", "joint_leave"), [(2025, 17, 11), (2026, 17, 8), (2027, 18, 8)])
def test_the_library_and_our_own_file_know_the_same_dates(year, holidays, joint_leave):
    library, shipped = holiday_dates.from_library(year), holiday_dates.shipped(year)

    assert len(of(Reason.HOLIDAY, year, shipped)) == holidays
    assert len(of(Reason.JOINT_LEAVE, year, shipped)) == joint_leave
    for reason in (Reason.HOLIDAY, Reason.JOINT_LEAVE):
        assert of(reason, year, library) == of(reason, year, shipped)


def test_every_holiday_has_a_name_in_both_languages_whatever_the_language_of_the_process(monkeypatch):
    monkeypatch.setenv("LANGUAGE", "C")

    nyepi = holiday_dates.from_library(2026)[date(2026, 3, 19)]

    assert (nyepi.name_in("id"), nyepi.name_in("en")) == ("Hari Suci Nyepi", "Day of Silence")
    assert all(day.name_id and day.name_en and not day.slots for day in holiday_dates.shipped(2027).values())


def test_islamic_dates_to_come_say_that_they_are_estimates():
    assert "perkiraan" in holiday_dates.from_library(2028)[date(2028, 2, 27)].name_id


def test_without_the_library_the_shipped_dates_hold(monkeypatch):
    monkeypatch.setattr(holiday_dates, "library", None)
    holiday_dates.of_year.cache_clear()

    assert holiday_dates.of_year(2026)[date(2026, 3, 20)].name_en == "Joint leave: Eid al-Fitr"
    holiday_dates.of_year.cache_clear()
