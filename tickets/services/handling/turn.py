"""Whose turn it is on a ticket: in-memory changes that the services save.

The customer's unanswered messages count as one wait, which begins with the first of them. A machine's message changes
nothing but the preview.
"""

from datetime import datetime

from core.actor import ActorKind
from tickets.models import Ticket, TimelineEntry

FIELDS = ["ball", "queue_at", "last_message_at", "preview", "preview_ours", "unanswered"]


def shorten(text: str) -> str:
    """The first words of a message on one line, for the queue."""
    line = " ".join(text[:400].split())
    return line if len(line) <= 160 else line[:159] + "…"


def customer_wrote(ticket: Ticket, text: str, *, at: datetime, automatic: bool) -> None:
    _show(ticket, text, at=at, ours=False)
    if automatic:
        return
    if ticket.ball != Ticket.Ball.OURS or not ticket.unanswered:
        ticket.ball, ticket.queue_at = Ticket.Ball.OURS, at
    ticket.unanswered += 1


def we_wrote(ticket: Ticket, text: str, *, at: datetime) -> None:
    """A person of ours answered; what machines send does not count."""
    _show(ticket, text, at=at, ours=True)
    ticket.ball, ticket.queue_at, ticket.unanswered = Ticket.Ball.THEIRS, at, 0


def _show(ticket: Ticket, text: str, *, at: datetime, ours: bool) -> None:
    ticket.last_message_at, ticket.preview, ticket.preview_ours = at, shorten(text), ours


def recount(ticket: Ticket) -> None:
    """Set the turn, the preview and the first response again from the timeline; exact after a reply was taken back."""
    ticket.first_response_at, ticket.unanswered = None, 0
    ticket.ball, ticket.queue_at = Ticket.Ball.OURS, ticket.received_at
    for entry in ticket.timeline.spoken().order_by("at", "id"):
        by_machine = entry.actor_kind in (ActorKind.SYSTEM, ActorKind.ANONYMOUS)  # or by somebody held back
        if entry.direction == TimelineEntry.Direction.IN:
            customer_wrote(ticket, entry.text, at=entry.at, automatic=by_machine)
        elif not by_machine:
            we_wrote(ticket, entry.text, at=entry.at)
            ticket.first_response_at = ticket.first_response_at or entry.at
