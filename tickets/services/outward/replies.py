"""Answering a customer, taking the answer back, and noting something for colleagues."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from channels_out.services import outbox
from channels_out.services.outbox import Recipient
from core.actor import Actor, ActorKind
from core.errors import Invalid
from core.history import by
from notices import live
from tickets.models import Draft, Message, Participant, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.escalation.superiors import concerned_by
from tickets.services.handling import awaiting, settling, turn
from tickets.services.handling.locking import check_version, lock
from tickets.services.handling.settling import Ending
from tickets.services.outward import drafts, letters, outgoing, quoting
from tickets.services.outward.letters import Letter
from tickets.services.outward.seen import ensure_seen
from tickets.services.promises import recovery

UNDO_WINDOW = timedelta(seconds=10)
AFTER_REPLY = (Ticket.Status.OPEN, Ticket.Status.WAITING_CUSTOMER, Ticket.Status.RESOLVED)
SENT = ("replied", "forwarded")
RESOLVED = "resolved"
UNSAID = Ending()
SAVED = [*turn.FIELDS, *settling.FIELDS, "status", "version", "owner", "first_response_at"]


@transaction.atomic
def reply(
    ticket_id: int,
    *,
    actor: Actor,
    text: str,
    now: datetime,
    undo: timedelta = timedelta(0),
    then: str = Ticket.Status.OPEN,
    ending: Ending = UNSAID,
    version: int | None = None,
    seen: int | None = None,
    file_ids: Sequence[tuple[int, str]] = (),
    to: Sequence[Recipient] = (),
    cc: Sequence[Recipient] | None = None,
    subject: str = "",
) -> Message:
    """Store the answer and its dispatch together; it leaves when the undo window has passed.

    then: the status afterwards: open, waiting_customer, or resolved with its ending.
    file_ids: StoredFile ids with the names to show.
    seen: the id of the last message that the writer has read, where they are to be told of a newer one.
    to, cc: whom it goes to, where that is not what outgoing.route says. subject: the ticket's when empty.
    An unowned ticket becomes the answerer's. The draft of the answer is gone afterwards.
    Raises Invalid (empty text, no way to write to this customer), NotAllowed, NewerMessage, Conflict,
    Ticket.DoesNotExist.
    """
    ticket = lock(ticket_id, actor=actor)
    ensure_seen(ticket, seen)
    check_version(ticket, version)
    settled = _checked(ticket, text, then, ending, now=now)
    way = outgoing.route(ticket, to=to, cc=cc)
    letter = Letter(text, subject, file_ids, quote=quoting.last_words(ticket, way))
    message = letters.send(ticket, letter, way, actor=actor, now=now, undo=undo)
    letters.tell_timeline(message, actor, direction=TimelineEntry.Direction.OUT)
    noted = {"newcomers": way.newcomers, "let_in": _let_in(message, way, actor=actor, now=now)}
    _answered(ticket, message, actor=actor, then=then, settled=settled, now=now, noted=noted)
    Draft.objects.filter(ticket=ticket, author_id=actor.id, mode=Draft.Mode.REPLY).delete()
    live.tickets_changed(ticket.pk)
    return message


def _checked(ticket: Ticket, text: str, then: str, ending: Ending, *, now: datetime) -> dict[str, object]:
    """What resolves the ticket, if the answer does."""
    if not text.strip():
        raise Invalid(_("The reply is empty. Write something first."), field="text")
    if then not in AFTER_REPLY:
        raise Invalid(_("After a reply a ticket is open, waits for the customer, or is resolved."), field="then")
    if then != Ticket.Status.RESOLVED:
        return {}
    if ticket.status == Ticket.Status.RESOLVED:  # a further word on what is settled
        return {name: getattr(ticket, name) for name in ("status", "resolved_at", "outcome", "fault", "cause")}
    return settling.settled(ticket, ending, now=now)


def _let_in(message: Message, way: outgoing.Way, *, actor: Actor, now: datetime) -> dict[int, str]:
    """Whoever of us writes to somebody in copy has decided that they take part, from this message on.

    Returns what had been decided before about those whom it changes, by their ids.
    """
    before: dict[int, str] = {}
    values = {"state": Participant.State.CONFIRMED, "decided_by": actor.name, "decided_at": now}
    for each in way.cc:
        fresh = {"name": each.name, "since": message, "added_at": now, "added_by": actor.name}
        found, made = Participant.objects.get_or_create(
            conversation=message.conversation, address=each.address, defaults=values | fresh
        )
        if not made and found.state != Participant.State.CONFIRMED:
            before[found.pk] = found.state
            Participant.objects.filter(pk=found.pk).update(**values)
    return before


def _answered(
    ticket: Ticket,
    message: Message,
    *,
    actor: Actor,
    then: str,
    settled: Mapping[str, object],
    now: datetime,
    noted: Mapping[str, object],
) -> None:
    """noted: what the history keeps besides, as far as there is anything."""
    before = as_it_was(ticket)
    turn.we_wrote(ticket, message.text, at=now)
    ticket.status, ticket.resolved_at, ticket.outcome, ticket.wrote_after = then, None, "", False
    for name, value in settled.items():
        setattr(ticket, name, value)
    ticket.first_response_at = ticket.first_response_at or now
    if ticket.owner_id is None and actor.kind == ActorKind.STAFF and actor.id not in concerned_by(ticket):
        ticket.owner_id = actor.id
    ticket.version += 1
    ticket.save(update_fields=SAVED)
    after: dict[str, object] = {"status": then, "owner": ticket.owner_id, "message": message.pk}
    after |= {"version": ticket.version} | ({"outcome": ticket.outcome} if settled else {})
    after |= {name: value for name, value in noted.items() if value}
    TicketHistory.objects.create(ticket=ticket, at=now, change="replied", before=before, after=after, **by(actor))
    deadlines.follow([ticket], now=now)
    if then == Ticket.Status.WAITING_CUSTOMER:
        awaiting.begin(ticket, actor=actor, now=now, awaited=awaiting.asked(message.text), message=message)
    elif settled and before["status"] != then:
        _tell_resolved(ticket, actor=actor, now=now)


def _tell_resolved(ticket: Ticket, *, actor: Actor, now: datetime) -> None:
    letters.tell_change(ticket, RESOLVED, actor=actor, now=now)
    recovery.fix_recorded(ticket, actor=actor, now=now)
    recovery.ask_to_check(ticket, now=now)


def as_it_was(ticket: Ticket) -> dict[str, object]:
    """What undo puts back."""
    return {name: getattr(ticket, name) for name in ("status", *settling.FIELDS)} | {"owner": ticket.owner_id}


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
    files = drafts.files_of(message)
    if dispatch_id is None or not outbox.withdraw(dispatch_id):
        raise Invalid(_("Too late: the reply is already on its way."))
    sent = TicketHistory.objects.get(ticket=ticket, change__in=SENT, after__message=message.pk)
    TimelineEntry.objects.filter(kind=TimelineEntry.Kind.MESSAGE, object_id=message.pk).delete()
    Participant.objects.filter(since=message).delete()
    _let_out(sent)
    message.delete()
    if message.conversation and message.is_aside and not message.conversation.messages.exists():
        message.conversation.delete()
    outbox.drop(dispatch_id)
    turn.recount(ticket)
    if sent.after["version"] == ticket.version:
        _put_back(ticket, sent)
    ticket.version += 1
    ticket.save(update_fields=SAVED)
    TicketHistory.objects.create(ticket=ticket, at=now, change="reply_undone", **by(actor))
    deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)
    if actor.kind == ActorKind.STAFF and actor.id:
        mode = Draft.Mode.FORWARD if message.is_aside else Draft.Mode.REPLY
        addressed = {"to": ", ".join(message.to), "cc": ", ".join(message.cc)}
        drafts.save(ticket, actor.id, mode=mode, text=message.text, now=now, addressed=addressed, files=files)
    return message.text


def _let_out(sent: TicketHistory) -> None:
    """Whoever the reply let in stands as before, unless somebody has decided about them since."""
    for pk, state in sent.after.get("let_in", {}).items():
        undecided = {"decided_by": "", "decided_at": None} if state == Participant.State.PROPOSED else {}
        Participant.objects.filter(pk=pk, decided_at=sent.at).update(state=state, **undecided)


def _put_back(ticket: Ticket, sent: TicketHistory) -> None:
    """Status, owner and ending as they were before the reply, and what followed from its being resolved."""
    if ticket.status == Ticket.Status.RESOLVED != sent.before["status"]:
        recovery.not_fixed_after_all(ticket)
        TimelineEntry.objects.filter(ticket=ticket, title=RESOLVED, at=sent.at).delete()
    ticket.status, ticket.owner_id = sent.before["status"], sent.before["owner"]
    for name in settling.FIELDS:
        setattr(ticket, name, sent.before.get(name, getattr(ticket, name)))


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
    letters.tell_timeline(message, actor, direction=TimelineEntry.Direction.INTERNAL)
    Draft.objects.filter(ticket=ticket, author_id=actor.id, mode=Draft.Mode.NOTE).delete()
    live.tickets_changed(ticket.pk)
    return message
