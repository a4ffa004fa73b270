"""Messages from customers become part of tickets: whole batches, written in bulk, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from core import bulk
from core.actor import SYSTEM, ActorKind
from core.history import by
from notices import live
from notices.models import Notice
from policies.models import Priority
from tickets.models import Attachment, Conversation, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services import acknowledgement, proposing, turn
from tickets.services.incoming import Incoming
from tickets.services.numbering import unused_references

TOUCHED = [*turn.FIELDS, "status", "version", "resolved_at", "closed_at", "outcome"]


def take_in(items: Sequence[Incoming], *, now: datetime) -> None:
    """Append each message to its ticket or open one; fills in message, ticket and opened of every item.

    items: in the order received; a later one may follow an earlier one. Opens a new ticket in the same conversation
    where the old one is closed; reopens a resolved one. Queues an acknowledgement for every ticket opened by a person.
    Must run inside a transaction, together with the outcome of the arrivals.
    """
    locked = _lock_tickets(items)
    history: list[TicketHistory] = []
    opened: list[Incoming] = []
    for item in items:
        ticket = _ticket_of(item, locked)
        if ticket is None or (ticket.status in (Ticket.Status.CLOSED, Ticket.Status.SPAM) and not is_aside(item)):
            item.ticket, item.opened = _new_ticket(item, now=now), True
            opened.append(item)
        else:
            item.ticket = ticket
            history.extend(_append(ticket, item, now=now))
    proposing.propose(opened)
    _number([item.ticket for item in opened if item.ticket], now=now)
    _write_threads(items, opened)
    _write_messages(items)
    touched = {item.ticket.pk: item.ticket for item in items if item.ticket and not item.opened}
    _save_touched([ticket for pk, ticket in touched.items() if pk in locked])
    history.extend(_opened_entry(item, now=now) for item in opened)
    bulk.insert(history)
    acknowledgement.queue([item for item in opened if not item.automatic], now=now)
    _tell_owners([item for item in items if is_aside(item)], now=now)


def is_aside(item: Incoming) -> bool:
    """Whether it is part of a thread with a third party, beside the customer's."""
    thread = item.conversation or (item.follows.conversation if item.follows else None)
    return thread is not None and thread.kind == Conversation.Kind.THIRD_PARTY


def _tell_owners(items: Sequence[Incoming], *, now: datetime) -> None:
    """Who forwarded something learns that it was answered."""
    bulk.insert(
        Notice(
            recipient_id=item.ticket.owner_id,
            kind="third_party_answered",
            parameters={"by": item.from_name or item.from_address},
            object_kind="ticket",
            object_id=item.ticket.pk,
            created_at=now,
        )
        for item in items
        if item.ticket and item.ticket.owner_id and not item.automatic
    )
    live.tickets_changed(*{item.ticket.pk for item in items if item.ticket})


def _lock_tickets(items: Sequence[Incoming]) -> dict[int, Ticket]:
    """Lock the tickets that will change, in the order of their ids, so that two batches cannot block each other."""
    ids = {item.conversation.ticket_id for item in items if item.conversation}
    tickets = Ticket.objects.select_for_update(of=("self",)).filter(pk__in=ids).order_by("pk") if ids else []
    return {ticket.pk: ticket for ticket in tickets}


def _ticket_of(item: Incoming, locked: dict[int, Ticket]) -> Ticket | None:
    if item.follows:
        return item.follows.ticket
    return locked.get(item.conversation.ticket_id) if item.conversation else None


def _new_ticket(item: Incoming, *, now: datetime) -> Ticket:
    query_type_id = item.query_type_id or item.channel.query_type_id
    ticket = Ticket(
        reference=item.reference,
        subject=item.subject or turn.shorten(item.text)[:120],
        query_type_id=query_type_id,
        priority=item.priority or Priority.NORMAL,
        team_id=item.team_id or item.channel.team_id,
        customer=item.customer,
        channel=item.channel,
        created_at=now,
        received_at=item.received_at,
        queue_at=item.received_at,
        last_message_at=item.received_at,
        **item.facts,
    )
    turn.customer_wrote(ticket, item.text, at=item.received_at, automatic=bool(item.automatic))
    return ticket


def _number(tickets: Sequence[Ticket], *, now: datetime) -> None:
    """A reference for each that was not promised one."""
    unnumbered = [ticket for ticket in tickets if not ticket.reference]
    for ticket, reference in zip(unnumbered, unused_references(len(unnumbered), now=now), strict=True):
        ticket.reference = reference


def _append(ticket: Ticket, item: Incoming, *, now: datetime) -> list[TicketHistory]:
    """Another message on a ticket; a person's words bring a resolved or waiting ticket back to work."""
    if is_aside(item):
        return _append_aside(ticket, item, now=now)
    automatic = bool(item.automatic)
    turn.customer_wrote(ticket, item.text, at=item.received_at, automatic=automatic)
    ticket.version += 1
    before = ticket.status
    if automatic or before in (Ticket.Status.NEW, Ticket.Status.OPEN):
        return []
    ticket.status, ticket.resolved_at, ticket.outcome = Ticket.Status.OPEN, None, ""
    change = "reopened" if before == Ticket.Status.RESOLVED else "customer_answered"
    states = {"before": {"status": before}, "after": {"status": ticket.status}}
    return [TicketHistory(ticket=ticket, at=now, change=change, **states, **by(SYSTEM))]


def _append_aside(ticket: Ticket, item: Incoming, *, now: datetime) -> list[TicketHistory]:
    """A third party answered: no word of the customer's, so nothing but a ticket that waited for it changes."""
    ticket.version += 1
    if item.automatic or ticket.status != Ticket.Status.WAITING_THIRD_PARTY:
        return []
    ticket.status, ticket.ball, ticket.queue_at = Ticket.Status.OPEN, Ticket.Ball.OURS, item.received_at
    states = {"before": {"status": Ticket.Status.WAITING_THIRD_PARTY}, "after": {"status": ticket.status}}
    return [TicketHistory(ticket=ticket, at=now, change="third_party_answered", **states, **by(SYSTEM))]


def _opened_entry(item: Incoming, *, now: datetime) -> TicketHistory:
    after = {"channel": item.channel.kind, "threaded_by": item.threaded_by}
    return TicketHistory(ticket=item.ticket, at=now, change="opened", after=after, **by(SYSTEM))


def _write_threads(items: Sequence[Incoming], opened: Sequence[Incoming]) -> None:
    """New tickets, and for each its conversation: a new one, or the old one that runs on."""
    bulk.insert(item.ticket for item in opened if item.ticket)
    fresh: list[Conversation] = []
    running_on: list[Conversation] = []
    for item in opened:
        assert item.ticket is not None
        known = item.conversation or (item.follows.conversation if item.follows else None)
        if known:
            known.ticket = item.ticket
            item.conversation = known
            running_on.append(known)
        else:
            item.conversation = Conversation(
                customer=item.customer,
                channel=item.channel,
                ticket=item.ticket,
                identity=item.identity,
                thread_key=item.external_id,
                started_at=item.received_at,
            )
            fresh.append(item.conversation)
    bulk.insert(fresh)
    Conversation.objects.bulk_update(running_on, ["ticket"])
    for item in items:
        if item.follows and item.conversation is None:
            item.conversation = item.follows.conversation


def _write_messages(items: Sequence[Incoming]) -> None:
    for item in items:
        item.message = _message(item)
    messages = bulk.insert(item.message for item in items if item.message)
    bulk.insert(_entry(item, message) for item, message in zip(items, messages, strict=True))
    bulk.insert(
        Attachment(message=message, file=file.stored, name=file.name, inline=file.inline, content_id=file.content_id)
        for item, message in zip(items, messages, strict=True)
        for file in item.files
    )


def _message(item: Incoming) -> Message:
    assert item.ticket is not None
    return Message(
        ticket=item.ticket,
        conversation=item.conversation,
        customer_id=item.ticket.customer_id if item.trust == Message.Trust.THIRD_PARTY else item.customer.pk,
        channel=item.channel,
        kind=Message.Kind.INBOUND,
        automatic=item.automatic,
        trust=item.trust,
        from_address=item.from_address,
        from_name=item.from_name,
        to=list(item.to),
        cc=list(item.cc),
        subject=item.subject,
        text=item.text,
        full_text=item.full_text if item.full_text != item.text else "",
        html=item.html,
        external_id=item.external_id,
        threaded_by=item.threaded_by,
        remarks=list(item.remarks),
        sent_at=item.sent_at,
        received_at=item.received_at,
    )


def _entry(item: Incoming, message: Message) -> TimelineEntry:
    return TimelineEntry(
        customer_id=message.customer_id,
        ticket=item.ticket,
        at=message.received_at,
        kind=TimelineEntry.Kind.MESSAGE,
        object_id=message.pk,
        direction=TimelineEntry.Direction.INTERNAL if is_aside(item) else TimelineEntry.Direction.IN,
        channel=item.channel,
        actor_kind=ActorKind.SYSTEM if item.automatic else ActorKind.CUSTOMER,
        actor_id=item.customer.pk,
        actor_name=item.from_name or item.from_address,
        title=item.subject,
        text=item.text,
    )


def _save_touched(tickets: Sequence[Ticket]) -> None:
    """One upsert for all of them: Django's bulk_update grows with rows times columns."""
    if tickets:
        Ticket.objects.bulk_create(tickets, update_conflicts=True, unique_fields=["id"], update_fields=TOUCHED)
