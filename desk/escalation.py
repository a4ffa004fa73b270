"""What of a ticket's escalations its page shows: the latest that waits for an answer."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Subquery, Value

from core.actor import Actor
from tickets.models import Escalation, Ticket

COLUMNS = {
    "id": "pk",
    "cause": "cause",
    "by": "asked_by__name",
    "reason": "reason",
    "until": "answer_due_at",
    "told": "mine",
}


@dataclass(frozen=True, slots=True)
class OpenEscalation:
    """told: whether the reader may answer it. reason: what an agent said who asked for help."""

    pk: int
    cause: str
    by_hand: bool
    asked_by: str
    reason: str
    until: datetime | None
    told: bool


def escalation_columns(actor: Actor) -> dict[str, Subquery]:
    """For the statement that reads the ticket; one that the reader may answer comes first."""
    told = Escalation.told.through.objects.filter(escalation=OuterRef("pk"), user_id=actor.id or 0)
    waiting = Escalation.objects.unanswered().filter(ticket=OuterRef("pk"))
    asked = waiting.annotate(mine=Value(value=True) if actor.leads else Exists(told)).order_by("-mine", "-id")
    return {f"escalation_{name}": Subquery(asked.values(column)[:1]) for name, column in COLUMNS.items()}


def open_escalation(ticket: Ticket) -> OpenEscalation | None:
    """Of a ticket read with these columns; nothing on one that is settled."""
    extra: Any = ticket
    if extra.escalation_id is None or not ticket.is_open:
        return None
    return OpenEscalation(
        pk=extra.escalation_id,
        cause=str(Escalation.Cause(extra.escalation_cause).label),
        by_hand=extra.escalation_cause == Escalation.Cause.BY_HAND,
        asked_by=extra.escalation_by or "",
        reason=extra.escalation_reason,
        until=extra.escalation_until,
        told=bool(extra.escalation_told),
    )
