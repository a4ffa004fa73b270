"""What of a ticket's escalations its page shows: the latest that waits for an answer."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Value

from core.actor import Actor
from core.first_row import FirstRow, moment
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


def escalation_column(actor: Actor) -> FirstRow:
    """For the statement that reads the ticket, as its `escalation`; one that the reader may answer comes first."""
    told = Escalation.told.through.objects.filter(escalation=OuterRef("pk"), user_id=actor.id or 0)
    waiting = Escalation.objects.unanswered().filter(ticket=OuterRef("pk"))
    asked = waiting.annotate(mine=Value(value=True) if actor.leads else Exists(told)).order_by("-mine", "-id")
    return FirstRow(asked, **COLUMNS)


def open_escalation(ticket: Ticket) -> OpenEscalation | None:
    """Of a ticket read with this column; nothing on one that is settled."""
    found = getattr(ticket, "escalation", None)
    if found is None or not ticket.is_open:
        return None
    return OpenEscalation(
        pk=found["id"],
        cause=str(Escalation.Cause(found["cause"]).label),
        by_hand=found["cause"] == Escalation.Cause.BY_HAND,
        asked_by=found["by"] or "",
        reason=found["reason"],
        until=moment(found["until"]),
        told=bool(found["told"]),
    )
