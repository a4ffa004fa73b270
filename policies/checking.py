"""What is wrong with a set of rules, each in one clear sentence. Pure: everything that is asked is in the Context."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile

from django.utils.translation import gettext as _

from policies.due import due
from policies.hours import Hours
from policies.matching import ORAL, SETS, TIGHTENS, Conditions, LegalRule, Rule, RuleSet, TypeNode
from policies.targets import DAYS, Target
from policies.worktime import NeverOpen

HOURS_OF_A_WEEK = 168
SAMPLE_WEEKS = (0, 5)


@dataclass(frozen=True, slots=True)
class Context:
    """What rules are checked against.

    hours: calendars that exist, by code. domains: every value that a fact can have. channel_kinds: of each channel.
    ladders: code -> why it reaches nobody, empty where it reaches somebody. names: of goals. now: where samples begin.
    """

    now: datetime
    hours: Mapping[str, Hours] = field(default_factory=dict)
    domains: Conditions = field(default_factory=dict)
    channel_kinds: Mapping[int, str] = field(default_factory=dict)
    ladders: Mapping[str, str] = field(default_factory=dict)
    names: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Problem:
    """rule: id of the rule, None for a legal pack. field: what of it is wrong."""

    rule: int | None
    field: str
    sentence: str


def problems(rules: RuleSet, context: Context, *, only: Collection[int] | None = None) -> list[Problem]:
    """All that is wrong, in the order of the rules. only: with these rules, by their ids."""
    several = [*(rule for of_type in rules.by_type.values() for rule in of_type), *rules.tightening]
    several.sort(key=lambda rule: rule.pk)
    asked = [rule for rule in several if only is None or rule.pk in only]
    found = [problem for rule in asked for problem in _of_rule(rule, rules, context)]
    return (
        found
        if only is not None
        else found + [problem for legal in rules.legal for problem in _of_legal(legal, rules, context)]
    )


def _of_rule(rule: Rule, rules: RuleSet, context: Context) -> Iterator[Problem]:
    def problem(name: str, sentence: str) -> Problem:
        return Problem(rule.pk, name, sentence)

    if rule.query_type is not None and rule.query_type not in rules.types:
        yield problem("query_type", _("The type of this rule does not exist."))
        return
    if impossible := _impossible(rule, rules, context):
        yield problem("conditions", impossible)
    elif shadow := _shadow(rule, rules, context):
        sentence = _("This rule can never hold: rule %(number)s comes first wherever it would.")
        yield problem("conditions", sentence % {"number": shadow.pk})
    if rule.effect == TIGHTENS and rule.percent == 100 and not rule.targets:
        yield problem("percent", _("This rule makes nothing shorter: give it a share below 100 percent or a target."))
    if rule.ladder and (nobody := context.ladders.get(rule.ladder, _("This ladder does not exist."))):
        yield problem("ladder", nobody)
    unusable = _unusable_calendar(rule.targets, context)
    if unusable:
        yield problem("calendar", unusable)
        return
    yield from (problem(name, sentence) for name, sentence in _order_of_targets(rule, context))
    if rule.effect == SETS:
        yield from (problem("targets", sentence) for sentence in _longer_than_legal(rule, rules, context))


def _impossible(rule: Rule, rules: RuleSet, context: Context) -> str:
    """Why no ticket can ever be like this, else nothing."""
    for name, allowed in rule.conditions.items():
        if not allowed:
            return _("This rule can never hold: it allows no value of a condition.")
        domain = _domain(name, rule, rules, context)
        if domain and not allowed & domain:
            return _("This rule can never hold: no ticket of this type meets its conditions.")
    kinds = rule.conditions.get("channel_kind", frozenset())
    channels = rule.conditions.get("channel", frozenset())
    of_channels = {context.channel_kinds.get(pk) for pk in channels if isinstance(pk, int)}
    if kinds and channels and not kinds & of_channels:
        return _("This rule can never hold: its channel is not of the kind that it asks for.")
    spoken = rule.conditions.get("oral", frozenset())
    if kinds and spoken and not any((kind in ORAL) in spoken for kind in kinds):
        return _("This rule can never hold: its channel is not of the kind that it asks for.")
    return ""


def _domain(name: str, rule: Rule, rules: RuleSet, context: Context) -> frozenset[object]:
    """Every value that a fact can have on tickets for which the rule is made; empty where it can be anything."""
    if name in ("kind", "sector") and rule.query_type is not None:
        return frozenset(getattr(node, name) for node in _below(rule.query_type, rules))
    return context.domains.get(name, frozenset())


def _below(query_type: int | None, rules: RuleSet) -> list[TypeNode]:
    """The type and all below it; every type for None."""
    return [node for node in rules.types.values() if query_type is None or query_type in node.lineage]


def _shadow(rule: Rule, rules: RuleSet, context: Context) -> Rule | None:
    """A rule of the same type that comes first and holds wherever this one does."""
    if rule.effect != SETS:
        return None
    for other in rules.by_type[rule.query_type]:
        if other.order >= rule.order:
            return None
        if all(
            allowed >= (rule.conditions.get(name) or _domain(name, rule, rules, context) or _ANY)
            for name, allowed in other.conditions.items()
        ):
            return other
    return None


_ANY: frozenset[object] = frozenset([object()])  # a value that no condition allows


def _unusable_calendar(targets: Mapping[str, Target], context: Context) -> str:
    for target in targets.values():
        hours = context.hours.get(target.calendar)
        if hours is None:
            return _("There is no calendar “%(code)s”.") % {"code": target.calendar}
        try:
            due(Target(1, calendar=target.calendar), context.now, hours)
        except NeverOpen:
            return _("The calendar “%(code)s” has no hours, so nothing would ever be due.") % {"code": target.calendar}
    return ""


def _order_of_targets(rule: Rule, context: Context) -> Iterator[tuple[str, str]]:
    first, whole = rule.targets.get("first_response"), rule.targets.get("resolution")
    if first and whole and _is_longer(first, whole, context):
        yield "resolution", _("The resolution would be due before the first answer.")


def _longer_than_legal(rule: Rule, rules: RuleSet, context: Context) -> Iterator[str]:
    """One sentence for each legal pack whose limit this rule would pass."""
    for legal in rules.legal:
        if not _may_meet(legal, rule, rules):
            continue
        for goal, limit in legal.asks.targets.items():
            own = rule.targets.get(goal)
            if own and limit.calendar in context.hours and _is_longer(own, limit, context):
                words = {"goal": context.names.get(goal, goal), "pack": legal.asks.pack}
                yield _("“%(goal)s” takes longer than %(pack)s allows.") % words


def _may_meet(legal: LegalRule, rule: Rule, rules: RuleSet) -> bool:
    """Some ticket can fall under both."""
    shared = [name for name in legal.conditions if name in rule.conditions]
    if not all(legal.conditions[name] & rule.conditions[name] for name in shared):
        return False
    return any(
        (not legal.query_types or node.code in legal.query_types)
        and all(getattr(node, name) in legal.conditions.get(name, {getattr(node, name)}) for name in ("kind", "sector"))
        for node in _below(rule.query_type, rules)
        if not _is_before(legal, node, rule, rules)
    )


def _is_before(legal: LegalRule, node: TypeNode, rule: Rule, rules: RuleSet) -> bool:
    """Another rule wins for every ticket of the type that falls under the legal pack, so this one never meets it."""
    nearer = takewhile(lambda pk: pk != rule.query_type, node.lineage)
    earlier = [other for pk in nearer for other in rules.by_type.get(pk, ())]
    earlier += takewhile(lambda other: other.pk != rule.pk, rules.by_type[rule.query_type])
    return any(
        all(allowed >= legal.conditions.get(name, _ANY) for name, allowed in other.conditions.items())
        for other in earlier
    )


def _is_longer(own: Target, limit: Target, context: Context) -> bool:
    """Whether `own` runs out later for most hours of a week; of two weeks, since one may have holidays."""
    if (own.unit, own.calendar) == (limit.unit, limit.calendar):
        return own.amount > limit.amount
    weeks = [context.now + timedelta(weeks=number) for number in SAMPLE_WEEKS]
    return all(2 * _later_starts(own, limit, week, context) > HOURS_OF_A_WEEK for week in weeks)


def _later_starts(own: Target, limit: Target, week: datetime, context: Context) -> int:
    """For how many hours of the week `own` is due later; a limit in days is kept by anything on its last day."""
    mine, theirs = context.hours[own.calendar], context.hours[limit.calendar]
    count = 0
    for start in (week + timedelta(hours=number) for number in range(HOURS_OF_A_WEEK)):
        ours, latest = due(own, start, mine), due(limit, start, theirs)
        same_day = limit.unit == DAYS and theirs.local(ours).date() == theirs.local(latest).date()
        count += ours > latest and not same_day
    return count


def _of_legal(legal: LegalRule, rules: RuleSet, context: Context) -> Iterator[Problem]:
    if unusable := _unusable_calendar(legal.asks.targets, context):
        yield Problem(None, "calendar", f"{legal.asks.pack}: {unusable}")
    known = {node.code for node in rules.types.values()}
    if legal.query_types and not legal.query_types & known:
        sentence = _("%(pack)s is made for types that do not exist here: %(codes)s.")
        words = {"pack": legal.asks.pack, "codes": ", ".join(sorted(legal.query_types))}
        yield Problem(None, "query_types", sentence % words)
