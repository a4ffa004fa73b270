"""Putting rules in force: what is edited holds only once it is published, by whom and why is kept for good."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from core.history import by
from policies.models import Ladder, LadderStep, LegalPack, Publication, TatRule
from policies.services.recording import ensure_administrator, record

Document = dict[str, list[dict[str, Any]]]
RULES, LEGAL, LADDERS = "rules", "legal", "ladders"
KEYS = {RULES: "id", LEGAL: "pack", LADDERS: "code"}
STEP = (
    "number", "position", "at_percent", "after_minutes", "level", "actions", "deputies", "ask_minutes", "note_id",
    "note_en",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Difference:
    """One rule, legal pack or ladder that is not the same in two versions; None where it is not there."""

    kind: str
    key: str
    before: dict[str, Any] | None
    after: dict[str, Any] | None

    @property
    def fields(self) -> list[str]:
        """The names of what differs, where it is in both."""
        before, after = self.before or {}, self.after or {}
        return [name for name in {**before, **after} if before.get(name) != after.get(name)]


def document() -> Document:
    """The rules as they stand now, edited and not yet in force, in plain values."""
    rules = TatRule.objects.select_related("query_type", "ladder").order_by("pk")
    ladders = Ladder.objects.prefetch_related("steps")
    return {
        RULES: [_rule(each) for each in rules],
        LEGAL: [_legal(each) for each in LegalPack.objects.all()],
        LADDERS: [_ladder(each) for each in ladders],
    }


def in_force(now: datetime) -> Publication | None:
    """What holds at that moment."""
    return Publication.objects.filter(from_at__lte=now).order_by("-from_at", "-id").first()


def latest() -> Publication | None:
    """What was published last, whether its day has come or not."""
    return Publication.objects.order_by("-id").first()


def differences() -> list[Difference]:
    """What was edited since the last publication."""
    last = latest()
    return compare(last.document if last else {}, document())


def compare(old: Document, new: Document) -> list[Difference]:
    """What differs between two versions."""
    found: list[Difference] = []
    for kind, key in KEYS.items():
        before = {str(each[key]): each for each in old.get(kind, ())}
        after = {str(each[key]): each for each in new.get(kind, ())}
        changed = [name for name in {**before, **after} if before.get(name) != after.get(name)]
        found += [Difference(kind, name, before.get(name), after.get(name)) for name in changed]
    return found


@transaction.atomic
def publish(*, actor: Actor, now: datetime, reason: str, from_at: datetime | None = None) -> Publication:
    """Put what was edited in force, at once or from a later day on. Open tickets keep the rules they have.

    Raises NotAllowed, and Invalid where there is no reason, nothing was edited, or the day lies in the past.
    """
    ensure_administrator(actor)
    if not reason.strip():
        raise Invalid(_("Say why the rules change."), field="reason")
    if from_at and from_at < now:
        raise Invalid(_("Rules cannot hold from a day in the past."), field="from_at")
    changed = differences()
    if not changed:
        raise Invalid(_("Nothing was edited since the last publication."))
    made = Publication.objects.create(
        at=now, from_at=from_at or now, reason=reason.strip(), document=document(), **by(actor)
    )
    after = {"changed": [[each.kind, each.key] for each in changed], "from_at": made.from_at.isoformat()}
    record("publication", made.pk, "published", actor=actor, now=now, after=after, reason=reason.strip())
    return made


def history(limit: int = 50) -> Sequence[Publication]:
    """The last publications, the newest first."""
    return list(Publication.objects.order_by("-id")[:limit])


def _rule(rule: TatRule) -> dict[str, Any]:
    about = (rule.query_type.code or rule.query_type.slug) if rule.query_type else "*"
    return {
        "id": rule.pk,
        "name": " + ".join([about, *sorted(rule.conditions)]),
        "query_type": rule.query_type_id,
        "conditions": rule.conditions,
        "effect": rule.effect,
        "percent": rule.percent,
        "targets": rule.targets,
        "calendar": rule.calendar,
        "pauses": rule.pauses,
        "ladder": rule.ladder.code if rule.ladder else "",
        "customer_sees": rule.customer_sees,
        "position": rule.position,
    }


def _legal(pack: LegalPack) -> dict[str, Any]:
    names = (
        "version", "conditions", "query_types", "targets", "calendar", "clock_start", "pauses", "extension",
        "extension_times", "extension_reasons", "documents_days", "converts_to", "next_day_after_hours", "in_force",
    )  # fmt: skip
    return {
        "pack": pack.code,
        **{name: getattr(pack, name) for name in names},
        "verified": pack.verified_at is not None,
    }


def _ladder(ladder: Ladder) -> dict[str, Any]:
    names = ("code", "name_id", "name_en")
    steps = sorted(ladder.steps.all(), key=lambda step: step.position)
    return {**{name: getattr(ladder, name) for name in names}, "steps": [_step(each) for each in steps]}


def _step(step: LadderStep) -> dict[str, Any]:
    return {**{name: getattr(step, name) for name in STEP}, "team": step.team_id}
