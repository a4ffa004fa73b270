"""Working time: what a due date over a year of holidays costs with a calendar that is in use already."""

import argparse
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from benchmarks.report import figures, machine
from policies import holiday_dates
from policies.hours import Hours
from policies.worksums import explain
from policies.worktime import add, between, working_days_end

OFFICE = ((480, 720), (780, 1020))
START = datetime(2026, 1, 5, 2, 10, tzinfo=UTC)
A_YEAR = timedelta(hours=240 * 8)  # its working days, holidays and joint leave off


def run(arguments: Sequence[str]) -> dict[str, object]:
    options = _options(arguments)
    about = machine()
    hours = Hours(ZoneInfo("Asia/Jakarta"), (OFFICE,) * 5 + ((), ()), holiday_dates.of_year)
    due = add(hours, START, A_YEAR)
    work: dict[str, Callable[[datetime], object]] = {
        "due after a working year": lambda start: add(hours, start, A_YEAR),
        "due after 4 working hours": lambda start: add(hours, start, timedelta(hours=4)),
        "20 working days": lambda start: working_days_end(hours, start, 20),
        "worked between two moments a year apart": lambda start: between(hours, start, due),
        "explained over 10 working days": lambda start: explain(hours, start, timedelta(hours=80)),
    }
    starts = [START + timedelta(minutes=37 * number) for number in range(options.times)]
    return {
        "what": "microseconds a call, calendar compiled before; a calendar of B's kind with a lunch break",
        "microseconds": {name: figures(_timed(each, starts), digits=2) for name, each in work.items()},
        "microseconds_to_compile_a_year": figures(_timed(_fresh, starts[:20]), digits=0),
        "n": options.times,
        **about,
    }


def _fresh(start: datetime) -> datetime:
    hours = Hours(ZoneInfo("Asia/Jakarta"), (OFFICE,) * 5 + ((), ()), holiday_dates.of_year)
    return add(hours, start, timedelta(hours=1))


def _timed(call: Callable[[datetime], object], starts: Sequence[datetime]) -> list[float]:
    samples = []
    for start in starts:
        began = time.perf_counter()
        call(start)
        samples.append((time.perf_counter() - began) * 1e6)
    return samples


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench worktime", description=__doc__)
    parser.add_argument("--times", type=int, default=5000)
    return parser.parse_args(arguments)
