"""Letting in: what was held back becomes part of the conversation that the customer reads (T01, T06, T08)."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor, ActorKind
from core.errors import Invalid
from core.history import by
from notices import live
from tickets.models import Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.handling import turn
from tickets.services.handling.locking import lock
from tickets.services.inward import participants

SAVED = [*turn.FIELDS, "status", "version", "resolved_at", "outcome"]


@transaction.atomic
def let_in(message_id: int, *, actor: Actor, now: datetime, as_participant: bool = False) -> Message:
    """Let the customer read it from now on; a person's words count as an answer that waits for us.

    as_participant: who wrote it also takes part from now on, and gets our answers.
    Raises Invalid where nothing is held back, NotAllowed, Message.DoesNotExist.
    """
    message = Message.objects.visible_to(actor).select_related("conversation").get(pk=message_id)
    ticket = lock(message.ticket_id, actor=actor)
    if message.is_aside:
        raise Invalid(_("What a third party was asked beside the customer stays beside the customer."))
    if not message.is_held_back:
        raise Invalid(_("This message is part of the conversation already."))
    Message.objects.filter(pk=message.pk).update(let_in_at=now)
    message.let_in_at = now
    before = {"status": ticket.status}
    if not message.automatic:
        _count(ticket, message)
    if as_participant:
        participants.add(ticket.pk, actor=actor, address=message.from_address, name=message.from_name, now=now)
    ticket.version += 1
    ticket.save(update_fields=SAVED)
    after = {"message": message.pk, "status": ticket.status}
    TicketHistory.objects.create(ticket=ticket, at=now, change="let_in", before=before, after=after, **by(actor))
    deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)
    return message


def _count(ticket: Ticket, message: Message) -> None:
    """As if it had come as a customer's word: it waits for us, and what was resolved or waited is taken up again."""
    entries = TimelineEntry.objects.filter(kind=TimelineEntry.Kind.MESSAGE, object_id=message.pk)
    entries.update(actor_kind=ActorKind.CUSTOMER)
    if ticket.status in (Ticket.Status.CLOSED, Ticket.Status.SPAM):
        return
    if ticket.status not in (Ticket.Status.NEW, Ticket.Status.OPEN):
        ticket.status, ticket.resolved_at, ticket.outcome = Ticket.Status.OPEN, None, ""
    turn.recount(ticket)
