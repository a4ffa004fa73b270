"""TAT rules as administrators edit them: each change is checked at once, and holds when it is published."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from policies.matching import specificity
from policies.models import Ladder, LegalPack, Publication, QueryType, TatRule
from policies.services import checks, publishing
from policies.services.recording import ensure_administrator, record
from policies.targets import GOALS, ROUND_THE_CLOCK, UNITS
from staff.models import User

CONDITIONS = (
    "kind", "priority", "channel_kind", "channel", "public", "stage", "tier", "high_value", "restricted", "area",
    "sector", "oral", "loss_claimed",
)  # fmt: skip
PAUSING = ("waiting_customer", "waiting_third_party")
MOST_MINUTES, MOST_DAYS = 60 * 24 * 366, 366


@dataclass(frozen=True, slots=True)
class RuleValues:
    """What a rule says; see policies.models.TatRule."""

    query_type: QueryType | None = None
    conditions: dict[str, list[Any]] = field(default_factory=dict)
    effect: str = TatRule.Effect.SETS.value
    percent: int = 100
    targets: dict[str, dict[str, Any]] = field(default_factory=dict)
    calendar: str = ROUND_THE_CLOCK
    pauses: list[str] = field(default_factory=lambda: [PAUSING[0]])
    ladder: Ladder | None = None
    customer_sees: bool = False

    @classmethod
    def of(cls, rule: TatRule) -> "RuleValues":
        return cls(**{name: getattr(rule, name) for name in cls.__dataclass_fields__})


@transaction.atomic
def create(values: RuleValues, *, actor: Actor, now: datetime) -> TatRule:
    """A new rule, behind those of its type. Raises NotAllowed, and Invalid with what is wrong in one sentence."""
    ensure_administrator(actor)
    _check_shape(values)
    last = TatRule.objects.filter(query_type=values.query_type).order_by("-position").first()
    rule = TatRule.objects.create(**_columns(values), position=min(last.position + 10, 30_000) if last else 100)
    _check_rule(rule, now=now)
    record("tat_rule", rule.pk, "created", actor=actor, now=now, after=_plain(rule))
    return rule


@transaction.atomic
def change(rule_id: int, values: RuleValues, *, actor: Actor, now: datetime) -> TatRule:
    """Let a rule say this from the next publication on. Raises TatRule.DoesNotExist, NotAllowed, Invalid."""
    ensure_administrator(actor)
    _check_shape(values)
    rule = TatRule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    before = _plain(rule)
    for name, value in _columns(values).items():
        setattr(rule, name, value)
    rule.save()
    _check_rule(rule, now=now)
    if before != _plain(rule):
        record("tat_rule", rule.pk, "changed", actor=actor, now=now, before=before, after=_plain(rule))
    return rule


@transaction.atomic
def remove(rule_id: int, *, actor: Actor, now: datetime) -> None:
    """Take a rule away; tickets that it was copied onto keep it. Raises TatRule.DoesNotExist, NotAllowed."""
    ensure_administrator(actor)
    rule = TatRule.objects.get(pk=rule_id)
    record("tat_rule", rule.pk, "removed", actor=actor, now=now, before=_plain(rule))
    rule.delete()


@transaction.atomic
def move(rule_id: int, *, up: bool, actor: Actor, now: datetime) -> TatRule:
    """Change places with the rule before or after it, of those that are as specific. At the end nothing happens."""
    ensure_administrator(actor)
    rule = TatRule.objects.select_for_update(of=("self",)).get(pk=rule_id)
    equals = equals_of(rule)
    place = [each.pk for each in equals].index(rule.pk)
    other = place - 1 if up else place + 1
    if not 0 <= other < len(equals):
        return rule
    equals[place], equals[other] = equals[other], equals[place]
    for number, each in enumerate(equals, start=1):
        TatRule.objects.filter(pk=each.pk).update(position=number * 10)
    record("tat_rule", rule.pk, "moved", actor=actor, now=now, after={"before" if up else "after": equals[place].pk})
    rule.refresh_from_db()
    return rule


def equals_of(rule: TatRule) -> list[TatRule]:
    """The rules of its type among which the position decides, in order."""
    same = TatRule.objects.filter(query_type=rule.query_type_id, effect=rule.effect).order_by("position", "pk")
    wanted = _specificity(rule)
    return [each for each in same if _specificity(each) == wanted]


@transaction.atomic
def sign(code: str, *, actor: Actor, now: datetime, note: str) -> LegalPack:
    """An administrator answers for a legal pack: it was checked against the text. Raises Invalid, NotAllowed."""
    ensure_administrator(actor)
    if not note.strip():
        raise Invalid(_("Say what was checked, and against which text."), field="note")
    untouched = not publishing.differences()
    pack = LegalPack.objects.select_for_update(of=("self",)).get(code=code)
    signer = User.objects.filter(pk=actor.id or 0).first()
    pack.verified_at, pack.verified_by, pack.verified_note = now, signer, note.strip()
    pack.save(update_fields=["verified_at", "verified_by", "verified_note"])
    record("legal_pack", code, "signed", actor=actor, now=now, reason=note.strip(), after={"version": pack.version})
    if untouched:
        publishing.publish(actor=actor, now=now, reason=f"{code}: {note.strip()}")
    return pack


@transaction.atomic
def bind(code: str, *, in_force: bool, actor: Actor, now: datetime) -> LegalPack:
    """Say whether the company is bound by a legal pack, from the next publication on."""
    ensure_administrator(actor)
    pack = LegalPack.objects.select_for_update(of=("self",)).get(code=code)
    if pack.in_force != in_force:
        pack.in_force = in_force
        pack.save(update_fields=["in_force"])
        record("legal_pack", code, "bound" if in_force else "released", actor=actor, now=now)
    return pack


@transaction.atomic
def publish(*, actor: Actor, now: datetime, reason: str, from_at: datetime | None = None) -> Publication:
    """Put what was edited in force, as publishing.publish does, where nothing is wrong with it.

    Raises Invalid with the first thing that is, and what publishing.publish raises.
    """
    ensure_administrator(actor)
    for problem in checks.of_draft(now):
        raise Invalid(problem.sentence)
    return publishing.publish(actor=actor, now=now, reason=reason, from_at=from_at)


def _check_rule(rule: TatRule, *, now: datetime) -> None:
    """Raises Invalid with the first thing that is wrong with this rule."""
    for problem in checks.of_draft(now, only=[rule.pk]):
        raise Invalid(problem.sentence, field=problem.field)


def _check_shape(values: RuleValues) -> None:
    """What no rule may say, whatever the others say."""
    if unknown := [name for name in values.conditions if name not in CONDITIONS]:
        sentence = _("There is no condition “%(name)s”; there are: %(names)s.")
        raise Invalid(sentence % {"name": unknown[0], "names": ", ".join(CONDITIONS)}, field="conditions")
    if not all(isinstance(allowed, list) for allowed in values.conditions.values()):
        raise Invalid(_("Each condition is a list of the values that it allows."), field="conditions")
    if unknown := [goal for goal in values.targets if goal not in GOALS]:
        sentence = _("There is no target “%(name)s”; there are: %(names)s.")
        raise Invalid(sentence % {"name": unknown[0], "names": ", ".join(GOALS)}, field="targets")
    if values.effect not in TatRule.Effect.values or not 1 <= values.percent <= 100:
        raise Invalid(_("A share lies between 1 and 100 percent."), field="percent")
    if any(status not in PAUSING for status in values.pauses):
        raise Invalid(_("Only waiting for the customer or a third party can stop a clock."), field="pauses")
    for goal, target in values.targets.items():
        _check_target(goal, target)


def _check_target(goal: str, target: dict[str, Any]) -> None:
    amount, unit = target.get("amount"), target.get("unit")
    if unit not in UNITS or not isinstance(amount, int) or isinstance(amount, bool):
        raise Invalid(_("A target has a whole number and a unit: working, calendar or days."), field=goal)
    if not 1 <= amount <= (MOST_DAYS if unit == "days" else MOST_MINUTES):
        raise Invalid(_("A target is at least one minute or day, and at most a year."), field=goal)


def _specificity(rule: TatRule) -> int:
    return specificity({name: frozenset() for name in rule.conditions})


def _columns(values: RuleValues) -> dict[str, Any]:
    return {name: getattr(values, name) for name in RuleValues.__dataclass_fields__}


def _plain(rule: TatRule) -> dict[str, Any]:
    names = ("conditions", "effect", "percent", "targets", "calendar", "pauses", "position", "customer_sees")
    plain = {name: getattr(rule, name) for name in names}
    return {"query_type": rule.query_type_id, "ladder": rule.ladder.code if rule.ladder else "", **plain}
