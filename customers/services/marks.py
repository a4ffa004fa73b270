"""Stage, tier, value and care set by hand, with a reason and an end date, after which the former values hold again."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import SYSTEM, Actor
from core.errors import Invalid, NotAllowed
from core.history import by
from customers.models import Customer, CustomerHistory

FIELDS = ("stage", "tier", "high_value", "vulnerable")
AT_ONCE = 200


@dataclass(frozen=True, slots=True)
class Marks:
    """What is said of a customer."""

    stage: str = ""
    tier: str = ""
    high_value: bool = False
    vulnerable: bool = False

    @classmethod
    def of(cls, customer: Customer) -> "Marks":
        return cls(**{name: getattr(customer, name) for name in FIELDS})

    def as_json(self) -> dict[str, object]:
        return {name: getattr(self, name) for name in FIELDS}


@transaction.atomic
def mark(customer_id: int, marks: Marks, *, actor: Actor, now: datetime, reason: str, until: datetime) -> Customer:
    """Say this of a customer until a day; what was said before comes back then. New tickets are bound by it.

    Marking again before the end keeps what was there at first. Returns the root, which is what counts for all members.
    Raises NotAllowed where the actor does not lead, Invalid without a reason or a day to come, Customer.DoesNotExist.
    """
    if not actor.leads:
        raise NotAllowed(_("Stage, tier and high value are set by supervisors."))
    if not reason.strip():
        raise Invalid(_("Say why this is set by hand."), field="reason")
    if until <= now:
        raise Invalid(_("Choose a day to come on which this ends."), field="until")
    if marks.stage not in ("", *Customer.Stage.values):
        raise Invalid(_("There is no such stage."), field="stage")
    root = _root(customer_id, actor)
    before = Marks.of(root)
    if root.marked_until is None:
        root.marks_before = before.as_json()
    root.marked_until = until
    _write(root, marks)
    after = {**marks.as_json(), "until": until.isoformat()}
    _record(root, "marked", before, after, actor=actor, now=now, reason=reason.strip())
    return root


@transaction.atomic
def end(customer_id: int, *, actor: Actor, now: datetime, reason: str) -> Customer:
    """Take the marks away before their day. Raises NotAllowed, Invalid where nothing is set by hand."""
    if not actor.leads:
        raise NotAllowed(_("Stage, tier and high value are set by supervisors."))
    root = _root(customer_id, actor)
    if root.marked_until is None:
        raise Invalid(_("Nothing is set by hand here."))
    return _end(root, actor=actor, now=now, reason=reason)


def end_due(*, now: datetime) -> int:
    """Let every mark end whose day has come; returns how many. Two workers share them out."""
    due = Customer.objects.filter(marked_until__lte=now).order_by("marked_until", "pk")
    if not due.exists():
        return 0
    with transaction.atomic():
        rows = list(due.select_for_update(skip_locked=True)[:AT_ONCE])
        for root in rows:
            _end(root, actor=SYSTEM, now=now, reason="")
    return len(rows)


def _root(customer_id: int, actor: Actor) -> Customer:
    found = Customer.objects.visible_to(actor).get(pk=customer_id)
    return Customer.objects.select_for_update(of=("self",)).get(pk=found.root_id or found.pk)


def _end(root: Customer, *, actor: Actor, now: datetime, reason: str) -> Customer:
    before, former = Marks.of(root), Marks(**root.marks_before)
    root.marked_until, root.marks_before = None, {}
    _write(root, former)
    _record(root, "unmarked", before, former.as_json(), actor=actor, now=now, reason=reason)
    return root


def _write(root: Customer, marks: Marks) -> None:
    for name in FIELDS:
        setattr(root, name, getattr(marks, name))
    root.save(update_fields=[*FIELDS, "marked_until", "marks_before"])


def _record(
    root: Customer, change: str, before: Marks, after: dict[str, object], *, actor: Actor, now: datetime, reason: str
) -> None:
    CustomerHistory.objects.create(
        customer=root, at=now, change=change, before=before.as_json(), after=after, reason=reason, **by(actor)
    )
