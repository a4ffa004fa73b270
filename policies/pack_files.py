"""Packs as data files in policies/packs: what each says, row by row, in the words of our models."""

import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db.models import Field

from core.errors import Invalid
from policies import durations
from policies.models import LegalPack, PriorityLift, QueryType, TatRule
from policies.targets import GOALS, ROUND_THE_CLOCK

FOLDER = Path(__file__).resolve().parent / "packs"
TYPE, RULE, LADDER, LEGAL, LIFT = "query_type", "rule", "ladder", "legal", "lift"
WAITING = ("waiting_customer",)
Fields = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Pack:
    """One file. entries: kind and key, such as query_type:internet-mati, -> fields of the row, references by key."""

    name: str
    version: int
    title_id: str
    title_en: str
    needs: tuple[str, ...]
    entries: Mapping[str, Fields]

    def name_in(self, language: str) -> str:
        return self.title_id if language == "id" else self.title_en


def names() -> list[str]:
    """The packs there are."""
    return sorted(path.stem for path in FOLDER.glob("*.toml"))


def read(name: str) -> Pack:
    """Raises Invalid where there is no such pack."""
    if name not in names():
        raise Invalid(f"There is no pack {name!r}; there are: {', '.join(names())}.", field="name")
    return parse(tomllib.loads((FOLDER / f"{name}.toml").read_text(encoding="utf-8")))


def parse(data: Mapping[str, Any]) -> Pack:
    head = data["pack"]
    return Pack(
        name=head["name"],
        version=head["version"],
        title_id=head["title_id"],
        title_en=head["title_en"],
        needs=tuple(head["needs"]),
        entries=dict(_entries(data, head)),
    )


def _entries(data: Mapping[str, Any], head: Mapping[str, Any]) -> Iterator[tuple[str, Fields]]:
    """Ladders before rules, types before the rules about them: in the order in which rows can be made."""
    for row in data.get(LADDER, ()):
        yield f"{LADDER}:{row['code']}", {key: value for key, value in row.items() if key != "code"}
    for row in data.get(TYPE, ()):
        yield f"{TYPE}:{row['slug']}", _query_type(row)
    for row in data.get(TYPE, ()):
        yield f"{RULE}:{head['name']}/{row['slug']}", _rule_of_type(row)
    for row in data.get(RULE, ()):
        yield f"{RULE}:{head['name']}/{row['key']}", _rule(row)
    for row in data.get(LIFT, ()):
        yield f"{LIFT}:{row['code']}", {"in_force": row["in_force"]}
    for row in data.get(LEGAL, ()):
        yield f"{LEGAL}:{row['code']}", _legal(row, version=head["version"])


def _query_type(row: Mapping[str, Any]) -> Fields:
    left_out = {"slug", "ladder", *GOALS}
    fields = {key: value for key, value in row.items() if key not in left_out}
    for words in ("words_id", "words_en"):
        fields[words] = "\n".join(fields.get(words, ()))
    return {"parent": "", "team": "", **fields}


def _rule_of_type(row: Mapping[str, Any]) -> Fields:
    """The service targets that a query type carries, as a rule for all tickets of the type."""
    return {
        "query_type": row["slug"],
        "conditions": {},
        "effect": TatRule.Effect.SETS.value,
        "percent": 100,
        "targets": _whole(_targets(row)),
        "calendar": row.get("calendar", ROUND_THE_CLOCK),
        "pauses": list(WAITING),
        "ladder": row.get("ladder", ""),
        "position": 900,
    }


def _rule(row: Mapping[str, Any]) -> Fields:
    effect = row.get("effect", TatRule.Effect.TIGHTENS.value)
    targets = _targets(row)
    return {
        "query_type": row.get(TYPE, ""),
        "conditions": row.get("conditions", {}),
        "effect": effect,
        "percent": row.get("percent", 100),
        "targets": _whole(targets) if effect == TatRule.Effect.SETS else targets,
        "calendar": row.get("calendar", ROUND_THE_CLOCK),
        "pauses": list(WAITING),
        "ladder": row.get("ladder", ""),
        "position": row["position"],
    }


def _legal(row: Mapping[str, Any], *, version: int) -> Fields:
    known = {field.name for field in LegalPack._meta.get_fields()} - {"code", *GOALS}
    fields = {key: value for key, value in row.items() if key in known}
    if "extension" in row:
        fields["extension"] = durations.read(row["extension"], calendar=row["calendar"])
    targets = _targets(row)
    if "extension" in row and fields["extension"]["unit"] != targets["resolution"]["unit"]:
        raise Invalid(f"{row['code']}: the extension counts in another unit than the resolution.", field="extension")
    return {**fields, "version": version, "targets": targets}


def _targets(row: Mapping[str, Any]) -> dict[str, Any]:
    calendar = row.get("calendar", ROUND_THE_CLOCK)
    return {goal: durations.read(row[goal], calendar=calendar) for goal in GOALS if goal in row}


def _whole(targets: Fields) -> Fields:
    """With the next answer in twice the time of the first, and an update in a third of that of the resolution."""
    first, resolution = targets.get("first_response"), targets.get("resolution")
    if first:
        targets.setdefault("next_response", {**first, "amount": first["amount"] * 2})
    if resolution:
        targets.setdefault("update", {**resolution, "amount": max(1, resolution["amount"] // 3)})
    return targets


def default_of(kind: str, field: str) -> Any:
    """What a row says of a field that nobody has filled in."""
    model = {TYPE: QueryType, RULE: TatRule, LEGAL: LegalPack, LIFT: PriorityLift}.get(kind)
    if model is None or field in ("parent", "team", "ladder", "query_type"):
        return ""
    column = model._meta.get_field(field)
    assert isinstance(column, Field)
    return column.get_default()
