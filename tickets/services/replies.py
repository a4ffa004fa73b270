"""Answering a customer, taking the answer back, and noting something for colleagues."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.services import outbox
from core.actor import Actor, ActorKind
from core.errors import Invalid
from core.history import by
from notices import live
from staff.models import User
from tickets.models import Attachment, Draft, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services import outgoing, turn
from tickets.services.locking import lock

UNDO_WINDOW = timedelta(seconds=10)
AFTER_REPLY = (Ticket.Status.OPEN, Ticket.Status.WAITING_CUSTOMER)
SAVED = [*turn.FIELDS, "status", "version", "owner", "first_response_at", "resolved_at", "outcome"]


@transaction.atomic
def reply(
    ticket_id: int,
    *,
    actor: Actor,
    text: str,
    now: datetime,
    undo: timedelta = timedelta(0),
    then: str = Ticket.Status.OPEN,
    version: int | None = None,
    file_ids: Sequence[tuple[int, str]] = (),
) -> Message:
    """Store the answer and its dispatch together; it leaves when the undo window has passed.

    then: the status afterwards, open or waiting_customer. file_ids: StoredFile ids with the names to show.
    An unowned ticket becomes the answerer's. The draft of the answer is gone afterwards.
    Raises Invalid (empty text, no way to write to this customer), NotAllowed, Conflict, Ticket.DoesNotExist.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if not text.strip():
        raise Invalid(_("The reply is empty. Write something first."), field="text")
    if then not in AFTER_REPLY:
        raise Invalid(_("After a reply a ticket is open or waits for the customer."), field="then")
    message = _send(ticket, actor=actor, text=text, now=now, undo=undo, file_ids=file_ids)
    _tell(ticket, message, actor, TimelineEntry.Kind.MESSAGE, TimelineEntry.Direction.OUT)
    _answered(ticket, message, actor=actor, then=then, now=now)
    Draft.objects.filter(ticket=ticket, author_id=actor.id, mode=Draft.Mode.REPLY).delete()
    live.tickets_changed(ticket.pk)
    return message


def _send(
    ticket: Ticket, *, actor: Actor, text: str, now: datetime, undo: timedelta, file_ids: Sequence[tuple[int, str]]
) -> Message:
    """The message and its dispatch, on the conversation of the channel it leaves by."""
    channel, recipient = outgoing.route(ticket)
    conversation = outgoing.conversation_on(ticket, channel)
    attachments = [{"file": pk, "name": name} for pk, name in file_ids]
    parcel = outgoing.compose(
        ticket, conversation, channel=channel, recipient=recipient, text=text, delay=undo, attachments=attachments
    )
    dispatch = outbox.queue([parcel], now=now)[0]
    message = Message.objects.create(
        ticket=ticket,
        conversation=conversation,
        customer_id=ticket.customer_id,
        channel=channel,
        kind=Message.Kind.OUTBOUND,
        trust=Message.Trust.VERIFIED,
        author_id=actor.id,
        from_address=channel.address,
        from_name=actor.name,
        to=[recipient.address],
        subject=parcel.subject[:300],
        text=text,
        external_id=dispatch.external_id,
        received_at=now,
        dispatch=dispatch,
    )
    Attachment.objects.bulk_create(Attachment(message=message, file_id=pk, name=name) for pk, name in file_ids)
    return message


def _answered(ticket: Ticket, message: Message, *, actor: Actor, then: str, now: datetime) -> None:
    before = {"status": ticket.status, "owner": ticket.owner_id, "resolved_at": ticket.resolved_at}
    before["outcome"] = ticket.outcome
    turn.we_wrote(ticket, message.text, at=now)
    ticket.status, ticket.resolved_at, ticket.outcome = then, None, ""
    ticket.first_response_at = ticket.first_response_at or now
    if ticket.owner_id is None and actor.kind == ActorKind.STAFF:
        ticket.owner_id = actor.id
    ticket.version += 1
    ticket.save(update_fields=SAVED)
    after = {"status": then, "owner": ticket.owner_id, "message": message.pk, "version": ticket.version}
    TicketHistory.objects.create(ticket=ticket, at=now, change="replied", before=before, after=after, **by(actor))


@transaction.atomic
def undo(message_id: int, *, actor: Actor, now: datetime) -> str:
    """Take back a reply that has not left yet and return its text, which is the draft again.

    The ticket is as it was before: its turn is counted again from the messages; status and owner come from the
    history, unless somebody has changed the ticket since.
    Raises Invalid where the reply is already on its way, Message.DoesNotExist, NotAllowed.
    """
    message = Message.objects.visible_to(actor).get(pk=message_id, kind=Message.Kind.OUTBOUND)
    ticket = lock(message.ticket_id, actor=actor)
    dispatch_id = message.dispatch_id
    if dispatch_id is None or not outbox.withdraw(dispatch_id):
        raise Invalid(_("Too late: the reply is already on its way."))
    sent = TicketHistory.objects.get(ticket=ticket, change="replied", after__message=message.pk)
    TimelineEntry.objects.filter(kind=TimelineEntry.Kind.MESSAGE, object_id=message.pk).delete()
    message.delete()
    outbox.drop(dispatch_id)
    turn.recount(ticket)
    if sent.after["version"] == ticket.version:
        ticket.status, ticket.owner_id = sent.before["status"], sent.before["owner"]
        ticket.resolved_at, ticket.outcome = sent.before["resolved_at"], sent.before["outcome"]
    ticket.version += 1
    ticket.save(update_fields=SAVED)
    TicketHistory.objects.create(ticket=ticket, at=now, change="reply_undone", **by(actor))
    live.tickets_changed(ticket.pk)
    if actor.kind == ActorKind.STAFF and actor.id:
        save_draft(ticket, actor.id, mode=Draft.Mode.REPLY, text=message.text, now=now)
    return message.text


@transaction.atomic
def note(ticket_id: int, *, actor: Actor, text: str, now: datetime) -> Message:
    """Write something that only the staff reads. Whoever may read the ticket may note something on it.

    Raises Invalid where the note is empty, Ticket.DoesNotExist.
    """
    ticket = Ticket.objects.visible_to(actor).get(pk=ticket_id)
    if not actor.is_staff:
        raise Ticket.DoesNotExist
    if not text.strip():
        raise Invalid(_("The note is empty. Write something first."), field="text")
    message = Message.objects.create(
        ticket=ticket,
        customer_id=ticket.customer_id,
        kind=Message.Kind.NOTE,
        trust=Message.Trust.VERIFIED,
        author_id=actor.id,
        from_name=actor.name,
        text=text,
        received_at=now,
    )
    _tell(ticket, message, actor, TimelineEntry.Kind.NOTE, TimelineEntry.Direction.INTERNAL)
    Draft.objects.filter(ticket=ticket, author_id=actor.id, mode=Draft.Mode.NOTE).delete()
    live.tickets_changed(ticket.pk)
    return message


def _tell(ticket: Ticket, message: Message, actor: Actor, kind: str, direction: str) -> None:
    TimelineEntry.objects.create(
        customer_id=ticket.customer_id,
        ticket=ticket,
        at=message.received_at,
        kind=kind,
        object_id=message.pk,
        direction=direction,
        channel_id=message.channel_id,
        actor_kind=actor.kind.value,
        actor_id=actor.id,
        actor_name=actor.name,
        title=message.subject,
        text=message.text,
    )


def save_draft(ticket: Ticket, author_id: int, *, mode: str, text: str, now: datetime) -> None:
    """Keep what somebody is writing; an empty text removes the draft."""
    if not text.strip():
        Draft.objects.filter(ticket=ticket, author_id=author_id, mode=mode).delete()
        return
    Draft.objects.update_or_create(
        ticket=ticket, author=User(pk=author_id), mode=mode, defaults={"text": text, "saved_at": now}
    )
