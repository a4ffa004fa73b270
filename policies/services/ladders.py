"""Ladders as administrators edit them, step by step: checked at once, in force when they are published."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from policies.models import Ladder, LadderStep
from policies.services.checks import reaches_nobody
from policies.services.recording import ensure_administrator, record
from staff.models import Team

LATEST_PERCENT, MOST_MINUTES, LONGEST_WAIT = 1000, 60 * 24 * 366, 60 * 24 * 7
MOST_STEPS = 20


@dataclass(frozen=True, slots=True)
class StepValues:
    """What a step says; see policies.models.LadderStep."""

    at_percent: int | None = None
    after_minutes: int | None = None
    level: int = LadderStep.Level.OWNER.value
    team: Team | None = None
    actions: list[str] = field(default_factory=list)
    deputies: bool = True
    ask_minutes: int = 30
    note_id: str = ""
    note_en: str = ""

    @classmethod
    def of(cls, step: LadderStep) -> "StepValues":
        return cls(**{name: getattr(step, name) for name in cls.__dataclass_fields__})


@transaction.atomic
def create(code: str, *, name_id: str, name_en: str, actor: Actor, now: datetime) -> Ladder:
    """A ladder without steps; it tells nobody until it has some. Raises NotAllowed, Invalid."""
    ensure_administrator(actor)
    if not name_id.strip() or not name_en.strip():
        raise Invalid(_("A ladder needs a name in both languages."), field="name_en" if name_id.strip() else "name_id")
    if Ladder.objects.filter(code__iexact=code).exists():
        raise Invalid(_("There is a ladder with this code already."), field="code")
    ladder = Ladder.objects.create(code=code, name_id=name_id.strip(), name_en=name_en.strip())
    record("ladder", code, "created", actor=actor, now=now, after={"name_id": name_id, "name_en": name_en})
    return ladder


@transaction.atomic
def add(code: str, values: StepValues, *, actor: Actor, now: datetime) -> LadderStep:
    """A step behind those that are there. Raises Ladder.DoesNotExist, NotAllowed, and Invalid with what is wrong."""
    ladder = _hold(code, actor=actor)
    if ladder.steps.count() >= MOST_STEPS:
        raise Invalid(_("A ladder has at most %(most)d steps.") % {"most": MOST_STEPS})
    last = ladder.steps.aggregate(last=Max("position"))["last"] or 0
    ladder.last_number += 1
    ladder.save(update_fields=["last_number"])
    step = LadderStep(ladder=ladder, position=last + 1, number=ladder.last_number)
    _write(step, values)
    return _kept(ladder, step, "step_added", actor=actor, now=now)


@transaction.atomic
def change(code: str, position: int, values: StepValues, *, actor: Actor, now: datetime) -> LadderStep:
    """Let a step say this. Raises as add does, and LadderStep.DoesNotExist."""
    ladder = _hold(code, actor=actor)
    step = ladder.steps.get(position=position)
    before = plain(step)
    _write(step, values)
    return _kept(ladder, step, "step_changed", actor=actor, now=now, before=before)


@transaction.atomic
def remove(code: str, position: int, *, actor: Actor, now: datetime) -> None:
    """Take a step away. Raises Invalid where the ladder would tell nobody any more, LadderStep.DoesNotExist."""
    ladder = _hold(code, actor=actor)
    step = ladder.steps.get(position=position)
    before = plain(step)
    step.delete()
    _ensure_heard(ladder)
    record("ladder", code, "step_removed", actor=actor, now=now, before=before)


@transaction.atomic
def move(code: str, position: int, *, up: bool, actor: Actor, now: datetime) -> None:
    """Change places with the step before or after it; at the end nothing happens. Raises LadderStep.DoesNotExist."""
    ladder = _hold(code, actor=actor)
    step = ladder.steps.get(position=position)
    others = ladder.steps.filter(position__lt=position) if up else ladder.steps.filter(position__gt=position)
    other = others.order_by("-position" if up else "position").first()
    if other is None:
        return
    place = other.position
    for each, now_at in ((step, 0), (other, position), (step, place)):  # two never stand in one place
        each.position = now_at
        each.save(update_fields=["position"])
    record("ladder", code, "step_moved", actor=actor, now=now, before={"at": position}, after={"at": place})


def _hold(code: str, *, actor: Actor) -> Ladder:
    ensure_administrator(actor)
    return Ladder.objects.select_for_update().get(code=code)


def _write(step: LadderStep, values: StepValues) -> None:
    _check(values)
    for name in StepValues.__dataclass_fields__:
        setattr(step, name, getattr(values, name))
    step.save()


def _kept(
    ladder: Ladder,
    step: LadderStep,
    change: str,
    *,
    actor: Actor,
    now: datetime,
    before: dict[str, Any] | None = None,
) -> LadderStep:
    _ensure_heard(ladder)
    record("ladder", ladder.code, change, actor=actor, now=now, before=before, after=plain(step))
    return step


def _ensure_heard(ladder: Ladder) -> None:
    """Raises Invalid where somebody would not be told of a late ticket."""
    if nobody := reaches_nobody(ladder):
        raise Invalid(nobody)


def _check(values: StepValues) -> None:
    if (values.at_percent is None) == (values.after_minutes is None):
        sentence = _("Say when: at a share of the time, or so many minutes after the clock began; one of them.")
        raise Invalid(sentence, field="at_percent")
    if not 0 <= (values.at_percent or 0) <= LATEST_PERCENT:
        raise Invalid(_("A share lies between 0 and 1,000 percent of the time."), field="at_percent")
    if not 0 <= (values.after_minutes or 0) <= MOST_MINUTES:
        raise Invalid(_("A step comes within a year."), field="after_minutes")
    if values.level not in LadderStep.Level.values:
        raise Invalid(_("Choose who is told."), field="level")
    if not values.actions or any(each not in LadderStep.Action.values for each in values.actions):
        raise Invalid(_("Say what is done at this step."), field="actions")
    if not 1 <= values.ask_minutes <= LONGEST_WAIT:
        raise Invalid(_("An answer is waited for between one minute and a week."), field="ask_minutes")


def plain(step: LadderStep) -> dict[str, Any]:
    """A step as the history keeps it."""
    values = {name: getattr(step, name) for name in StepValues.__dataclass_fields__ if name != "team"}
    return {**values, "number": step.number, "position": step.position, "team": step.team_id}
