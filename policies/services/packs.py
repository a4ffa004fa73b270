"""Packs: query types of a sector as data files in policies/packs, loaded once and then the company's own."""

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from core.errors import Invalid
from policies.models import Channel, QueryType
from staff.models import Team

FOLDER = Path(__file__).resolve().parent.parent / "packs"
UNSORTED = "belum-dipilah"


@dataclass(frozen=True, slots=True)
class Loaded:
    """How many query types were new; those that were there stay as the company has them."""

    new: int
    kept: int


def names() -> list[str]:
    """The packs there are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


@transaction.atomic
def load(name: str) -> Loaded:
    """Add the query types of a pack that are missing, with their teams; loading twice changes nothing.

    Raises Invalid where there is no such pack.
    """
    if name not in names():
        raise Invalid(f"There is no pack {name!r}; there are: {', '.join(names())}.", field="name")
    rows: list[dict[str, Any]] = tomllib.loads((FOLDER / f"{name}.toml").read_text())["query_type"]
    teams = {slug: _team(slug) for slug in {row.get("team", "") for row in rows} if slug}
    known = set(QueryType.objects.values_list("slug", flat=True))
    missing = [row for row in rows if row["slug"] not in known]
    for row in missing:
        fields = {key: value for key, value in row.items() if key != "team"}
        QueryType.objects.create(**fields, team=teams.get(row.get("team", "")))
    return Loaded(new=len(missing), kept=len(rows) - len(missing))


def _team(slug: str) -> Team:
    title = slug.replace("-", " ").capitalize()
    team, _made = Team.objects.get_or_create(slug=slug, defaults={"name_id": title, "name_en": title})
    return team


@transaction.atomic
def add_channel(kind: str, *, name: str, address: str = "", team: str = "", language: str = "id") -> Channel:
    """Add a way in and out; what comes in begins as *Unsorted*.

    Raises Invalid where the kind is unknown, a mailbox has no address, the address is taken, or no pack is loaded.
    """
    if kind not in Channel.Kind.values:
        raise Invalid(f"There are no {kind!r} channels; there are: {', '.join(Channel.Kind.values)}.", field="kind")
    if kind == Channel.Kind.EMAIL and "@" not in address:
        raise Invalid("A mailbox needs its address, such as complaints@company.example.", field="address")
    if address and Channel.objects.filter(kind=kind, address__iexact=address).exists():
        raise Invalid(f"There is a {kind} channel with the address {address} already.", field="address")
    unsorted = QueryType.objects.filter(slug=UNSORTED).first()
    if unsorted is None:
        raise Invalid("No query types yet: run load_pack first.")
    return Channel.objects.create(
        kind=kind,
        name=name,
        address=address.lower(),
        query_type=unsorted,
        team=_team(team) if team else None,
        language=language,
    )
