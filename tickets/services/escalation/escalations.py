"""Raising escalations: the row, who is told, and what history and timeline say of it, in bulk."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from core import bulk
from core.actor import Actor
from core.history import by
from notices import live
from notices.models import Notice
from notices.services.telling import News, tell_all
from staff.models import User
from tickets.models import Escalation, Ticket, TicketHistory, TimelineEntry
from tickets.services.outward.letters import change_line

Cause, State = Escalation.Cause, Escalation.State
ESCALATED = "escalated"
RUNNING_OUT, ANSWER_ASKED = "time_running_out", "answer_asked"
KINDS = {Cause.BY_HAND: "help_asked", Cause.CUSTOMER: "superior_asked", Cause.NO_ANSWER: "nobody_answered"}
NOBODY = "There is nobody who leads here."  # for administrators, as all reasons of failed rows


@dataclass(slots=True)
class Call:
    """An escalation that is not written yet, and who shall be told of it. words: what the notice needs besides."""

    escalation: Escalation
    people: Sequence[int]
    deputies: bool = True
    words: dict[str, str] = field(default_factory=dict)

    @property
    def ticket(self) -> Ticket:
        return self.escalation.ticket

    @property
    def kind(self) -> str:
        """Of its notices."""
        if self.escalation.cause != Cause.CLOCK:
            return KINDS[Cause(self.escalation.cause)]
        return ANSWER_ASKED if self.escalation.state == State.ASKED else RUNNING_OUT


def ask(escalation: Escalation, *, minutes: int, now: datetime) -> None:
    """Wait so long for an answer to it; without one it goes one level up."""
    escalation.state, escalation.ask_minutes = State.ASKED, minutes
    escalation.answer_due_at = now + timedelta(minutes=minutes)


def raise_all(calls: Sequence[Call], *, actor: Actor, now: datetime) -> None:
    """Write them down and tell people, in the caller's transaction; the statements do not grow with the calls.

    One that reaches nobody stands as failed.
    """
    for call in calls:
        if not call.people:
            call.escalation.state, call.escalation.failure = State.FAILED, NOBODY
            call.escalation.answer_due_at = None
    bulk.insert(call.escalation for call in calls)
    told = _tell(calls, now=now)
    bulk.insert(_history(call, told[call.escalation.pk], actor, now) for call in calls)
    bulk.insert(_entry(call, told[call.escalation.pk], actor, now) for call in calls)
    live.tickets_changed(*{call.ticket.pk for call in calls})


def _tell(calls: Sequence[Call], *, now: datetime) -> dict[int, list[User]]:
    """Who was told of each, deputies included."""
    news = [
        News(
            person,
            call.kind,
            "ticket",
            call.ticket.pk,
            {**call.words, "escalation": str(call.escalation.pk)},
            deputies=call.deputies,
        )
        for call in calls
        for person in call.people
    ]
    told: dict[int, dict[int, User]] = defaultdict(dict)
    for notice in tell_all(news, now=now):
        told[_about(notice)][notice.recipient_id] = notice.recipient
    told_of = Escalation.told.through
    bulk.insert(
        told_of(escalation_id=escalation, user_id=user) for escalation, people in told.items() for user in people
    )
    return defaultdict(list, {escalation: list(people.values()) for escalation, people in told.items()})


def _about(notice: Notice) -> int:
    return int(notice.parameters["escalation"])


def _history(call: Call, told: Sequence[User], actor: Actor, now: datetime) -> TicketHistory:
    escalation = call.escalation
    after = {
        "escalation": escalation.pk,
        "cause": escalation.cause,
        "step": escalation.step,
        "level": escalation.level,
        "told": [user.pk for user in told],
    }
    return TicketHistory(
        ticket=call.ticket, at=now, change=ESCALATED, after=after, reason=escalation.reason, **by(actor)
    )


def _entry(call: Call, told: Sequence[User], actor: Actor, now: datetime) -> TimelineEntry:
    names = ", ".join(user.name for user in told)
    return change_line(
        call.ticket, ESCALATED, actor=actor, now=now, text=": ".join(filter(None, (names, call.escalation.reason)))
    )
