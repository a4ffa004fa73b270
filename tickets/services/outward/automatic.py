"""A message that the system itself writes on a ticket: marked as one for machines, and no answer of a person's."""

from datetime import datetime

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing
from tickets.models import Message, Ticket
from tickets.services.outward import acknowledgement, outgoing


def send(ticket: Ticket, text: str, way: outgoing.Way, *, kind: str, now: datetime) -> Message:
    """Store message, dispatch and timeline line, in the caller's transaction, which has asked the loop gate.

    kind: what is kept as Message.automatic.
    """
    thread = outgoing.conversation_on(ticket, way.channel)
    earlier = thread.messages.exclude(external_id="").order_by("received_at", "id")
    answered = list(earlier.values_list("external_id", flat=True))
    parcel = Outgoing(
        channel=way.channel,
        recipients=list(way.to),
        subject=outgoing.subject_line(ticket),
        text=text,
        headers=outgoing.headers(way.channel, thread.pk, answered, automatic=True),
        automatic=True,
        order_key=f"conversation-{thread.pk}",
    )
    dispatch = outbox.queue([parcel], now=now)[0]
    message = acknowledgement.message_of(thread, parcel, dispatch, automatic=kind, now=now)
    message.save()
    acknowledgement.entry(message).save()
    return message
