"""What somebody does about a message that did not get through, or shall not: stop it, correct it, take another way."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from core.actor import Actor
from core.errors import Invalid
from core.history import by
from customers.models import Identity
from notices import live
from policies.models import Channel
from tickets.models import Attachment, Conversation, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.handling import turn
from tickets.services.handling.locking import lock
from tickets.services.outward import outgoing

THREADING = ("In-Reply-To", "References", "Reply-To")
TURN = [*turn.FIELDS, "first_response_at", "version"]


@dataclass(frozen=True, slots=True)
class Correction:
    """What is different the second time; None leaves it as it was. files: the ids of those that still go along."""

    to: Sequence[Recipient] | None = None
    cc: Sequence[Recipient] | None = None
    subject: str | None = None
    text: str | None = None
    files: Collection[int] | None = None


@dataclass(frozen=True, slots=True)
class OtherWay:
    """Another way to the same customer: a channel of ours and an address of theirs."""

    channel: Channel
    address: str


@dataclass(slots=True)
class Again:
    """What is sent instead of a message that failed. text: the words that somebody wrote, without what stands below."""

    parcel: Outgoing
    text: str
    conversation: Conversation | None


@transaction.atomic
def edit_and_resend(
    dispatch_id: int, *, actor: Actor, correction: Correction, now: datetime, undo: timedelta = timedelta(0)
) -> Message:
    """Send a message that failed once more as a new one, corrected; the failed one stays and names its successor.

    Whoever may change its ticket may say so. Raises Invalid (it has not failed, nothing written, no address or none
    that can be written to), NotAllowed, Message.DoesNotExist.
    """
    failed, ticket = _failed(dispatch_id, actor)
    again = _corrected(failed, correction, undo=undo)
    return _instead(failed, ticket, again, actor=actor, now=now)


@transaction.atomic
def send_by_other_channel(
    dispatch_id: int, *, actor: Actor, channel_id: int, address: str, now: datetime, undo: timedelta = timedelta(0)
) -> Message:
    """Send a message that failed by another of the ways that `other_ways` names, in that channel's conversation.

    Raises Invalid (it has not failed, there is no such way), NotAllowed, Message.DoesNotExist.
    """
    failed, ticket = _failed(dispatch_id, actor)
    chosen = (channel_id, address.strip().lower())
    ways = [way for way in other_ways(failed) if (way.channel.pk, way.address.lower()) == chosen]
    if not ways:
        raise Invalid(_("There is no such way to this customer."), field="channel")
    to = [Recipient(ways[0].address, ticket.customer.name)]
    again = _corrected(failed, Correction(to=to, cc=()), undo=undo)
    _move(again, ticket, ways[0].channel)
    return _instead(failed, ticket, again, actor=actor, now=now)


def _move(again: Again, ticket: Ticket, channel: Channel) -> None:
    """Into the ticket's conversation on another channel, to which the answer then comes back."""
    conversation = outgoing.conversation_on(ticket, channel)
    again.conversation, again.parcel.channel = conversation, channel
    again.parcel.order_key = f"conversation-{conversation.pk}"
    kept = {name: value for name, value in again.parcel.headers.items() if name not in THREADING}
    again.parcel.headers = kept | {"Reply-To": outgoing.reply_address(channel, conversation.pk)}


def other_ways(message: Message) -> list[OtherWay]:
    """The other ways by which the customer of a message can be written to, the most like the one that failed first."""
    root = message.customer.root_id
    found = Identity.objects.filter(customer__root_id=root, kind=Identity.Kind.EMAIL).order_by("id")
    addresses = [identity.value for identity in found]
    mailboxes = Channel.objects.active().filter(kind=Channel.Kind.EMAIL)
    tried = {(message.channel_id, address.lower()) for address in message.to}
    ways = [OtherWay(mailbox, address) for mailbox in mailboxes for address in addresses]
    free = [way for way in ways if (way.channel.pk, way.address.lower()) not in tried]
    return sorted(free, key=lambda way: way.channel.pk != message.channel_id)


@transaction.atomic
def cancel(dispatch_id: int, *, actor: Actor, now: datetime) -> None:
    """Stop a message that waits to be sent or is held; it stays on the ticket as one that did not leave.

    Raises Invalid where it is on its way or has left, NotAllowed, Message.DoesNotExist.
    """
    message, ticket = _held(dispatch_id, actor)
    if not outbox.cancel(dispatch_id, reason=_("Stopped by %(name)s before it left.") % {"name": actor.name}):
        raise Invalid(_("Too late: this message is on its way or has left."))
    if ticket.is_open and not message.automatic and not message.is_aside:
        ticket.ball, ticket.queue_at = Ticket.Ball.OURS, message.received_at
    _changed(ticket, actor, "dispatch_cancelled", now=now, after={"dispatch": dispatch_id})


def _held(dispatch_id: int, actor: Actor) -> tuple[Message, Ticket]:
    message = (
        Message.objects.visible_to(actor)
        .select_related("dispatch__channel", "conversation")
        .get(dispatch_id=dispatch_id)
    )
    return message, lock(message.ticket_id, actor=actor)


def _failed(dispatch_id: int, actor: Actor) -> tuple[Message, Ticket]:
    message, ticket = _held(dispatch_id, actor)
    dispatch = message.dispatch
    if dispatch is None or dispatch.state != Dispatch.State.FAILED or dispatch.superseded_by_id:
        raise Invalid(_("This message has not failed, so there is nothing to send again."))
    return message, ticket


def _corrected(failed: Message, correction: Correction, *, undo: timedelta) -> Again:
    """The same message with what is different; what stood below its text, such as the signature, stays."""
    dispatch = failed.dispatch
    assert dispatch is not None
    text = failed.text if correction.text is None else correction.text
    if not text.strip():
        raise Invalid(_("The reply is empty. Write something first."), field="text")
    same = text == failed.text
    below = dispatch.text.removeprefix(failed.text) if dispatch.text.startswith(failed.text) else ""
    parcel = Outgoing(
        channel=dispatch.channel,
        recipients=_addressed(dispatch, correction),
        subject=(correction.subject or "").strip() or dispatch.subject,
        text=dispatch.text if same else text + below,
        html=dispatch.html if same else "",
        headers=dispatch.headers,
        attachments=_going_along(dispatch, correction),
        automatic=dispatch.automatic,
        delay=undo,
        order_key=dispatch.order_key,
    )
    return Again(parcel, text, failed.conversation)


def _going_along(dispatch: Dispatch, correction: Correction) -> list[dict[str, Any]]:
    """Files may be left out, none is added."""
    files: list[dict[str, Any]] = dispatch.attachments
    return files if correction.files is None else [each for each in files if each["file"] in correction.files]


def _addressed(dispatch: Dispatch, correction: Correction) -> list[Recipient]:
    kinds = DispatchRecipient.Kind
    recipients: list[Recipient] = []
    for kind, chosen in ((kinds.TO, correction.to), (kinds.CC, correction.cc)):
        before = [Recipient(old.address, old.name) for old in dispatch.recipients.filter(kind=kind).order_by("id")]
        now = before if chosen is None else chosen
        recipients += [Recipient(each.address.strip(), each.name, kind) for each in now]
    for recipient in recipients:
        _check(recipient)
    if correction.to or correction.cc:
        outgoing.refuse_our_own(recipients)
    if not any(recipient.kind == kinds.TO for recipient in recipients):
        raise Invalid(_("Name at least one address to write to."), field="to")
    return recipients


def _check(recipient: Recipient) -> None:
    try:
        validate_email(recipient.address)
    except ValidationError as wrong:
        why = _("%(address)s is not an e-mail address.") % {"address": recipient.address}
        raise Invalid(why, field=str(recipient.kind)) from wrong


def _instead(failed: Message, ticket: Ticket, again: Again, *, actor: Actor, now: datetime) -> Message:
    """Store the new message like the failed one, and let the ticket follow."""
    dispatch = outbox.queue([again.parcel], now=now)[0]
    assert failed.dispatch_id is not None
    outbox.supersede(failed.dispatch_id, by=dispatch)
    message = _message(failed, again, dispatch, actor)
    _tell_timeline(failed, message, actor)
    if ticket.is_open and not message.automatic:
        turn.recount(ticket)
    after = {"dispatch": dispatch.pk, "message": message.pk}
    _changed(ticket, actor, "dispatch_corrected", now=now, before={"dispatch": failed.dispatch_id}, after=after)
    return message


def _changed(ticket: Ticket, actor: Actor, change: str, *, now: datetime, **what: dict[str, int]) -> None:
    ticket.version += 1
    ticket.save(update_fields=TURN)
    TicketHistory.objects.create(ticket=ticket, at=now, change=change, **what, **by(actor))
    deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)


def _message(failed: Message, again: Again, dispatch: Dispatch, actor: Actor) -> Message:
    """Like the failed one in all that was not corrected."""
    message = Message.objects.get(pk=failed.pk)
    message.pk, message._state.adding = None, True
    message.conversation, message.channel, message.dispatch = again.conversation, again.parcel.channel, dispatch
    message.to, message.cc = _addresses(again, "to"), _addresses(again, "cc")
    message.subject, message.external_id = again.parcel.subject[:300], dispatch.external_id
    message.author_id, message.from_name, message.from_address = actor.id, actor.name, again.parcel.channel.address
    message.text, message.received_at = again.text, dispatch.created_at
    message.full_text = again.parcel.text if again.parcel.text != again.text else ""
    message.html = failed.html if again.text == failed.text else ""
    message.save()
    files = failed.attachments.filter(file__in=[each["file"] for each in again.parcel.attachments]).order_by("id")
    Attachment.objects.bulk_create(Attachment(message=message, file_id=each.file_id, name=each.name) for each in files)
    return message


def _addresses(again: Again, kind: str) -> list[str]:
    return [recipient.address for recipient in again.parcel.recipients if recipient.kind == kind]


def _tell_timeline(failed: Message, message: Message, actor: Actor) -> None:
    """Where the failed one stands in the history, the new one stands as well."""
    spoken = [TimelineEntry.Kind.MESSAGE, TimelineEntry.Kind.NOTE]
    entry = TimelineEntry.objects.get(object_id=failed.pk, kind__in=spoken)
    entry.pk, entry._state.adding = None, True
    entry.object_id, entry.at, entry.title, entry.text = message.pk, message.received_at, message.subject, message.text
    entry.channel_id = message.channel_id
    entry.actor_kind, entry.actor_id, entry.actor_name = actor.kind.value, actor.id, actor.name
    entry.save()
