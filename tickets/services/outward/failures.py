"""What happens on the ticket when a message of ours could not be sent, and when somebody sends it again."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.models import Dispatch
from channels_out.services import outbox
from core.actor import SYSTEM, Actor
from core.errors import Invalid
from core.history import by
from notices import live
from notices.services.telling import tell
from tickets.models import Message, Ticket, TicketHistory
from tickets.services.clocks import deadlines
from tickets.services.handling import turn
from tickets.services.handling.locking import lock


@transaction.atomic
def dispatch_failed(dispatch_id: int, *, now: datetime) -> None:
    """Write it into the history, give the ticket back to us and tell its owner. Doing it twice does it once."""
    dispatch = Dispatch.objects.get(pk=dispatch_id)
    message = Message.objects.filter(dispatch_id=dispatch_id).select_related("conversation").first()
    if message is None:
        return
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=message.ticket_id)
    told = TicketHistory.objects.filter(ticket=ticket, after__dispatch=dispatch_id).order_by("-id").first()
    if told and told.change == "dispatch_failed" and told.reason == dispatch.error:
        return
    missed = dispatch.state == Dispatch.State.FAILED  # else somebody got it, and only a copy is missing
    if missed and ticket.is_open and not message.automatic and not message.is_aside:
        ticket.ball, ticket.queue_at = Ticket.Ball.OURS, message.received_at
    ticket.version += 1
    ticket.save(update_fields=["ball", "queue_at", "version"])
    TicketHistory.objects.create(
        ticket=ticket,
        at=now,
        change="dispatch_failed",
        after={"dispatch": dispatch_id},
        reason=dispatch.error,
        **by(SYSTEM),
    )
    deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)
    if ticket.owner_id:
        tell(ticket.owner_id, "dispatch_failed", object_kind="ticket", object_id=ticket.pk, now=now, why=dispatch.error)


@transaction.atomic
def try_again(dispatch_id: int, *, actor: Actor, now: datetime) -> None:
    """Send a message that failed once more; whoever may change its ticket may say so.

    Raises Invalid where it has not failed, NotAllowed, Message.DoesNotExist.
    """
    message = Message.objects.visible_to(actor).get(dispatch_id=dispatch_id)
    ticket = lock(message.ticket_id, actor=actor)
    if not outbox.retry(dispatch_id, now=now):
        raise Invalid(_("This message has not failed, so there is nothing to send again."))
    if ticket.is_open:
        turn.recount(ticket)
    ticket.version += 1
    ticket.save(update_fields=[*turn.FIELDS, "first_response_at", "version"])
    after = {"dispatch": dispatch_id}
    TicketHistory.objects.create(ticket=ticket, at=now, change="dispatch_retried", after=after, **by(actor))
    deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)
