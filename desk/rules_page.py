"""The rules as the desk shows them: the tree of types, the rules of one type in the order in which they win."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from django.db.models import BooleanField, Case, Count, ExpressionWrapper, Q, When
from django.utils.translation import gettext as _

from core.actor import Actor
from desk import rule_words
from desk.ladder_words import team_names, whole
from policies.checking import Problem
from policies.matching import RuleSet, TicketFacts, match
from policies.models import Channel, LegalPack, QueryType, TatRule
from policies.rules import compile_document, current
from policies.services import publishing
from policies.targets import GOALS
from tickets.models import Ticket

MOST_GROUPS = 5000
GENERAL = "-"


@dataclass(frozen=True, slots=True)
class Branch:
    """The types of one sector, each with how deep it stands."""

    name: str
    types: list[tuple[QueryType, int]]


@dataclass(frozen=True, slots=True)
class RuleLine:
    rule: TatRule
    for_whom: str
    durations: list[str]
    problems: list[str]
    first: bool
    last: bool


@dataclass(frozen=True, slots=True)
class Effect:
    """What publishing would do to tickets that are open now, were they new. Open ones keep their rules in any case."""

    open: int
    other_rule: int
    shorter: int
    longer: int


def tree() -> list[Branch]:
    """All types that can be chosen, by sector, each below its parent."""
    types = list(QueryType.objects.in_use().annotate(rule_count=Count("rules")).order_by("sector", "position", "slug"))
    names = dict(QueryType.Sector.choices)
    return [
        Branch(str(names.get(sector, sector)), list(_nested(list(several))))
        for sector, several in groupby(types, key=lambda each: each.sector)
    ]


def _nested(types: list[QueryType], parent: int | None = None, depth: int = 0) -> Iterable[tuple[QueryType, int]]:
    here = {each.pk for each in types}
    for each in types:
        top = each.parent_id if each.parent_id in here else None
        if top == parent:
            yield each, depth
            yield from _nested(types, each.pk, depth + 1)


def lines(rules: list[TatRule], problems: list[Problem]) -> list[RuleLine]:
    """The rules of one type in the order in which they are tried."""
    rules = sorted(rules, key=lambda rule: (rule.effect, -len(rule.conditions), rule.position, rule.pk))
    channels = dict(Channel.objects.values_list("pk", "name"))
    shown = []
    for number, rule in enumerate(rules):
        before = number > 0 and _equal(rules[number - 1], rule)
        after = number + 1 < len(rules) and _equal(rules[number + 1], rule)
        wrong = [problem.sentence for problem in problems if problem.rule == rule.pk]
        whom, cells = rule_words.for_whom(rule.conditions, channels), rule_words.cells(vars(rule))
        shown.append(RuleLine(rule, whom, cells, wrong, first=not before, last=not after))
    return shown


def _equal(one: TatRule, other: TatRule) -> bool:
    return (one.effect, len(one.conditions)) == (other.effect, len(other.conditions))


def legal_lines() -> list[LegalPack]:
    return list(LegalPack.objects.select_related("verified_by"))


def changed_lines(differences: Iterable[publishing.Difference]) -> list[dict[str, Any]]:
    """What a publication changes, in words."""
    found = list(differences)
    names, teams = _type_names(found), team_names()
    return [
        {
            "title": _title(each, names),
            "what": _("new") if each.before is None else _("gone") if each.after is None else _("changed"),
            "before": _said(each.before, each, teams),
            "after": _said(each.after, each, teams),
        }
        for each in found
    ]


def _type_names(differences: Iterable[publishing.Difference]) -> dict[int, str]:
    said = [each.after or each.before or {} for each in differences]
    ids = [pk for each in said if (pk := each.get("query_type"))]
    return {each.pk: each.name_in(rule_words.spoken()) for each in QueryType.objects.filter(pk__in=ids)}


def _title(difference: publishing.Difference, names: dict[int, str]) -> str:
    said = difference.after or difference.before or {}
    if difference.kind == publishing.LEGAL:
        return str(said["pack"])
    if difference.kind == publishing.LADDERS:
        return _("Ladder %(code)s") % {"code": said["code"]}
    about = names.get(said["query_type"], _("Every type"))
    return f"{about}: {rule_words.for_whom(said['conditions'], {})}"


def _said(values: dict[str, Any] | None, difference: publishing.Difference, teams: dict[int, str]) -> str:
    """The targets or the steps in words, or the names of whatever else differs."""
    if values is None:
        return ""
    if difference.kind == publishing.LADDERS:
        return whole(values["steps"], teams)
    fields = difference.fields
    if not fields or {"targets", "percent", "calendar"} & set(fields):
        return ", ".join(rule_words.cells(values))
    return ", ".join(f"{name}: {values.get(name)}" for name in fields if name != "name")


def effect(actor: Actor, now: datetime) -> Effect:
    """Tickets that are open now, matched again by the rules as they are edited: one statement, however many."""
    old, new = current(now), compile_document(publishing.document(), version=0)
    counted = [0, 0, 0, 0]
    for facts, count in _open_tickets(actor):
        counted[0] += count
        for place, changed in enumerate(_changes(facts, old, new), start=1):
            counted[place] += count if changed else 0
    return Effect(*counted)


def _changes(facts: TicketFacts, old: RuleSet, new: RuleSet) -> tuple[bool, bool, bool]:
    """Whether another rule would hold, and whether some clock would be shorter or longer."""
    before, after = match(facts, old), match(facts, new)
    in_both = [goal for goal in GOALS if goal in before.targets and goal in after.targets]
    differences = [after.targets[goal].minutes - before.targets[goal].minutes for goal in in_both]
    return before.rule != after.rule, any(each < 0 for each in differences), any(each > 0 for each in differences)


def _open_tickets(actor: Actor) -> list[tuple[TicketFacts, int]]:
    """Open tickets by what rules look at, as far as there are not too many kinds of them."""
    loss, public, written = (
        ExpressionWrapper(Q(**{f"{name}__isnull": False}), output_field=BooleanField())
        for name in ("loss_amount", "reach", "written_at")
    )
    where = Case(When(area="", then="customer__root__area"), default="area")
    columns = (
        "query_type_id", "priority", "channel__kind", "channel_id", "customer__root__stage", "customer__root__tier",
        "customer__root__high_value", "team__restricted", "where", "loss", "in_public", "in_writing",
    )  # fmt: skip
    open_now = Ticket.objects.visible_to(actor).open().order_by()
    rows = open_now.annotate(loss=loss, in_public=public, in_writing=written, where=where).values_list(*columns)
    grouped = rows.annotate(count=Count("pk"))[:MOST_GROUPS]
    return [
        (
            TicketFacts(
                query_type=row[0],
                priority=row[1],
                channel_kind=row[2],
                channel=row[3],
                stage=row[4] or "",
                tier=row[5] or "",
                high_value=bool(row[6]),
                restricted=bool(row[7]),
                area=row[8],
                loss_claimed=bool(row[9]),
                public=bool(row[10]),
                written=bool(row[11]),
            ),
            row[12],
        )
        for row in grouped
    ]
