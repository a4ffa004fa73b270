"""Acting is narrow: who may change a ticket."""

from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import NotAllowed
from tickets.models import Ticket


def may_change(ticket: Ticket, actor: Actor) -> bool:
    """The ticket's team, its owner, and those who lead. Others take it over first, which is recorded."""
    if not actor.is_staff:
        return False
    return actor.leads or ticket.team_id is None or ticket.team_id in actor.team_ids or ticket.owner_id == actor.id


def ensure_may_change(ticket: Ticket, actor: Actor) -> None:
    """Raises NotAllowed, with what to do, where the actor may read the ticket only."""
    if not may_change(ticket, actor):
        raise NotAllowed(_("This ticket belongs to another team. Take it over first; the team will see that you did."))
