"""Rows of packs: how a ladder, type, rule, lift or legal pack is read and written in the words of a pack."""

from typing import Any

from policies.models import Ladder, LadderStep, LegalPack, PriorityLift, QueryType, TatRule
from policies.pack_files import LADDER, LEGAL, LIFT, RULE, TYPE, Fields
from staff.models import Team

STEP = ("at_percent", "after_minutes", "level", "actions", "note_id", "note_en")
USUAL_WAIT = 30  # minutes for an answer


def known() -> dict[str, Any]:
    """Every row that a pack could mean, by kind and key; few statements, whatever the pack's size."""
    types = {f"{TYPE}:{each.slug}": each for each in QueryType.objects.select_related("team", "parent")}
    rules = TatRule.objects.exclude(pack_key="").select_related("query_type", "ladder")
    ladders = Ladder.objects.prefetch_related("steps__team")
    return {
        **types,
        **{f"{RULE}:{each.pack_key}": each for each in rules},
        **{f"{LADDER}:{each.code}": each for each in ladders},
        **{f"{LIFT}:{each.code}": each for each in PriorityLift.objects.all()},
        **{f"{LEGAL}:{each.code}": each for each in LegalPack.objects.all()},
    }


def said(row: Any, fields: Fields) -> Fields:
    """What a row says of these fields now."""
    return {name: _value(row, name) for name in fields}


def _value(row: Any, name: str) -> Any:
    if name == "steps":
        return [_step(each) for each in steps(row)]
    value = getattr(row, name)
    if name in ("team", "parent", "query_type"):
        return value.slug if value else ""
    if name == "ladder":
        return value.code if value else ""
    return value


def _step(step: LadderStep) -> Fields:
    """As a pack writes it: what is as usual is left out."""
    said = {key: value for key in STEP if (value := getattr(step, key)) not in (None, "")}
    said |= {} if step.ask_minutes == USUAL_WAIT else {"ask_minutes": step.ask_minutes}
    said |= {} if step.deputies else {"deputies": False}
    return said | ({"team": step.team.slug} if step.team else {})


def steps(ladder: Ladder) -> list[LadderStep]:
    return sorted(ladder.steps.all(), key=lambda step: step.position)


def make(kind: str, key: str, fields: Fields) -> None:
    """A new row; teams that are named and not there yet are made."""
    if kind == LADDER:
        ladder = Ladder.objects.create(code=key, **{name: fields[name] for name in ("name_id", "name_en")})
        write_steps(ladder, fields["steps"])
    elif kind == TYPE:
        QueryType.objects.create(slug=key, **_referring(fields))
    elif kind == LIFT:
        PriorityLift.objects.create(code=key, **fields)
    elif kind == RULE:
        TatRule.objects.create(pack_key=key, **_referring(fields))
    else:
        LegalPack.objects.create(code=key, **fields)


def change(row: Any, fields: Fields) -> None:
    """Set some fields of a row that is there. A legal pack that changed must be signed again."""
    if "steps" in fields:
        write_steps(row, fields["steps"])
    values = _referring({name: value for name, value in fields.items() if name != "steps"})
    if isinstance(row, LegalPack):
        values |= {"verified_at": None, "verified_by": None, "verified_note": ""}
    for name, value in values.items():
        setattr(row, name, value)
    if values:
        row.save(update_fields=list(values))


def write_steps(ladder: Ladder, wanted: list[Fields]) -> None:
    """Put these steps in the place of those that were there; each keeps the number of the one that it stands for."""
    numbers = _numbers(ladder, wanted)
    ladder.steps.all().delete()
    LadderStep.objects.bulk_create(
        LadderStep(ladder=ladder, position=position, number=number, **_referring(step))
        for position, (step, number) in enumerate(zip(wanted, numbers, strict=True), start=1)
    )
    ladder.save(update_fields=["last_number"])


def _numbers(ladder: Ladder, wanted: list[Fields]) -> list[int]:
    """That of the step which says the same, else of one that does the same to the same people, else a new one."""
    left = {step.number: _step(step) for step in steps(ladder)}
    found: dict[int, int] = {}
    for alike in (_same, _same_deed):
        for place, step in enumerate(wanted):
            number = next((each for each, said in left.items() if place not in found and alike(step, said)), None)
            if number is not None:
                found[place] = number
                del left[number]
    for place in range(len(wanted)):
        if place not in found:
            ladder.last_number += 1
            found[place] = ladder.last_number
    return [found[place] for place in range(len(wanted))]


def _same(one: Fields, other: Fields) -> bool:
    return one == other


def _same_deed(one: Fields, other: Fields) -> bool:
    return all(one.get(name) == other.get(name) for name in ("level", "team", "actions"))


def _referring(fields: Fields) -> Fields:
    """References by key become rows."""
    values = dict(fields)
    if "team" in values:
        values["team"] = team(values["team"]) if values["team"] else None
    for name in ("parent", "query_type"):
        if name in values:
            values[name] = QueryType.objects.get(slug=values[name]) if values[name] else None
    if "ladder" in values:
        values["ladder"] = Ladder.objects.get(code=values["ladder"]) if values["ladder"] else None
    return values


def team(slug: str) -> Team:
    """The team of that slug, made with a readable name where there is none."""
    title = slug.replace("-", " ").capitalize()
    found, _made = Team.objects.get_or_create(slug=slug, defaults={"name_id": title, "name_en": title})
    return found
