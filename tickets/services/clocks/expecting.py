"""By when customers may expect their matter settled."""

from collections.abc import Sequence
from datetime import datetime

from tickets.models import Deadline, Ticket
from tickets.spans import RESOLUTION


def expected(tickets: Sequence[Ticket]) -> dict[int, datetime]:
    """The moment by the id of each ticket whose customer may read it: where the rule that holds lets customers see it.

    Nothing where the clock stands still: it depends on somebody else then. One statement; none where nobody may read.
    """
    seen = [
        ticket.pk
        for ticket in tickets
        if ticket.is_open and ticket.terms and ticket.terms.snapshot.get("customer_sees")
    ]
    if not seen:
        return {}
    clocks = Deadline.objects.filter(
        ticket__in=seen, goal=RESOLUTION, basis=Deadline.Basis.SERVICE, met_at=None, due_at__isnull=False
    )
    return {ticket: due for ticket, due in clocks.order_by("id").values_list("ticket_id", "due_at") if due}
