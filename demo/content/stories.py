"""Scenarios, read from data/<language>/<query type>.toml."""

import re
import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from demo.content.company import DATA
from demo.content.shapes import Scenario, Step

LANGUAGES = ("id", "en")
MINUTES = {"m": 1, "h": 60, "d": 24 * 60}
NAMED_DAYS = ("date", "later_date")
AFTER = re.compile(r"(\d+)(?:-(\d+))?([mhd])")


@cache
def _scenarios() -> tuple[Scenario, ...]:
    files = [path for language in LANGUAGES for path in sorted((DATA / language).glob("*.toml"))]
    return tuple(scenario for path in files for scenario in _read(path))


def scenarios() -> list[Scenario]:
    """All of them, Indonesian first; weights compare within all scenarios that fit a person."""
    return list(_scenarios())


def _read(path: Path) -> list[Scenario]:
    data = tomllib.loads(path.read_text(encoding="utf-8"))
    return [_scenario(row, query_type=data["query_type"], language=data["language"]) for row in data["scenario"]]


def _scenario(row: dict[str, Any], *, query_type: str, language: str) -> Scenario:
    return Scenario(
        slug=row["slug"],
        query_type=query_type,
        language=language,
        weight=row["weight"],
        audience=row["audience"],
        channels=row["channels"],
        areas=tuple(row.get("areas", ())),
        subjects=tuple(row["subjects"]),
        remedy=row["remedy"],
        fault=row.get("fault", ""),
        steps=tuple(_step(step) for step in row["step"]),
        customer=row.get("customer", ""),
        days_ago=row.get("days_ago", 0),
        opens=row.get("opens"),
    )


def _step(row: dict[str, Any]) -> Step:
    after = row.get("after", "0m")
    named = after in NAMED_DAYS
    return Step(
        by=row["by"],
        after=(0, 0) if named else _minutes(after),
        on=after if named else "",
        texts=tuple(row["texts"]) if "texts" in row else (row["text"],),
        call=row.get("call", False),
        channel=row.get("channel", ""),
        team=row.get("team", ""),
        staff=row.get("staff", ""),
        status=row.get("status", ""),
        outcome=row.get("outcome", ""),
    )


def _minutes(words: str) -> tuple[int, int]:
    """ "5-40m", "2-5h", "3d" as minutes, least and most."""
    match = AFTER.fullmatch(words)
    if match is None:
        raise ValueError(f"not a stretch of time: {words!r}")
    least, most, unit = match.groups()
    return int(least) * MINUTES[unit], int(most or least) * MINUTES[unit]
