"""A message of ours on its way: the message, its dispatch and its line in the history, in the caller's transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from channels_out.models import Dispatch
from channels_out.services import attached, outbox
from core.actor import Actor
from core.errors import Invalid
from core.history import by
from tickets.models import Attachment, Conversation, Message, Ticket, TimelineEntry
from tickets.services.outward import outgoing


@dataclass(frozen=True, slots=True)
class Letter:
    """What somebody of the staff writes. text: their own words. subject: the ticket's when empty.

    file_ids: StoredFile ids with the names to show. below: what stands under the signature. quote: what is answered, as
    the mail alone repeats it; we have it anyway.
    """

    text: str
    subject: str = ""
    file_ids: Sequence[tuple[int, str]] = ()
    below: str = ""
    quote: str = ""


def send(
    ticket: Ticket,
    letter: Letter,
    way: outgoing.Way,
    *,
    actor: Actor,
    now: datetime,
    undo: timedelta,
    thread: Conversation | None = None,
) -> Message:
    """Store message and dispatch; in the customer's thread unless another is named.

    The signature goes along: `text` of the message is what was written, `full_text` what is read.
    Raises Invalid where a file is known to be harmful; what is not scanned yet waits in the outbox.
    """
    if letter.file_ids and (harm := attached.harm_in(letter.file_ids)):
        raise Invalid(harm, field="attachments")
    language = way.channel.language if thread else ticket.customer.language
    thread = thread or outgoing.conversation_on(ticket, way.channel)
    whole = outgoing.signed(letter.text, way.channel, ticket, author_id=actor.id, language=language) + letter.below
    parcel = outgoing.compose(
        ticket,
        thread,
        channel=way.channel,
        recipients=[*way.to, *way.cc],
        text=whole + letter.quote,
        delay=undo,
        subject=letter.subject,
        attachments=[{"file": pk, "name": name} for pk, name in letter.file_ids],
    )
    dispatch = outbox.queue([parcel], now=now)[0]
    message = _message(ticket, letter, way, actor=actor, thread=thread, whole=whole, dispatch=dispatch)
    Attachment.objects.bulk_create(Attachment(message=message, file_id=pk, name=name) for pk, name in letter.file_ids)
    return message


def _message(
    ticket: Ticket,
    letter: Letter,
    way: outgoing.Way,
    *,
    actor: Actor,
    thread: Conversation,
    whole: str,
    dispatch: Dispatch,
) -> Message:
    return Message.objects.create(
        ticket=ticket,
        conversation=thread,
        customer_id=ticket.customer_id,
        channel=way.channel,
        kind=Message.Kind.OUTBOUND,
        trust=Message.Trust.VERIFIED,
        author_id=actor.id,
        from_address=way.channel.address,
        from_name=actor.name,
        to=[each.address for each in way.to],
        cc=[each.address for each in way.cc],
        subject=dispatch.subject[:300],
        text=letter.text,
        full_text=whole if whole != letter.text else "",
        external_id=dispatch.external_id,
        received_at=dispatch.created_at,
        dispatch=dispatch,
    )


def change_line(ticket: Ticket, change: str, *, actor: Actor, now: datetime, text: str = "") -> TimelineEntry:
    """The line of the customer's history that a change of a ticket is; not stored yet."""
    return TimelineEntry(
        customer_id=ticket.customer_id,
        ticket_id=ticket.pk,
        at=now,
        kind=TimelineEntry.Kind.STATUS,
        direction=TimelineEntry.Direction.INTERNAL,
        title=change,
        text=text,
        **by(actor),
    )


def tell_change(ticket: Ticket, change: str, *, actor: Actor, now: datetime, reason: str = "") -> None:
    """The same, stored."""
    change_line(ticket, change, actor=actor, now=now, text=reason).save()


def tell_timeline(message: Message, actor: Actor, *, direction: str) -> None:
    """The line of the customer's history that a message of ours is."""
    kinds = TimelineEntry.Kind
    TimelineEntry.objects.create(
        customer_id=message.customer_id,
        ticket_id=message.ticket_id,
        at=message.received_at,
        kind=kinds.NOTE if message.kind == Message.Kind.NOTE else kinds.MESSAGE,
        object_id=message.pk,
        direction=direction,
        channel_id=message.channel_id,
        title=message.subject,
        text=message.text,
        **by(actor),
    )
