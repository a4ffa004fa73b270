"""References that no ticket has yet."""

from datetime import datetime

from tickets.models import Ticket
from tickets.references import another_reference


def unused_references(count: int, *, now: datetime) -> list[str]:
    """So many fresh references, in one query; at 100,000 tickets a month one draw in 6,000 meets one in use.

    Two callers at the same moment may still draw the same one: the unique constraint then fails the later batch, which
    is tried again with fresh draws.
    """
    drawn: set[str] = set()
    used: set[str] = set()
    while len(drawn) < count:
        fresh = {another_reference(now, used) for _ in range(count - len(drawn))}
        drawn |= fresh - set(Ticket.objects.filter(reference__in=fresh).values_list("reference", flat=True))
    return list(drawn)
