"""The customer wrote after the solution: just thanks, or something that goes on."""

from datetime import datetime

from django.db import transaction
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from tickets.models import Ticket
from tickets.services.handling import work
from tickets.services.handling.locking import lock
from tickets.services.outward.seen import heard
from tickets.services.promises import recovery


@transaction.atomic
def just_thanks(ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Ticket:
    """What they wrote asks for nothing: resolved as before, as if it had never been open again.

    Neither the reopening nor these words count for any clock. Raises Invalid where nobody wrote after the solution or
    somebody works on it already, NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    again = ticket.history.filter(change="reopened").order_by("-id").first()
    if not ticket.wrote_after or not ticket.is_open or again is None:
        raise Invalid(_("Nobody wrote after the solution of this ticket, or somebody works on it already."))
    values = {
        "status": Ticket.Status.RESOLVED,
        "resolved_at": parse_datetime(str(again.before["resolved_at"])),
        "outcome": again.before["outcome"],
        "ball": Ticket.Ball.THEIRS,
        "unanswered": 0,
        "wrote_after": False,
    }
    wrote = heard(ticket).order_by("-pk").values_list("pk", flat=True)[: ticket.unanswered]
    after = {"undoes": again.pk, "messages": list(wrote)}
    work.change(ticket, values, change="just_thanks", actor=actor, now=now, more=after)
    recovery.fix_recorded(ticket, actor=actor, now=now)
    return ticket


@transaction.atomic
def goes_on(ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Ticket:
    """What they wrote is no thanks: the ticket stays open. Raises Invalid, NotAllowed, Conflict as just_thanks does."""
    ticket = lock(ticket_id, actor=actor, version=version)
    if not ticket.wrote_after:
        raise Invalid(_("Nobody wrote after the solution of this ticket, or somebody works on it already."))
    return work.change(ticket, {"wrote_after": False}, change="not_solved", actor=actor, now=now)
