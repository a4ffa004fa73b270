"""Getting hold of a ticket in order to change it."""

from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Conflict
from tickets.models import Ticket
from tickets.rights import ensure_may_change


def lock(ticket_id: int, *, actor: Actor, version: int | None = None, take_over: bool = False) -> Ticket:
    """The ticket, locked until the transaction ends.

    version: what the actor last saw, or None to change whatever is there. take_over: the change is itself the taking
    over, so it needs no right to the ticket.
    Raises Ticket.DoesNotExist where the actor may not see it, NotAllowed, and Conflict where somebody was faster.
    """
    ticket = Ticket.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=ticket_id)
    if not take_over:
        ensure_may_change(ticket, actor)
    check_version(ticket, version)
    return ticket


def check_version(ticket: Ticket, version: int | None) -> None:
    """Raises Conflict where the actor has seen an older ticket than the one that holds."""
    if version is not None and version != ticket.version:
        raise Conflict(
            _("Somebody changed this ticket while you were working on it. Look at the change, then try again."),
            current=ticket.version,
        )
