"""Moving a date that the customer was told: they hear of it at once, with the reason, and not from a broken word."""

from datetime import datetime

from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from core.actor import Actor
from core.errors import Invalid
from tickets.customer_dates import told
from tickets.models import FollowUp
from tickets.services.outward import automatic, outgoing
from tickets.services.promises import follow_ups

DATE_MOVED = "date_moved"


@transaction.atomic
def move(follow_up_id: int, *, actor: Actor, now: datetime, due_at: datetime, reason: str) -> FollowUp:
    """As follow_ups.move does, and a mail to the customer where they had been told the date. Raises as that does."""
    follow_up = follow_ups.move(follow_up_id, actor=actor, now=now, due_at=due_at, reason=reason)
    if follow_up.told_in_id:
        _tell(follow_up, reason.strip(), now=now)
    return follow_up


def _tell(follow_up: FollowUp, reason: str, *, now: datetime) -> None:
    """Nothing leaves where there is no way to this customer: whoever moved the date calls then."""
    ticket = follow_up.ticket
    try:
        way = outgoing.route(ticket, cc=())
    except Invalid:
        return
    if not outbox.within_budget({each.address for each in way.to}, now=now):
        return
    language = ticket.customer.language
    assert follow_up.due_at is not None
    with translation.override(language):
        words = {
            "name": ticket.customer.name or _("customer"),
            "what": follow_up.what,
            "when": told(follow_up.due_at, ticket.customer),
            "reason": reason,
            "reference": ticket.reference,
            "company": way.channel.name,
        }
        text = _(
            "Hello %(name)s,\n\n"
            "we told you a date that we must move (%(reference)s):\n\n"
            "%(what)s\n"
            "New date: %(when)s\n"
            "Why: %(reason)s\n\n"
            "We are sorry for that. If it does not suit you, just answer this mail.\n\n"
            "%(company)s"
        )
    automatic.send(ticket, text % words, way, kind=DATE_MOVED, now=now)
