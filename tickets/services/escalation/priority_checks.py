"""Tickets whose priority may have to rise without anybody's doing: looked at by a worker."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from tickets.models import Ticket
from tickets.services.clocks import deadlines
from tickets.services.escalation.lifts import ask_to_check_all, asks_again
from tickets.services.handling import work
from tickets.services.inward.incoming import Incoming


def customers_wrote(items: Sequence[Incoming], *, now: datetime) -> None:
    """After a batch of messages: new tickets whose type is known, and those on which somebody asks again."""
    looked_at = {item.ticket.pk for item in items if item.ticket and _may_rise(item, item.ticket)}
    ask_to_check_all(sorted(looked_at), now=now)


def _may_rise(item: Incoming, ticket: Ticket) -> bool:
    return item.query_type_id is not None if item.opened else asks_again(ticket)


@transaction.atomic
def check_priority(ticket_id: int, *, now: datetime) -> None:
    """Raise the priority where something speaks for it; clocks follow where a TAT rule asks for the priority."""
    locked = Ticket.objects.select_for_update(of=("self",)).select_related("query_type", "customer__root", "channel")
    ticket = locked.get(pk=ticket_id)
    if work.lift(ticket, now=now):
        deadlines.retarget(ticket, now=now)
