"""The provider itself: teams, staff and channels, read from company.toml."""

import tomllib
from functools import cache
from pathlib import Path
from typing import Any

from demo.content.shapes import ChannelSpec, StaffMember, Team

DATA = Path(__file__).parent / "data"
MAIL_DOMAIN = "nusanet.example"


@cache
def _company() -> dict[str, Any]:
    return tomllib.loads((DATA / "company.toml").read_text(encoding="utf-8"))


def teams() -> list[Team]:
    return [Team(**row) for row in _company()["team"]]


@cache
def _staff() -> tuple[StaffMember, ...]:
    return tuple(
        StaffMember(
            key=row["key"],
            name=row["name"],
            public_name=row.get("public_name", row["name"].split()[0]),
            email=f"{row['key']}@{MAIL_DOMAIN}",
            role=row["role"],
            teams=tuple(row["teams"]),
            language=row["language"],
        )
        for row in _company()["staff"]
    )


def staff() -> list[StaffMember]:
    return list(_staff())


def lead_of(member: StaffMember) -> StaffMember:
    """The supervisor of this person's first team; the first supervisor for somebody without a team."""
    supervisors = [person for person in _staff() if person.role == "supervisor"]
    ours = [person for person in supervisors if member.teams and member.teams[0] in person.teams]
    return (ours or supervisors)[0]


def channels() -> list[ChannelSpec]:
    return [ChannelSpec(**{"team": "", **row}) for row in _company()["channel"]]
