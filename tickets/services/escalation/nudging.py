"""A lead reminds the owner of a ticket that somebody waits."""

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid, NotAllowed
from core.history import by
from notices.services.telling import News, tell_all
from tickets.models import Ticket, TicketHistory
from tickets.services.handling.locking import lock

NUDGED = "nudged"
AGAIN_AFTER = timedelta(minutes=5)


@transaction.atomic
def nudge(ticket_id: int, *, actor: Actor, now: datetime) -> Ticket:
    """Tell the owner that this ticket must go on; the history knows who asked.

    Raises NotAllowed where the actor leads nobody; Invalid where the ticket is settled, has no owner, is the actor's
    own, or its owner was nudged within the last five minutes.
    """
    if not actor.leads:
        raise NotAllowed(_("Only who leads can nudge somebody."))
    ticket = lock(ticket_id, actor=actor)
    if not ticket.is_open:
        raise Invalid(_("This ticket is settled already."))
    if ticket.owner_id is None:
        raise Invalid(_("Nobody owns this ticket: give it to somebody."))
    if ticket.owner_id == actor.id:
        raise Invalid(_("This ticket is yours."))
    recent = TicketHistory.objects.filter(ticket=ticket, change=NUDGED, at__gt=now - AGAIN_AFTER)
    if recent.exists():
        raise Invalid(_("The owner was nudged a moment ago."))
    TicketHistory.objects.create(ticket=ticket, at=now, change=NUDGED, **by(actor))
    tell_all([News(ticket.owner_id, "ticket_nudged", "ticket", ticket.pk, {"by": actor.name})], now=now)
    return ticket
