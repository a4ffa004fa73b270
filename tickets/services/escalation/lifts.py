"""Raising the priority of a ticket by one, once, where something speaks for it; the history says what.

Source: domain.md 3 ("Lift +1 if"; "never below P3 for kind C") and 5.5 (SR-2). Which of it holds is data of packs.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core.services import errands
from customers.models import Customer
from policies.models import Priority, PriorityLift, QueryType
from tickets.briefing import LOOK_BACK, ONE_CONTACT
from tickets.models import Ticket

LIFTED = "priority_lifted"
PRIORITY_CHECK = "priority_check"  # done by tickets.services.escalation.priority_checks
MANY_FOLLOWERS = 10_000  # domain.md 3
COMPLAINT = "complaint"  # the floor: a complaint is never of low priority
ORDER = list(Priority.values)
Code, Stage = PriorityLift.Code, Customer.Stage


@dataclass(frozen=True, slots=True)
class Lift:
    """priority: what it becomes. reasons: codes of what speaks for it."""

    priority: str
    reasons: Sequence[str]


def ask_to_check_all(ticket_ids: Sequence[int], *, now: datetime) -> None:
    """Have a worker look at these, once this transaction has committed; no statement for none."""
    if ticket_ids:
        errands.ask_all(PRIORITY_CHECK, ticket_ids, now=now)


def asks_again(ticket: Ticket) -> bool:
    """A further word of the customer's, hours after the one that we have not answered."""
    return ticket.unanswered > 1 and ticket.last_message_at - ticket.queue_at > ONE_CONTACT


def lift_of(ticket: Ticket) -> Lift | None:
    """What the priority of an open ticket becomes, None where it stays; once for each type that the ticket gets.

    The ticket's type and customer must be at hand. Unsorted and settled tickets stay as they are.
    """
    if not ticket.is_open or ticket.query_type.unsorted:
        return None
    found = reasons(ticket)
    place = ORDER.index(ticket.priority)
    if found and place + 1 < len(ORDER) and not _was_lifted(ticket):
        return Lift(ORDER[place + 1], found)
    if ticket.query_type.kind == QueryType.Kind.COMPLAINT and ticket.priority == Priority.LOW:
        return Lift(Priority.NORMAL.value, [COMPLAINT])
    return None


def _was_lifted(ticket: Ticket) -> bool:
    made = ticket.history.filter(change=LIFTED, after__query_type=ticket.query_type_id)
    return any(after["reasons"] != [COMPLAINT] for after in made.values_list("after", flat=True))


def reasons(ticket: Ticket) -> list[str]:
    """What speaks for a higher priority, of what holds here; codes of PriorityLift."""
    customer = ticket.customer.root or ticket.customer
    complains = ticket.query_type.kind == QueryType.Kind.COMPLAINT
    holding = PriorityLift.objects.filter(in_force=True).values_list("code", flat=True)
    speaks = {
        Code.VALUED: lambda: customer.high_value or customer.stage == Stage.CORE,
        Code.AGAIN: lambda: asks_again(ticket) or _had_the_same(ticket),
        Code.PROMISE_BROKEN: lambda: ticket.follow_ups.filter(missed_at__isnull=False, told_in__isnull=False).exists(),
        Code.YOUNG: lambda: complains and customer.stage in (Stage.FIRST, Stage.EARLY),
        Code.VULNERABLE: lambda: customer.vulnerable,
        Code.REACH: lambda: (ticket.reach or 0) >= MANY_FOLLOWERS,
    }
    return [code for code in holding if code in speaks and speaks[Code(code)]()]


def _had_the_same(ticket: Ticket) -> bool:
    """Another ticket of this customer about the same, within 90 days before."""
    same = Ticket.objects.filter(
        customer__root_id=ticket.customer.root_id,
        query_type=ticket.query_type_id,
        received_at__lt=ticket.received_at,
        received_at__gt=ticket.received_at - LOOK_BACK,
    )
    return same.exclude(pk=ticket.pk).exclude(status=Ticket.Status.SPAM).exists()
