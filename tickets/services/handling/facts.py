"""What a case is about beyond its words, as whoever works on it finds out: when, where, what was lost, who read it.

Rules, laws and the priority look at these, so the ticket is measured by what holds for them.
"""

from datetime import datetime
from decimal import Decimal
from typing import TypedDict, Unpack

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import Invalid
from tickets.models import Ticket
from tickets.services.clocks import deadlines
from tickets.services.handling import work
from tickets.services.handling.locking import lock


class Facts(TypedDict, total=False):
    """Of a Ticket, by the names of its fields."""

    occurred_at: datetime | None
    product: str
    service_number: str
    area: str
    impact: str
    loss_amount: Decimal | None
    desired_remedy: str
    reach: int | None


@transaction.atomic
def describe(
    ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None, **facts: Unpack[Facts]
) -> Ticket:
    """Write these down; what is not named stays. Raises Invalid for what cannot be, NotAllowed, Conflict."""
    ticket = lock(ticket_id, actor=actor, version=version)
    _check(facts, now=now)
    changed = {name: value for name, value in facts.items() if value != getattr(ticket, name)}
    if not changed:
        return ticket
    work.change(ticket, changed, change="facts_noted", actor=actor, now=now)
    work.lift(ticket, now=now)
    deadlines.retarget(ticket, now=now)
    if "occurred_at" in changed:  # laws may count from it under the same rules
        deadlines.follow([ticket], now=now)
    return ticket


def _check(facts: Facts, *, now: datetime) -> None:
    occurred_at, loss, reach = facts.get("occurred_at"), facts.get("loss_amount"), facts.get("reach")
    if occurred_at and occurred_at > now:
        raise Invalid(_("It cannot have happened in the future."), field="occurred_at")
    if loss is not None and loss <= 0:
        raise Invalid(
            _("A loss is an amount above nothing; leave it empty where nothing was lost."), field="loss_amount"
        )
    if reach is not None and reach < 0:
        raise Invalid(_("Nobody has fewer followers than none."), field="reach")
