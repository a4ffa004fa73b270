"""National holidays and joint leave (cuti bersama) of Indonesia: the library's dates, or our own without it."""

import csv
import importlib
from contextlib import suppress
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from policies.hours import Day, Reason

library: Any = None
with suppress(ImportError):  # the dates of the years we ship are known without it
    library = importlib.import_module("holidays")

SHIPPED = Path(__file__).resolve().parent / "data" / "indonesia.csv"
CATEGORIES = {Reason.HOLIDAY: "public", Reason.JOINT_LEAVE: "government"}


@cache
def of_year(year: int) -> dict[date, Day]:
    """The holidays of a year, closed days all, each with its reason. Islamic dates to come are estimates by name."""
    return shipped(year) if library is None else from_library(year)


def shipped(year: int) -> dict[date, Day]:
    """From our own file, which knows 2025 to 2027."""
    with SHIPPED.open(newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["date"].startswith(f"{year}-")]
    return {
        date.fromisoformat(row["date"]): Day((), Reason(row["kind"]), row["name_id"], row["name_en"]) for row in rows
    }


def from_library(year: int) -> dict[date, Day]:
    """From python-holidays. Its default leaves joint leave out, and its language is the process's, so both are said."""
    found: dict[date, Day] = {}
    for reason, category in CATEGORIES.items():
        in_id, in_en = (
            library.country_holidays("ID", years=year, categories=(category,), language=language)
            for language in ("id", "en_US")
        )
        for on, name in in_id.items():
            found.setdefault(on, Day((), reason, name, in_en.get(on) or name))
    return found
