"""Messages from customers become part of tickets: whole batches, written in bulk, in the caller's transaction."""

from collections.abc import Sequence
from datetime import datetime

from core import bulk
from core.actor import SYSTEM, ActorKind
from core.history import by
from notices import live
from policies.models import Priority
from tickets.models import Attachment, Conversation, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.clocks.nearest import SHOWN
from tickets.services.escalation import escalating, priority_checks
from tickets.services.handling import turn
from tickets.services.inward import participants, proposing, telling
from tickets.services.inward.incoming import Incoming
from tickets.services.inward.numbering import unused_references
from tickets.services.outward import acknowledgement
from tickets.services.promises import recovery

TOUCHED = [*turn.FIELDS, *SHOWN, "status", "version", "resolved_at", "closed_at", "outcome", "wrote_after"]


def take_in(items: Sequence[Incoming], *, now: datetime) -> None:
    """Append each message to its ticket or open one; fills in message, ticket and opened of every item.

    items: in the order received; a later one may follow an earlier one. Opens a new ticket in the same conversation
    where the old one is closed; reopens a resolved one. Queues an acknowledgement for every ticket opened by a person.
    What is spam opens a ticket that is spam at once; what follows on one stays with it. Nothing quiet changes a status.
    Must run inside a transaction, together with the outcome of the arrivals.
    """
    locked = _lock_tickets(items)
    history: list[TicketHistory] = []
    opened: list[Incoming] = []
    for item in items:
        ticket = _ticket_of(item, locked)
        if ticket is None or (ticket.status == Ticket.Status.CLOSED and not item.is_quiet):
            item.ticket, item.opened = _new_ticket(item, now=now), True
            opened.append(item)
        else:
            item.ticket = ticket
            history.extend(_append(ticket, item, now=now))
    proposing.propose(opened)
    _number([item.ticket for item in opened if item.ticket], now=now)
    begun = deadlines.begin([item.ticket for item in opened if item.ticket], now=now)
    _write_threads(items, opened)
    _write_messages(items)
    history.extend(_opened_entry(item, now=now) for item in opened)
    bulk.insert(history)
    deadlines.write(begun)
    _save_touched([item for item in items if item.ticket and item.ticket.pk in locked and not item.opened], now=now)
    participants.propose(items, now=now)
    acknowledgement.queue([item for item in opened if not item.is_quiet and not item.spam], now=now)
    telling.tell(items, now=now)
    recovery.customers_wrote(items, now=now)
    escalating.customers_wrote(items, now=now)
    priority_checks.customers_wrote(items, now=now)
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
        status=Ticket.Status.SPAM if item.spam else Ticket.Status.NEW,
        **item.facts,
    )
    turn.customer_wrote(ticket, item.text, at=item.received_at, automatic=item.is_quiet)
    return ticket


def _number(tickets: Sequence[Ticket], *, now: datetime) -> None:
    """A reference for each that was not promised one."""
    unnumbered = [ticket for ticket in tickets if not ticket.reference]
    for ticket, reference in zip(unnumbered, unused_references(len(unnumbered), now=now), strict=True):
        ticket.reference = reference


def _append(ticket: Ticket, item: Incoming, *, now: datetime) -> list[TicketHistory]:
    """Another message on a ticket; a person's words bring a resolved or waiting ticket back to work."""
    if item.is_aside:
        return _append_aside(ticket, item, now=now)
    quiet = item.is_quiet or ticket.status == Ticket.Status.SPAM
    turn.customer_wrote(ticket, item.text, at=item.received_at, automatic=quiet)
    ticket.version += 1
    before = ticket.status
    ending: dict[str, object] = {"resolved_at": ticket.resolved_at, "outcome": ticket.outcome}
    item.reopened = not quiet and before == Ticket.Status.RESOLVED
    if quiet or before in (Ticket.Status.NEW, Ticket.Status.OPEN):
        return []
    ticket.status, ticket.resolved_at, ticket.outcome = Ticket.Status.OPEN, None, ""
    change = "reopened" if before == Ticket.Status.RESOLVED else "customer_answered"
    was = {"status": before} | (ending if item.reopened else {})
    ticket.wrote_after = ticket.wrote_after or item.reopened
    after = {"status": ticket.status}
    return [TicketHistory(ticket=ticket, at=now, change=change, before=was, after=after, **by(SYSTEM))]


def _append_aside(ticket: Ticket, item: Incoming, *, now: datetime) -> list[TicketHistory]:
    """A third party answered: no word of the customer's, so nothing but a ticket that waited for it changes."""
    ticket.version += 1
    if item.automatic or ticket.status != Ticket.Status.WAITING_THIRD_PARTY:
        return []
    ticket.status, ticket.ball, ticket.queue_at = Ticket.Status.OPEN, Ticket.Ball.OURS, item.received_at
    states = {"before": {"status": Ticket.Status.WAITING_THIRD_PARTY}, "after": {"status": ticket.status}}
    return [TicketHistory(ticket=ticket, at=now, change="third_party_answered", **states, **by(SYSTEM))]


def _opened_entry(item: Incoming, *, now: datetime) -> TicketHistory:
    after = {"channel": item.channel.kind, "threaded_by": item.threaded_by, "remarks": list(item.remarks)}
    after |= {"status": Ticket.Status.SPAM} if item.spam else {}
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
        customer_id=item.ticket.customer_id if item.is_held_back or item.taking_part else item.customer.pk,
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
        let_in_at=item.received_at if item.taking_part else None,
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
        direction=TimelineEntry.Direction.INTERNAL if item.is_aside else TimelineEntry.Direction.IN,
        channel=item.channel,
        actor_kind=_speaks_as(item),
        actor_id=item.customer.pk,
        actor_name=item.from_name or item.from_address,
        title=item.subject,
        text=item.text,
    )


def _speaks_as(item: Incoming) -> ActorKind:
    """Whose word it is: only a customer's, or a participant's, counts as one that waits for us."""
    if item.automatic:
        return ActorKind.SYSTEM
    return ActorKind.ANONYMOUS if item.is_held_back else ActorKind.CUSTOMER


def _save_touched(items: Sequence[Incoming], *, now: datetime) -> None:
    touched = {item.ticket.pk: item.ticket for item in items if item.ticket}
    if not touched:
        return
    unmoved = deadlines.owed_an_answer(touched.keys(), since=min(item.received_at for item in items))
    moved = [ticket for pk, ticket in touched.items() if pk not in unmoved]
    deadlines.follow(moved, now=now, save=False)
    bulk.update(list(touched.values()), TOUCHED)
