"""What of the incoming mail somebody of the staff must be told: doubtful senders, impostors, and answers by mail."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from notices.services.telling import News, tell_all
from staff.services.people import leads_of
from tickets.models import Message
from tickets.services.inward.incoming import Incoming
from tickets.services.outward import agent_mail

NOT_THE_AGENT = "not_the_agent"


def tell(items: Sequence[Incoming], *, now: datetime) -> None:
    """Notices for owners and leads, and mails to owners who want them. Runs in the caller's transaction.

    No statement where nothing is held back and nobody who wants mails owns a ticket.
    """
    tell_all([*_to_owners(items), *_to_leads(items)], now=now)
    agent_mail.notify([item for item in items if not item.is_quiet], now=now)


def _to_owners(items: Iterable[Incoming]) -> list[News]:
    """Whoever owns a ticket learns that something on it is held back, or that a vendor they asked has answered."""
    return [
        _notice(item, item.ticket.owner_id, _kind(item))
        for item in items
        if item.ticket and item.ticket.owner_id and not item.automatic and (item.is_held_back or item.is_aside)
    ]


def _kind(item: Incoming) -> str:
    if item.trust == Message.Trust.FAILED:
        return "sender_not_proven"
    return "third_party_answered" if item.is_aside else "third_party_wrote"


def _to_leads(items: Iterable[Incoming]) -> list[News]:
    """Somebody wrote in the name of a member of the staff: those who lead the ticket's team must know (T02)."""
    return [
        _notice(item, lead, "agent_mail_refused")
        for item in items
        if item.ticket and NOT_THE_AGENT in item.remarks
        for lead in leads_of(item.ticket.team_id)
    ]


def _notice(item: Incoming, recipient_id: int, kind: str) -> News:
    assert item.ticket is not None
    return News(recipient_id, kind, "ticket", item.ticket.pk, {"by": item.from_name or item.from_address})
