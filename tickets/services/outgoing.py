"""How a message of ours is addressed: through which channel, to whom, with which threading headers."""

from collections.abc import Sequence
from datetime import timedelta

from django.utils.translation import gettext as _

from channels_out.services.outbox import Outgoing, Recipient
from core.errors import Invalid
from core.secrets import sign_id
from customers.models import Identity
from policies.models import Channel
from tickets.models import Conversation, Message, Ticket

REPLY_TOKEN = "conversation"  # noqa: S105 (what the token is for)


def mailbox_for(channel: Channel) -> Channel | None:
    """The mailbox that writes for this channel: itself, the one it names in its settings, or the first there is."""
    if channel.kind == Channel.Kind.EMAIL:
        return channel
    mailboxes = Channel.objects.active().filter(kind=Channel.Kind.EMAIL)
    named = channel.settings.get("answers_by")
    return (mailboxes.filter(pk=named).first() if named else None) or mailboxes.first()


def recipient_for(ticket: Ticket) -> Recipient | None:
    """Where the customer of this ticket reads mail: the address that wrote last, else any that we know of."""
    wrote = ticket.messages.filter(kind=Message.Kind.INBOUND, automatic="").exclude(trust=Message.Trust.THIRD_PARTY)
    last = wrote.filter(from_address__contains="@").order_by("-received_at", "-id").first()
    if last:
        return Recipient(last.from_address, last.from_name)
    known = Identity.objects.filter(customer__root_id=ticket.customer.root_id, kind=Identity.Kind.EMAIL).first()
    return Recipient(known.value, ticket.customer.name) if known else None


def route(ticket: Ticket) -> tuple[Channel, Recipient]:
    """The way a reply would take now. Raises Invalid with what to do where there is none."""
    channel, recipient = mailbox_for(ticket.channel), recipient_for(ticket)
    if channel is None:
        raise Invalid(_("There is no mailbox to write from. An administrator can add one under Channels."))
    if recipient is None:
        raise Invalid(_("We know no e-mail address of this customer. Call, and write a note about what was said."))
    return channel, recipient


def conversation_on(ticket: Ticket, channel: Channel) -> Conversation:
    """The ticket's thread on a channel; begun when there is none yet."""
    known = ticket.conversations.filter(channel=channel).order_by("-id").first()
    return known or Conversation.objects.create(
        customer=ticket.customer, channel=channel, ticket=ticket, started_at=ticket.received_at
    )


def reply_address(channel: Channel, conversation_id: int) -> str:
    """The channel's address with a signed token that brings the answer back to this conversation."""
    local, _at, host = channel.address.partition("@")
    return f"{local}+{sign_id(REPLY_TOKEN, conversation_id)}@{host}"


def headers(channel: Channel, conversation_id: int, answered: Sequence[str], *, automatic: bool) -> dict[str, str]:
    """Threading headers (RFC 5322 3.6.4), the way back, and for machines that a machine wrote (RFC 3834)."""
    found = {"Reply-To": reply_address(channel, conversation_id), "X-Tanggap-Loop": "1"}
    if answered:
        found["In-Reply-To"] = f"<{answered[-1]}>"
        found["References"] = " ".join(f"<{external_id}>" for external_id in answered[-10:])
    if automatic:
        found |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "auto_reply"}
    return found


def subject_line(ticket: Ticket) -> str:
    """The subject with the reference, so that even a new mail that names it can find its way."""
    subject = ticket.subject
    bare = subject[3:].strip() if subject[:3].lower() == "re:" else subject
    return f"Re: {bare} [{ticket.reference}]"


def compose(
    ticket: Ticket,
    conversation: Conversation,
    *,
    channel: Channel,
    recipient: Recipient,
    text: str,
    delay: timedelta,
    attachments: Sequence[dict[str, object]] = (),
) -> Outgoing:
    """A reply of the staff, ready for the outbox."""
    earlier = conversation.messages.exclude(external_id="").order_by("received_at", "id")
    answered = list(earlier.values_list("external_id", flat=True))
    return Outgoing(
        channel=channel,
        recipients=[recipient],
        subject=subject_line(ticket),
        text=text,
        headers=headers(channel, conversation.pk, answered, automatic=False),
        attachments=attachments,
        delay=delay,
        order_key=f"conversation-{conversation.pk}",
    )
