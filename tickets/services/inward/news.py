"""What became of a message of ours out there, on the ticket: bounced, late, read, complained about, challenged."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from core import bulk
from core.actor import SYSTEM
from core.history import by
from notices import live
from notices.services import telling as notices
from tickets.models import Message, TicketHistory, TimelineEntry

# Of these the owner must know at once; of a bounce the errand dispatch_failed tells.
TOLD = ("abuse", "challenge")
CHANGES = {
    "failed": "mail_bounced",
    "delayed": "mail_delayed",
    "delivered": "mail_delivered",
    "read": "mail_read",
    "unread": "mail_unread",
    "abuse": "mail_reported_as_spam",
    "challenge": "mail_challenged",
}


@dataclass(frozen=True, slots=True)
class News:
    """kind: one of CHANGES. about: whom it concerns, and the words of the machine that told."""

    message: Message
    at: datetime
    kind: str
    about: str


def record(news: Sequence[News], *, now: datetime) -> None:
    """Write it into history and timeline, and tell the owner where they must act. Changes no status and no clock."""
    bulk.insert(
        TicketHistory(
            ticket_id=each.message.ticket_id,
            at=now,
            change=CHANGES[each.kind],
            after={"message": each.message.pk},
            reason=each.about,
            **by(SYSTEM),
        )
        for each in news
    )
    bulk.insert(_entry(each) for each in news)
    told = [
        notices.News(owner_id, CHANGES[each.kind], "ticket", each.message.ticket_id, {"why": each.about})
        for each in news
        if each.kind in TOLD and (owner_id := each.message.ticket.owner_id)
    ]
    notices.tell_all(told, now=now)
    live.tickets_changed(*{each.message.ticket_id for each in news})


def _entry(each: News) -> TimelineEntry:
    return TimelineEntry(
        customer_id=each.message.customer_id,
        ticket_id=each.message.ticket_id,
        at=each.at,
        kind=TimelineEntry.Kind.STATUS,
        object_id=each.message.pk,
        direction=TimelineEntry.Direction.INTERNAL,
        channel_id=each.message.channel_id,
        actor_kind=SYSTEM.kind.value,
        actor_name=SYSTEM.name,
        title=CHANGES[each.kind],
        text=each.about,
    )
