"""What happens when a clock has come to a step of its ladder, or to its end: for whole batches, in bulk, once each."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from core import bulk
from core.actor import SYSTEM
from core.history import by
from notices import live
from notices.services.telling import News, tell_all
from policies.models import LadderStep
from tickets.clocks import read
from tickets.explaining import span_of
from tickets.ladders import Due, Step, moments, next_moment
from tickets.models import Deadline, Escalation, Terms, TicketHistory
from tickets.services.clocks.terms import Known
from tickets.services.escalation import escalations, measures
from tickets.services.escalation.escalations import Call
from tickets.services.escalation.superiors import Superiors
from tickets.services.outward.letters import change_line
from tickets.services.promises import recovery

Action = LadderStep.Action
MISSED = "deadline_missed"


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing that is due on a deadline."""

    row: Deadline
    due: Due


def take(rows: Sequence[Deadline], /, *, now: datetime) -> None:
    """Do all that is due on these deadlines, whose tickets are locked. Runs in the caller's transaction."""
    _share_tickets(rows)
    deeds = _due(rows, now=now)
    steps = [(deed, deed.due.step) for deed in deeds if deed.due.step]
    missed = [deed.row for deed in deeds if deed.due.step is None]
    superiors = Superiors([row.ticket for row in rows], teams={step.team for _deed, step in steps if step.team})
    raised = [(step, _call(deed, step, superiors, now=now)) for deed, step in steps]
    escalations.raise_all([call for _step, call in raised], actor=SYSTEM, now=now)
    measures.take([(step, call.ticket, call.people) for step, call in raised], now=now)
    _miss(missed, superiors, laddered={deed.row.pk for deed, _step in steps}, now=now)
    _save(rows)


def _share_tickets(rows: Sequence[Deadline]) -> None:
    """Several clocks of one ticket change the same object."""
    tickets = {row.ticket_id: row.ticket for row in rows}
    for row in rows:
        row.ticket = tickets[row.ticket_id]


def give_up(row: Deadline, /, *, reason: str, now: datetime) -> None:
    """Nothing could be done on this deadline: each step that was due stands as failed, with the reason."""
    for deed in _due([row], now=now):
        if deed.due.step:
            failed = Escalation(
                ticket=row.ticket,
                deadline=row,
                step=deed.due.key,
                state=Escalation.State.FAILED,
                level=deed.due.step.level,
                at=now,
                late_by=now - deed.due.at,
                failure=reason,
            )
            Escalation.objects.bulk_create([failed], ignore_conflicts=True)  # it may stand there already
    _save([row])


def _due(rows: Sequence[Deadline], *, now: datetime) -> list[Deed]:
    """What is due on them, the longest overdue first; the rows are set as they stand after it."""
    known = Known()
    known.add(list(Terms.objects.filter(pk__in={row.terms_id for row in rows})))
    deeds = []
    for row in rows:
        allowed, steps = known.allowed(row), known.steps(known.terms[row.terms_id], row.goal, row.basis)
        shown = read(span_of(row), allowed, now=now)
        due = [each for each in moments(steps, shown, allowed, row.taken) if each.at <= now]
        deeds += [Deed(row, each) for each in due]
        row.taken = [*row.taken, *(each.key for each in due)]
        row.state, row.missed_at = shown.state, shown.missed_at
        row.rings_at = next_moment(steps, shown, allowed, row.taken)
    return sorted(deeds, key=lambda deed: deed.due.at)


def _call(deed: Deed, step: Step, superiors: Superiors, *, now: datetime) -> Call:
    ticket = deed.row.ticket
    level, people = superiors.above(ticket, step.level, team=step.team)
    escalation = Escalation(
        ticket=ticket,
        deadline=deed.row,
        step=step.key,
        level=level,
        team_id=step.team,
        at=now,
        late_by=now - deed.due.at,
    )
    if Action.ASK_ACK in step.actions:
        escalations.ask(escalation, minutes=step.ask_minutes, now=now)
    return Call(escalation, people, deputies=step.deputies, words=_due_words(deed.row.due_at))


def _miss(rows: Sequence[Deadline], superiors: Superiors, *, laddered: Collection[int], now: datetime) -> None:
    """Their time ran out: the ticket says so, an apology may be owed, and where no ladder speaks, somebody is told."""
    bulk.insert(
        TicketHistory(
            ticket=row.ticket,
            at=now,
            change=MISSED,
            after={"deadline": row.pk, "goal": row.goal, "basis": row.basis, "pack": row.pack, "due_at": row.missed_at},
            **by(SYSTEM),
        )
        for row in rows
    )
    bulk.insert(change_line(row.ticket, f"{row.goal}_missed", actor=SYSTEM, now=now, text=row.pack) for row in rows)
    owed = [row.ticket_id for row in rows if row.basis == Deadline.Basis.SERVICE and row.goal in recovery.MAKES_UP_FOR]
    recovery.ask_to_check_all(list(dict.fromkeys(owed)), now=now)
    silent = {row.ticket_id: row for row in rows if row.pk not in laddered and row.met_at is None}
    news = [
        News(person, MISSED, "ticket", pk, _due_words(row.missed_at))
        for pk, row in silent.items()
        for person in superiors.above(row.ticket, LadderStep.Level.OWNER)[1]
    ]
    tell_all(news, now=now)
    live.tickets_changed(*{row.ticket_id for row in rows})


def _due_words(due: datetime | None) -> dict[str, str]:
    """What a notice says of the moment at which a clock is over."""
    return {"due": due.isoformat()} if due else {}


def _save(rows: Sequence[Deadline]) -> None:
    bulk.update(rows, ["state", "missed_at", "taken", "rings_at"])
