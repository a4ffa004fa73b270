"""Which TAT rule holds for a ticket: a pure function of the ticket's facts and the rules in force.

The order in which rules win is written in docs/rules.md, "Which rule wins". Nothing here knows Django or a clock.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from policies.snapshots import LegalSnapshot, RuleSnapshot
from policies.targets import Targets

SETS, TIGHTENS = "sets", "tightens"
ORAL = ("phone", "counter")


@dataclass(frozen=True, slots=True)
class TicketFacts:
    """What rules may look at, built by whoever has the ticket.

    query_type, channel: ids. public: said where everybody can read it. stage, tier, high_value: the customer's.
    restricted: its team is. area: of the service. loss_claimed: money is claimed. written: said aloud, goes on so.
    """

    query_type: int
    priority: str = "normal"
    channel_kind: str = ""
    channel: int | None = None
    public: bool = False
    stage: str = ""
    tier: str = ""
    high_value: bool = False
    restricted: bool = False
    area: str = ""
    loss_claimed: bool = False
    written: bool = False


@dataclass(frozen=True, slots=True)
class TypeNode:
    """A query type as rules see it. lineage: its own id, its parent's, its grandparent's."""

    pk: int
    kind: str
    sector: str = ""
    code: str = ""
    lineage: tuple[int, ...] = ()


Conditions = Mapping[str, frozenset[object]]
Ladders = Mapping[str, list[dict[str, Any]]]
NO_LADDERS: Ladders = {}


@dataclass(frozen=True, slots=True)
class Rule:
    """A TAT rule. query_type: holds for this type and all below it; None for any.

    conditions: name of a fact -> its allowed values; all must hold. effect: SETS the targets, or TIGHTENS those of the
    rule that won, to percent of them and to its own targets where these are shorter.
    """

    pk: int
    query_type: int | None = None
    conditions: Conditions = field(default_factory=dict)
    targets: Targets = field(default_factory=dict)
    effect: str = SETS
    percent: int = 100
    pauses: tuple[str, ...] = ()
    ladder: str = ""
    customer_sees: bool = False
    position: int = 100
    name: str = ""

    @property
    def order(self) -> tuple[int, int, int]:
        """Among rules of the same type the smallest comes first: more conditions, then position, then age."""
        return -specificity(self.conditions), self.position, self.pk


@dataclass(frozen=True, slots=True)
class LegalRule:
    """A legal pack in force. query_types: codes it is limited to, empty for any; conditions as in Rule."""

    asks: LegalSnapshot
    conditions: Conditions = field(default_factory=dict)
    query_types: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class RuleSet:
    """All rules of one publication, ready to match. Made by compiled(); by_type and tightening are in winning order.

    ladders: code -> its steps in their order, as plain values.
    """

    version: int
    types: Mapping[int, TypeNode]
    by_type: Mapping[int | None, tuple[Rule, ...]]
    tightening: tuple[Rule, ...]
    legal: tuple[LegalRule, ...]
    ladders: Ladders


def compiled(
    rules: Iterable[Rule],
    types: Iterable[TypeNode],
    *,
    legal: Iterable[LegalRule] = (),
    ladders: Ladders = NO_LADDERS,
    version: int = 0,
) -> RuleSet:
    """The rules sorted once, so that a ticket tries few of them. The order of what is given does not matter."""
    ordered = sorted(rules, key=lambda rule: rule.order)
    setting: dict[int | None, list[Rule]] = {}
    for rule in ordered:
        if rule.effect == SETS:
            setting.setdefault(rule.query_type, []).append(rule)
    return RuleSet(
        version=version,
        types={node.pk: node for node in types},
        by_type={query_type: tuple(several) for query_type, several in setting.items()},
        tightening=tuple(rule for rule in ordered if rule.effect == TIGHTENS),
        legal=tuple(sorted(legal, key=lambda each: each.asks.pack)),
        ladders=ladders,
    )


def match(facts: TicketFacts, rules: RuleSet) -> RuleSnapshot:
    """What holds for a ticket: the most specific rule, made shorter where rules tighten it, and every legal pack; for a
    spoken complaint that goes on in writing, those that held while it was spoken too.
    """
    node = rules.types.get(facts.query_type) or TypeNode(facts.query_type, "", lineage=(facts.query_type,))
    said = [facts, replace(facts, written=False)] if facts.written else [facts]
    legal = tuple(each.asks for each in rules.legal if any(_legal_holds(each, form, node) for form in said))
    winner = next(candidates(facts, rules), None)
    if winner is None:
        return RuleSnapshot(rule=None, version=rules.version, legal=legal)
    tightening = [rule for rule in rules.tightening if _under(rule, node) and holds(rule.conditions, facts, node)]
    targets = _tightened(winner.targets, tightening)
    return RuleSnapshot(
        rule=winner.pk,
        version=rules.version,
        name=winner.name,
        targets=targets,
        pauses=winner.pauses,
        ladder=winner.ladder,
        customer_sees=winner.customer_sees,
        tightened_by=tuple(rule.pk for rule in tightening if _tightened(winner.targets, [rule]) != winner.targets),
        legal=legal,
    )


def candidates(facts: TicketFacts, rules: RuleSet) -> Iterator[Rule]:
    """Every rule that holds for the ticket and sets targets, the winning one first."""
    node = rules.types.get(facts.query_type) or TypeNode(facts.query_type, "", lineage=(facts.query_type,))
    for query_type in (*node.lineage, None):
        for rule in rules.by_type.get(query_type, ()):
            if holds(rule.conditions, facts, node):
                yield rule


def specificity(conditions: Conditions) -> int:
    """How many things are asked for; one channel says more than a kind of channels, so it counts twice."""
    return len(conditions) + ("channel" in conditions)


def holds(conditions: Conditions, facts: TicketFacts, node: TypeNode) -> bool:
    return all(_value(name, facts, node) in allowed for name, allowed in conditions.items())


def _value(name: str, facts: TicketFacts, node: TypeNode) -> object:
    if name in ("kind", "sector"):
        return getattr(node, name)
    if name == "oral":
        return facts.channel_kind in ORAL and not facts.written
    if name == "area":
        return facts.area.strip().casefold()
    return getattr(facts, name)


def _under(rule: Rule, node: TypeNode) -> bool:
    return rule.query_type is None or rule.query_type in node.lineage


def _legal_holds(legal: LegalRule, facts: TicketFacts, node: TypeNode) -> bool:
    return (not legal.query_types or node.code in legal.query_types) and holds(legal.conditions, facts, node)


def _tightened(targets: Targets, by: Iterable[Rule]) -> Targets:
    """The shortest of each target: the smallest share first, then whatever is shorter in itself."""
    several = list(by)
    percent = min((rule.percent for rule in several), default=100)
    shorter = {goal: target.share(percent) if percent < 100 else target for goal, target in targets.items()}
    for rule in several:
        for goal, target in rule.targets.items():
            known = shorter.get(goal)
            if known is None or target.minutes < known.minutes:
                shorter[goal] = target
    return shorter
