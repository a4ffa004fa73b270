"""Which of a ticket's clocks lists show, and what the ticket itself keeps of it."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from tickets.models import NEVER, Deadline, Ticket

SHOWN = ["clock", "queue_due_at", "warn_at", "urgent_at", "paused_at"]


def nearest_of(rows: Iterable[Deadline]) -> Deadline | None:
    """The open clock that is due first; where all stand still, the one with the least time left."""
    open_ones = [row for row in rows if row.met_at is None]
    running = [row for row in open_ones if row.due_at]
    if running:
        return min(running, key=lambda row: row.due_at or NEVER)
    return min(open_ones, key=lambda row: row.time_left or timedelta(), default=None)


def show(ticket: Ticket, nearest: Deadline | None) -> None:
    """Set what lists keep of a ticket's nearest clock: the fields SHOWN."""
    ticket.clock = shown_of(nearest) if nearest else None
    ticket.queue_due_at = (nearest and nearest.due_at) or NEVER
    running = nearest if nearest and nearest.due_at else None
    ticket.warn_at, ticket.urgent_at = (running.warn_at, running.urgent_at) if running else (None, None)
    ticket.paused_at = None
    if nearest and nearest.due_at is None and nearest.pauses:
        ticket.paused_at = datetime.fromisoformat(nearest.pauses[-1][0])


def shown_of(row: Deadline) -> dict[str, Any]:
    """A clock as lists keep it: by these moments a page tells how it stands without asking again."""
    moments = {"due": row.due_at, "warn": row.warn_at, "urgent": row.urgent_at}
    left = int(row.time_left.total_seconds()) if row.time_left is not None else None
    return {
        "goal": row.goal,
        "basis": row.basis,
        "left": left,
        **{name: at.isoformat() if at else None for name, at in moments.items()},
        **({"waits_for": row.waits_for} if row.waits_for else {}),
    }
