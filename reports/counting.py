"""How all open tickets stand, counted in one pass over an index: small enough that every number of a board is a sum."""

from datetime import datetime, timedelta
from typing import NamedTuple

from django.db.models import (
    Case,
    CharField,
    Count,
    DateTimeField,
    DurationField,
    ExpressionWrapper,
    F,
    Q,
    Sum,
    Value,
    When,
)
from django.db.models.functions import Coalesce

from tickets.models import Ticket
from tickets.models.ticket import SOON, standings

LATE, CALM, PAUSED = "late", "calm", "paused"
WAITING_CUSTOMER = "waiting_customer"


class Cell(NamedTuple):
    """Tickets that have all of this in common. due: how many of them are due within two hours.

    still: for how long, taken together, their clocks have been standing by now.
    """

    team_id: int | None
    owner_id: int | None
    type_id: int
    channel_id: int
    status: str
    standing: str
    tickets: int
    due: int
    still: timedelta


def cells(*, now: datetime) -> list[Cell]:
    """One statement; it knows nothing of rights, which are a matter of the teams that are summed up."""
    standing = Case(
        *[When(condition, then=Value(name)) for name, condition in standings(now).items()],
        default=Value(CALM),
        output_field=CharField(),
    )
    shared = ("team_id", "owner_id", "query_type_id", "channel_id", "status", "standing")
    still = ExpressionWrapper(Value(now, DateTimeField()) - F("paused_at"), DurationField())
    due = Q(queue_due_at__gt=now, queue_due_at__lte=now + SOON)
    counted = (
        Ticket.objects.open()
        .order_by()
        .annotate(standing=standing)
        .values(*shared)
        .annotate(
            count=Count("*"),
            due=Sum(Case(When(due, then=1), default=0)),
            still=Coalesce(Sum(still), Value(timedelta(), DurationField())),
        )
    )
    rows = counted.values_list(*shared, "count", "due", "still")
    return [Cell._make(row) for row in rows]
