"""The first answer, by itself: we have it, this is its number, this is where you see what becomes of it.

Only people get one, once per ticket, within the budget of their address (threats.md T10, T11).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import compress

from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.models import Dispatch
from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from core import bulk
from policies.models import Channel
from tickets.customer_dates import told_in
from tickets.links import status_url
from tickets.models import Conversation, Message, Ticket, TimelineEntry
from tickets.services.clocks.expecting import expected
from tickets.services.handling import turn
from tickets.services.inward.incoming import Incoming
from tickets.services.outward.outgoing import headers, mailbox_for, subject_line

AUTOMATIC = "acknowledgement"


def queue(opened: Sequence[Incoming], *, now: datetime) -> None:
    """Put an acknowledgement into the outbox for each new ticket whose customer can be written to."""
    mailboxes = {item.channel.pk: item.channel for item in opened}
    senders = {pk: mailbox_for(channel) for pk, channel in mailboxes.items()}
    reachable = [item for item in opened if senders[item.channel.pk] and _can_be_reached(item)]
    allowed = outbox.fitting([item.from_address for item in reachable], now=now) if reachable else []
    chosen = list(compress(reachable, allowed))
    due = expected([item.ticket for item in chosen if item.ticket])
    written = [(item, _outgoing(item, senders[item.channel.pk], due)) for item in chosen]
    dispatches = outbox.queue([outgoing for _item, outgoing in written], now=now)
    messages = bulk.insert(
        message_of(item.conversation, outgoing, dispatch, automatic=AUTOMATIC, now=now)
        for (item, outgoing), dispatch in zip(written, dispatches, strict=True)
        if item.conversation
    )
    bulk.insert(map(entry, messages))


def withdraw(ticket: Ticket) -> None:
    """Take back what has not left yet, in the caller's transaction; nobody has seen it, so nothing of it stays."""
    for message in ticket.messages.filter(automatic=AUTOMATIC, kind=Message.Kind.OUTBOUND):
        if message.dispatch_id and outbox.withdraw(message.dispatch_id):
            TimelineEntry.objects.filter(kind=TimelineEntry.Kind.MESSAGE, object_id=message.pk).delete()
            message.delete()
            outbox.drop(message.dispatch_id)


def make_up_for(ticket: Ticket, *, now: datetime) -> None:
    """Send the acknowledgement that a ticket should have had, once; nothing where a machine began it."""
    if ticket.messages.filter(kind=Message.Kind.OUTBOUND).exists():
        return
    messages = ticket.messages.filter(kind=Message.Kind.INBOUND).select_related("channel", "conversation__identity")
    first = messages.order_by("received_at", "id").first()
    if first is None or first.is_held_back or first.channel is None or first.conversation is None:
        return
    identity = first.conversation.identity
    if identity is None:
        return
    item = Incoming(
        channel=first.channel,
        customer=ticket.customer,
        identity=identity,
        received_at=first.received_at,
        text=first.text,
        from_address=first.from_address,
        from_name=first.from_name,
        external_id=first.external_id,
        conversation=first.conversation,
    )
    item.ticket = ticket
    queue([item], now=now)


def _can_be_reached(item: Incoming) -> bool:
    return "@" in item.from_address and item.identity.undeliverable_at is None


def _outgoing(item: Incoming, mailbox: Channel | None, due: Mapping[int, datetime]) -> Outgoing:
    assert item.ticket is not None
    assert item.conversation is not None
    assert mailbox is not None
    answered = [item.external_id] if item.channel.kind == Channel.Kind.EMAIL else []
    return Outgoing(
        channel=mailbox,
        recipients=[Recipient(item.from_address, item.from_name)],
        subject=subject_line(item.ticket),
        text=acknowledgement_text(item, due=due.get(item.ticket.pk)),
        headers=headers(mailbox, item.conversation.pk, answered, automatic=True),
        automatic=True,
        order_key=f"conversation-{item.conversation.pk}",
    )


def acknowledgement_text(item: Incoming, *, due: datetime | None = None) -> str:
    """What the customer reads, in the customer's language; times in the customer's zone, named.

    due: by when we mean to settle it, where the customer may read that.
    """
    assert item.ticket is not None
    language = item.language or item.customer.language
    minute = item.received_at.replace(second=0, microsecond=0)
    with translation.override(language):
        return _(
            "Hello %(name)s,\n\n"
            "we have received your message. Its number is %(reference)s.\n"
            "Received: %(when)s\n"
            "Subject: %(subject)s\n%(promise)s\n"
            "Somebody of our team reads it and answers you. You need not write again; if you want to add something, "
            "just answer this mail.\n\n"
            "See how it stands: %(link)s\n\n"
            "%(company)s"
        ) % {
            "name": item.from_name or item.customer.name or item.from_address,
            "reference": item.ticket.reference,
            "when": told_in(minute, item.customer.time_zone, language),
            "subject": item.ticket.subject,
            "promise": _promise(due, item.customer.time_zone, language) if due else "",
            "link": status_url(item.ticket.pk),
            "company": item.channel.name,
        }


def _promise(due: datetime, time_zone: str, language: str) -> str:
    return _("We mean to settle it by %(when)s.") % {"when": told_in(due, time_zone, language)} + "\n"


def message_of(
    thread: Conversation, outgoing: Outgoing, dispatch: Dispatch, *, automatic: str, now: datetime
) -> Message:
    """What a machine wrote in the customer's thread, with its dispatch; not stored yet. automatic: what kind it is."""
    return Message(
        ticket=thread.ticket,
        conversation=thread,
        customer_id=thread.ticket.customer_id,
        channel=outgoing.channel,
        kind=Message.Kind.OUTBOUND,
        automatic=automatic,
        trust=Message.Trust.VERIFIED,
        from_address=outgoing.channel.address,
        from_name=outgoing.channel.name,
        to=[recipient.address for recipient in outgoing.recipients],
        subject=outgoing.subject[:300],
        text=outgoing.text,
        external_id=dispatch.external_id,
        received_at=now,
        dispatch_id=dispatch.pk,
    )


def entry(message: Message) -> TimelineEntry:
    return TimelineEntry(
        customer_id=message.customer_id,
        ticket_id=message.ticket_id,
        at=message.received_at,
        kind=TimelineEntry.Kind.MESSAGE,
        object_id=message.pk,
        direction=TimelineEntry.Direction.OUT,
        channel_id=message.channel_id,
        actor_kind="system",
        actor_name=message.from_name,
        title=message.subject,
        text=turn.shorten(message.text),
    )
