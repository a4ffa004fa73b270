"""What the steps of ladders do besides telling people, each kind for a whole batch."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from core import bulk
from core.actor import SYSTEM
from core.history import by
from policies.models import LadderStep, Priority
from tickets.ladders import Step
from tickets.models import FollowUp, Ticket, TicketHistory
from tickets.services.escalation import late_letters
from tickets.services.outward.letters import change_line
from tickets.services.promises.follow_ups import awake

Action = LadderStep.Action
Measure = tuple[Step, Ticket, Sequence[int]]  # who was told at this step
ORDER = list(Priority.values)
SAVED = ["owner", "priority", "version"]
TO_DO_WITHIN = timedelta(hours=4)


def take(measures: Sequence[Measure], *, now: datetime) -> None:
    """Give tickets away, raise priorities, open follow-ups and tell customers; on locked tickets."""
    _change(_with(Action.REASSIGN, measures), _reassign, "assigned", now=now)
    _change(_with(Action.RAISE_PRIORITY, measures), _raise_priority, "priority_raised", now=now)
    _open_follow_ups(_with(Action.OPEN_FOLLOW_UP, measures), now=now)
    late_letters.send([ticket for _step, ticket, _people in _with(Action.TELL_CUSTOMER, measures)], now=now)


def _with(action: str, measures: Iterable[Measure]) -> list[Measure]:
    return [measure for measure in measures if action in measure[0].actions]


def _reassign(ticket: Ticket, people: Sequence[int]) -> tuple[object, object]:
    before = ticket.owner_id
    if people and before not in people:
        ticket.owner_id = people[0]
    return before, ticket.owner_id


def _raise_priority(ticket: Ticket, _people: Sequence[int]) -> tuple[object, object]:
    before = ticket.priority
    ticket.priority = ORDER[min(ORDER.index(before) + 1, len(ORDER) - 1)]
    return before, ticket.priority


CHANGED = {"assigned": "owner_id", "priority_raised": "priority"}


def _change(
    measures: Sequence[Measure],
    make: Callable[[Ticket, Sequence[int]], tuple[object, object]],
    change: str,
    *,
    now: datetime,
) -> None:
    changed: dict[int, Ticket] = {}
    history = []
    for _step, ticket, people in measures:
        before, after = make(ticket, people)
        if before != after:
            ticket.version += 1
            changed[ticket.pk] = ticket
            states = {"before": {CHANGED[change]: before}, "after": {CHANGED[change]: after}}
            history.append(TicketHistory(ticket=ticket, at=now, change=change, **states, **by(SYSTEM)))
    bulk.update(list(changed.values()), SAVED)
    bulk.insert(history)
    bulk.insert(change_line(each.ticket, change, actor=SYSTEM, now=now) for each in history)


def _open_follow_ups(measures: Sequence[Measure], *, now: datetime) -> None:
    """The customer is told how it stands: by whoever has the ticket, else by who was told of it; one at a time."""
    tickets = {ticket.pk: (ticket, people) for _step, ticket, people in measures}
    open_ones = FollowUp.objects.to_do().filter(ticket__in=tickets, kind=FollowUp.Kind.UPDATE)
    for pk in open_ones.values_list("ticket_id", flat=True):
        tickets.pop(pk, None)
    made = bulk.insert(_follow_up(ticket, people, now=now) for ticket, people in tickets.values())
    change = "follow_up_added"
    bulk.insert(
        TicketHistory(
            ticket=each.ticket, at=now, change=change, after={"follow_up": each.pk, "due_at": each.due_at}, **by(SYSTEM)
        )
        for each in made
    )
    bulk.insert(change_line(each.ticket, change, actor=SYSTEM, now=now) for each in made)


def _follow_up(ticket: Ticket, people: Sequence[int], *, now: datetime) -> FollowUp:
    due = max(awake(now + TO_DO_WITHIN, ticket.customer.time_zone), now + timedelta(minutes=1))
    return FollowUp(
        ticket=ticket,
        customer_id=ticket.customer_id,
        kind=FollowUp.Kind.UPDATE,
        owner_id=ticket.owner_id or next(iter(people), None),
        team_id=ticket.team_id,
        due_at=due,
        first_due_at=due,
        created_at=now,
    )
