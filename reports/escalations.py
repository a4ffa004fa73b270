"""The stream of escalations: the latest of a scope, and how many of them wait for an answer."""

from dataclasses import dataclass
from datetime import datetime

from reports.scope import Scope
from tickets.models import Escalation
from tickets.models.escalation import EscalationQuerySet

SHOWN = 20


@dataclass(frozen=True, slots=True)
class Raised:
    """One escalation. waits: for an answer, which all who lead may give. answered_by: who gave it, if anybody."""

    pk: int
    reference: str
    subject: str
    cause: str
    state: str
    level: int
    at: datetime
    waits: bool
    answered_by: str
    answered_at: datetime | None


def latest(scope: Scope) -> list[Raised]:
    """One statement: the newest first."""
    columns = ("pk", "ticket__reference", "ticket__subject", "cause", "state", "level", "at")
    answer = ("answered_by__name", "answered_at")
    rows = _within(scope).order_by("-at", "-id").values_list(*columns, *answer)[:SHOWN]
    return [
        Raised(
            pk=pk,
            reference=reference,
            subject=subject,
            cause=cause,
            state=state,
            level=level,
            at=at,
            waits=state == Escalation.State.ASKED,
            answered_by=answered_by or "",
            answered_at=answered_at,
        )
        for pk, reference, subject, cause, state, level, at, answered_by, answered_at in rows
    ]


def waiting(scope: Scope) -> int:
    """The open tickets on which somebody is asked to answer."""
    asked = _within(scope).unanswered()
    return scope.tickets().open().filter(pk__in=asked.values("ticket_id")).count()


def _within(scope: Scope) -> EscalationQuerySet:
    return Escalation.objects.filter(scope.narrowed("ticket__"))
