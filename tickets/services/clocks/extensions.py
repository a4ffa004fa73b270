"""How much longer legal limits were made: read for whole batches of tickets."""

from collections.abc import Sequence

from tickets.models import Extension, Ticket
from tickets.services.clocks.terms import Known


def of_tickets(tickets: Sequence[Ticket], known: Known) -> dict[int, dict[str, int]]:
    """ticket -> pack -> what was added; no statement where no law that holds for them can be extended."""
    asked = [ticket.pk for ticket in tickets if known.extendable(ticket.terms_id)]
    found: dict[int, dict[str, int]] = {}
    if not asked:
        return found
    for ticket, pack, added in Extension.objects.filter(ticket__in=asked).values_list("ticket_id", "pack", "added"):
        packs = found.setdefault(ticket, {})
        packs[pack] = packs.get(pack, 0) + added
    return found
