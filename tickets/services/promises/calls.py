"""Calls and visits: what was said by word of mouth, written down by whoever had it."""

from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor, ActorKind
from core.errors import Invalid
from core.history import by
from notices import live
from policies.models import Channel
from tickets.models import Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.handling import turn
from tickets.services.outward.replies import SAVED

IN, OUT = "in", "out"
DIRECTIONS = (IN, OUT)


@dataclass(frozen=True, slots=True)
class Call:
    """direction: in when the customer called. who: the person on the phone, the customer where nobody is named."""

    direction: str
    said: str = ""
    answered: str = ""
    who: str = ""

    def words(self, side: str) -> str:
        """What one side said: theirs is in, ours is out."""
        return self.said if side == IN else self.answered


@transaction.atomic
def record(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    direction: str,
    said: str = "",
    answered: str = "",
    who: str = "",
) -> list[Message]:
    """Write a call down: what the customer said and what we said, each its own line, the customer's first.

    Whoever may read the ticket may. What the customer said waits for us until we answered it, then or later; a ticket
    that waited for the customer is open again. Only colleagues read it.
    Raises Invalid where nothing was said or nobody says who called, Ticket.DoesNotExist.
    """
    ticket = Ticket.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=ticket_id)
    if not actor.is_staff:
        raise Ticket.DoesNotExist
    if direction not in DIRECTIONS:
        raise Invalid(_("Say who called: the customer, or we."), field="direction")
    call = Call(direction, said.strip(), answered.strip(), who.strip()[:200])
    if not call.said and not call.answered:
        raise Invalid(_("Write down what was said."), field="said")
    before = ticket.status
    lines = [_line(ticket, call, side, actor=actor, now=now) for side in DIRECTIONS if call.words(side)]
    if call.said and ticket.status == Ticket.Status.WAITING_CUSTOMER:
        ticket.status = Ticket.Status.OPEN
    ticket.version += 1
    ticket.save(update_fields=SAVED)
    after = {"direction": direction, "status": ticket.status}
    TicketHistory.objects.create(
        ticket=ticket, at=now, change="called", before={"status": before}, after=after, **by(actor)
    )
    deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)
    return lines


def _line(ticket: Ticket, call: Call, side: str, *, actor: Actor, now: datetime) -> Message:
    """What one side said; it moves the turn of the ticket."""
    theirs, text = side == IN, call.words(side)
    if theirs:
        turn.customer_wrote(ticket, text, at=now, automatic=False)
    else:
        turn.we_wrote(ticket, text, at=now)
        ticket.first_response_at = ticket.first_response_at or now
    name = (call.who or ticket.customer.name) if theirs else actor.name
    message = Message.objects.create(
        ticket=ticket,
        customer_id=ticket.customer_id,
        channel=Channel.objects.active().filter(kind=Channel.Kind.PHONE).first(),
        kind=Message.Kind.NOTE,
        trust=Message.Trust.VERIFIED,
        author_id=actor.id,
        from_name=name,
        text=text,
        received_at=now,
    )
    TimelineEntry.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        at=now,
        kind=TimelineEntry.Kind.CALL,
        object_id=message.pk,
        direction=side,
        channel=message.channel,
        actor_kind=ActorKind.CUSTOMER if theirs else ActorKind.STAFF,
        actor_id=ticket.customer_id if theirs else actor.id,
        actor_name=name,
        text=text,
    )
    return message
