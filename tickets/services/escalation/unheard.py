"""Escalations that nobody answered in time: each goes one level up, once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from core import bulk
from core.actor import SYSTEM
from policies.models import LadderStep
from tickets.models import Escalation
from tickets.services.escalation import escalations
from tickets.services.escalation.escalations import Call
from tickets.services.escalation.superiors import Superiors

State, Cause = Escalation.State, Escalation.Cause
SAVED = ["state", "answer_due_at", "failure"]
TOP = LadderStep.Level.DIRECTOR


def pass_up(rows: Sequence[Escalation], /, *, now: datetime) -> None:
    """Ask the next level that holds somebody new; where there is none, it keeps waiting for those who were asked.

    The tickets are locked. Runs in the caller's transaction.
    """
    told = _told(rows)
    superiors = Superiors([row.ticket for row in rows])
    calls = []
    for row in rows:
        call = _next(row, superiors, told, now=now)
        row.answer_due_at = None
        if not row.ticket.is_open:
            row.state = State.OVER
        elif call.people:
            row.state = State.PASSED_UP
            calls.append(call)
    bulk.update(rows, SAVED)
    escalations.raise_all(calls, actor=SYSTEM, now=now)


def give_up(row: Escalation, /, *, reason: str, now: datetime) -> None:  # noqa: ARG001 (as every GiveUp)
    """It could not be passed up: it keeps waiting for those who were asked, and says why."""
    row.answer_due_at, row.failure = None, reason
    bulk.update([row], SAVED)


def _told(rows: Sequence[Escalation]) -> dict[int, set[int]]:
    found: dict[int, set[int]] = {row.pk: set() for row in rows}
    pairs = Escalation.told.through.objects.filter(escalation_id__in=found)
    for escalation, user in pairs.values_list("escalation_id", "user_id"):
        found[escalation].add(user)
    return found


def _next(row: Escalation, superiors: Superiors, told: Mapping[int, set[int]], *, now: datetime) -> Call:
    reached, people = superiors.above(row.ticket, min(row.level + 1, TOP), but=told[row.pk])
    above = Escalation(
        ticket=row.ticket,
        deadline_id=row.deadline_id,
        above=row,
        cause=Cause.NO_ANSWER,
        level=reached,
        at=now,
        late_by=now - row.answer_due_at if row.answer_due_at else None,
        asked_by_id=row.asked_by_id,
        reason=row.reason,
        tried=row.tried,
    )
    escalations.ask(above, minutes=row.ask_minutes, now=now)
    return Call(above, people)
