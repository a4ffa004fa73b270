"""An answer is not sent past what the customer has said meanwhile."""

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from core.errors import Conflict
from tickets.models import Message, Ticket
from tickets.models.message import MessageQuerySet


class NewerMessage(Conflict):
    """The customer has written since. `newer`: the ids of those messages, the oldest first."""

    code = "newer_message"

    def __init__(self, message: str, *, current: int, newer: Sequence[int]) -> None:
        super().__init__(message, current=current)
        self.newer = list(newer)


def heard(ticket: Any) -> MessageQuerySet:
    """What the customer said on a ticket, or on that of an outer query: no machine's word, nothing held back."""
    return Message.objects.public().filter(ticket=ticket, kind=Message.Kind.INBOUND)


def ensure_seen(ticket: Ticket, seen: int | None) -> None:
    """Stop an answer whose writer has not seen the customer's last word; on a locked ticket.

    seen: the id of the last message that the writer has read, or None where nobody asks. What a machine wrote, and what
    is held back, stops nothing. Raises NewerMessage.
    """
    if seen is None:
        return
    newer = heard(ticket).filter(pk__gt=seen).order_by("pk")
    if found := list(newer.values_list("pk", flat=True)):
        raise NewerMessage(
            _("The customer has written meanwhile. Nothing was sent: read it, then send your answer or change it."),
            current=ticket.version,
            newer=found,
        )
