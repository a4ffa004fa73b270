"""The rules in force, compiled and cached: one statement asks whether they changed, matching itself asks nothing."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Subquery

from policies.matching import Conditions, LegalRule, Rule, RuleSet, TypeNode, compiled
from policies.models import PolicyHistory, Publication, QueryType
from policies.snapshots import LegalSnapshot
from policies.targets import Target, Targets

NO_RULES = RuleSet(version=0, types={}, by_type={}, tightening=(), legal=(), ladders={})
DEEPEST = 20


@dataclass
class _Kept:
    stamp: tuple[int, int | None] | None = None
    rules: RuleSet = NO_RULES


_kept = _Kept()


def current(now: datetime) -> RuleSet:
    """The rules that hold at that moment; without any publication there are none. One statement, two when new."""
    changed = PolicyHistory.objects.order_by("-id").values("id")[:1]
    published = Publication.objects.filter(from_at__lte=now).order_by("-from_at", "-id")
    stamp = published.annotate(changed=Subquery(changed)).values_list("pk", "changed").first()
    if stamp is None:
        return NO_RULES
    if _kept.stamp != stamp:
        _kept.rules = compile_document(Publication.objects.get(pk=stamp[0]).document, version=stamp[0])
        _kept.stamp = stamp
    return _kept.rules


def forget() -> None:
    """Begin without what was cached: for tests, which take their rows back."""
    _kept.stamp, _kept.rules = None, NO_RULES


def compile_document(document: Mapping[str, Any], *, version: int) -> RuleSet:
    """The rule set of a document as policies.services.publishing writes it, published or not."""
    return compiled(
        [_rule(each) for each in document["rules"]],
        type_nodes(),
        legal=[_legal(each) for each in document["legal"] if each["in_force"]],
        ladders={each["code"]: each["steps"] for each in document.get("ladders", ())},
        version=version,
    )


def type_nodes() -> list[TypeNode]:
    """Every query type with the types above it."""
    rows = QueryType.objects.values_list("pk", "kind", "sector", "code", "parent_id")
    parents = {pk: parent for pk, _kind, _sector, _code, parent in rows}
    return [TypeNode(pk, kind, sector, code, _lineage(pk, parents)) for pk, kind, sector, code, _parent in rows]


def _lineage(pk: int, parents: Mapping[int, int | None]) -> tuple[int, ...]:
    line: list[int] = []
    above: int | None = pk
    while above is not None and above not in line and len(line) < DEEPEST:
        line.append(above)
        above = parents.get(above)
    return tuple(line)


def _rule(stored: Mapping[str, Any]) -> Rule:
    return Rule(
        pk=stored["id"],
        query_type=stored["query_type"],
        conditions=_conditions(stored["conditions"]),
        targets=_targets(stored),
        effect=stored["effect"],
        percent=stored["percent"],
        pauses=tuple(stored["pauses"]),
        ladder=stored["ladder"],
        customer_sees=stored.get("customer_sees", False),
        position=stored["position"],
        name=stored["name"],
    )


def _legal(stored: Mapping[str, Any]) -> LegalRule:
    extension = stored["extension"]
    asks = LegalSnapshot(
        pack=stored["pack"],
        version=stored["version"],
        targets=_targets(stored),
        clock_start=stored["clock_start"],
        pauses=tuple(stored["pauses"]),
        extension=Target(**extension, calendar=stored["calendar"]) if extension else None,
        extension_times=stored["extension_times"],
        extension_reasons=tuple(stored.get("extension_reasons", ())),
        documents_days=stored.get("documents_days", 0),
        converts_to=stored.get("converts_to", ""),
        next_day_after_hours=stored["next_day_after_hours"],
        verified=stored["verified"],
    )
    return LegalRule(asks, _conditions(stored["conditions"]), frozenset(stored["query_types"]))


def _conditions(stored: Mapping[str, Any]) -> Conditions:
    """Lists of allowed values; areas are compared without their case."""
    return {
        name: frozenset(str(each).strip().casefold() if name == "area" else each for each in allowed)
        for name, allowed in stored.items()
    }


def _targets(stored: Mapping[str, Any]) -> Targets:
    calendar = stored["calendar"]
    return {goal: Target(each["amount"], each["unit"], calendar) for goal, each in stored["targets"].items()}
