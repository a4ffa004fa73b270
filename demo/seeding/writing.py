"""Writing the stories down as rows, in bulk, as the services would have written them one by one."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import translation

from channels_out.ids import new_message_id
from channels_out.models import Dispatch, DispatchRecipient
from core.actor import SYSTEM, ActorKind
from core.history import by
from demo.seeding.company import Company
from demo.seeding.telling import Said, Story
from policies.models import Channel
from portal.forms.complaint import REMEDIES
from tickets.models import Conversation, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.handling import turn
from tickets.services.inward.incoming import Incoming
from tickets.services.outward import acknowledgement
from tickets.services.outward.outgoing import subject_line

CLOSED_AFTER = timedelta(days=4)
SPOKEN_CHANNELS = (Channel.Kind.PHONE, Channel.Kind.COUNTER)
WRITES_BY_MAIL = (Channel.Kind.EMAIL, Channel.Kind.WEBFORM)


@dataclass(slots=True)
class Rows:
    """What is still to be written, in the order it happened."""

    messages: list[Message] = field(default_factory=list)
    entries: list[TimelineEntry] = field(default_factory=list)
    history: list[TicketHistory] = field(default_factory=list)
    dispatches: list[tuple[Dispatch, Message]] = field(default_factory=list)


def write(company: Company, stories: Sequence[Story], *, now: datetime) -> list[Ticket]:
    """All rows of all stories; the tickets in the order of the stories."""
    rows = Rows()
    tickets = [_ticket(company, story) for story in stories]
    for story, ticket in zip(stories, tickets, strict=True):
        _play(company, story, ticket, now=now)
    Ticket.objects.bulk_create(tickets, batch_size=500)
    for story, ticket in zip(stories, tickets, strict=True):
        _write_down(company, story, ticket, rows)
    _save(rows)
    deadlines.adopt(tickets, now=now)
    return tickets


def _ticket(company: Company, story: Story) -> Ticket:
    first, last = story.said[0], story.said[-1]
    query_type = company.query_types[story.scenario.query_type]
    return Ticket(
        reference=story.reference,
        subject=story.subject,
        query_type=query_type,
        priority=query_type.priority,
        team=company.teams[last.team],
        customer=story.known.customer,
        channel=story.channel,
        created_at=first.at,
        received_at=first.at,
        queue_at=first.at,
        last_message_at=first.at,
        service_number=story.known.person.service_number,
        area=story.known.person.area.name,
        desired_remedy=_wish(story) if first.channel.kind == Channel.Kind.WEBFORM else "",
    )


def _wish(story: Story) -> str:
    """What the form asked for, in the customer's words."""
    with translation.override(story.known.person.language):
        return str(dict(REMEDIES).get(story.scenario.remedy, ""))


def _play(company: Company, story: Story, ticket: Ticket, *, now: datetime) -> None:
    """Let the ticket go through its story: whose turn it is, who owns it, how it ended."""
    for said in story.said:
        if said.step.by == "customer":
            turn.customer_wrote(ticket, said.text, at=said.at, automatic=False)
            if ticket.status == Ticket.Status.WAITING_CUSTOMER:
                ticket.status = Ticket.Status.OPEN
        elif said.step.by == "agent":
            turn.we_wrote(ticket, said.text, at=said.at)
            ticket.first_response_at = ticket.first_response_at or said.at
            ticket.owner = company.staff[said.agent]
            ticket.status = said.step.status or Ticket.Status.OPEN
        if said.step.outcome:
            _end(ticket, said, fault=story.scenario.fault)
    if story.taken and ticket.owner is None:
        ticket.owner = company.staff[story.said[-1].agent]
    ticket.version = len(story.said)
    if ticket.resolved_at and now - ticket.resolved_at > CLOSED_AFTER:
        ticket.status, ticket.closed_at = Ticket.Status.CLOSED, ticket.resolved_at + CLOSED_AFTER


def _end(ticket: Ticket, said: Said, *, fault: str) -> None:
    ticket.status, ticket.resolved_at = Ticket.Status.RESOLVED, said.at
    ticket.outcome, ticket.fault = said.step.outcome, fault
    ticket.ball, ticket.unanswered = Ticket.Ball.THEIRS, 0


def _write_down(company: Company, story: Story, ticket: Ticket, rows: Rows) -> None:
    conversations: dict[int, Conversation] = {}
    rows.history.append(TicketHistory(ticket=ticket, at=ticket.created_at, change="opened", **by(SYSTEM)))
    for place, said in enumerate(story.said):
        message = _message(company, story, ticket, said)
        message.conversation = _conversation(conversations, story, ticket, said) if message.channel else None
        rows.messages.append(message)
        rows.entries.append(_entry(company, ticket, message, said))
        if message.kind == Message.Kind.OUTBOUND and said.channel.kind in WRITES_BY_MAIL:
            rows.dispatches.append((_dispatch(ticket, message), message))
        if not place and said.channel.kind in WRITES_BY_MAIL:
            _acknowledge(story, ticket, message, rows)
        if said.step.by == "agent" and said.step.outcome:
            _resolved(company, ticket, said, rows)
    rows.history.extend(_waits(company, story, ticket))


def _waits(company: Company, story: Story, ticket: Ticket) -> Iterator[TicketHistory]:
    """When the ticket waited for somebody, and when the customer's answer ended that: its clocks stood still."""
    waiting = False
    for said in story.said:
        if said.step.by == "customer" and waiting:
            waiting, after = False, {"status": str(Ticket.Status.OPEN)}
            yield TicketHistory(ticket=ticket, at=said.at, change="customer_answered", after=after, **by(SYSTEM))
        elif said.step.by == "agent" and said.step.status and not said.step.outcome:
            waiting, after = said.step.status == Ticket.Status.WAITING_CUSTOMER, {"status": said.step.status}
            actor = company.actors[said.agent]
            yield TicketHistory(ticket=ticket, at=said.at, change="waiting", after=after, **by(actor))


def _conversation(known: dict[int, Conversation], story: Story, ticket: Ticket, said: Said) -> Conversation:
    if said.channel.pk not in known:
        identity = story.known.identities.get(said.channel.kind) or story.known.identities["email"]
        known[said.channel.pk] = Conversation(
            customer=ticket.customer, channel=said.channel, ticket=ticket, identity=identity, started_at=said.at
        )
    return known[said.channel.pk]


def _message(company: Company, story: Story, ticket: Ticket, said: Said) -> Message:
    """What was said; a call is kept as a note of whoever had it."""
    person, agent = story.known.person, company.staff[said.agent]
    theirs = said.step.by == "customer"
    noted = said.step.by == "note" or said.step.call
    kind = Message.Kind.NOTE if noted else Message.Kind.INBOUND if theirs else Message.Kind.OUTBOUND
    return Message(
        ticket=ticket,
        customer=ticket.customer,
        channel=None if said.step.by == "note" else said.channel,
        kind=kind,
        trust=Message.Trust.UNVERIFIED if kind == Message.Kind.INBOUND else Message.Trust.VERIFIED,
        author_id=None if kind == Message.Kind.INBOUND else agent.pk,
        from_address=_address(story, said) if kind == Message.Kind.INBOUND else said.channel.address,
        from_name=person.contact if kind == Message.Kind.INBOUND else agent.name,
        to=[_address(story, said)] if kind == Message.Kind.OUTBOUND else [],
        subject=story.subject if kind != Message.Kind.NOTE else "",
        text=said.text,
        external_id=new_message_id(said.channel) if said.channel.kind == Channel.Kind.EMAIL else "",
        received_at=said.at,
    )


def _address(story: Story, said: Said) -> str:
    identity = story.known.identities.get(said.channel.kind)
    return identity.value if identity else story.known.person.email


def _entry(company: Company, ticket: Ticket, message: Message, said: Said) -> TimelineEntry:
    theirs, note = said.step.by == "customer", said.step.by == "note"
    kinds = TimelineEntry.Kind
    agent = company.staff[said.agent]
    return TimelineEntry(
        customer=ticket.customer,
        ticket=ticket,
        at=said.at,
        kind=kinds.NOTE if note else kinds.CALL if said.step.call else kinds.MESSAGE,
        direction="internal" if note else "in" if theirs else "out",
        channel=message.channel,
        actor_kind=ActorKind.CUSTOMER if theirs else ActorKind.STAFF,
        actor_id=ticket.customer.pk if theirs else agent.pk,
        actor_name=ticket.customer.name if theirs else agent.name,
        title=message.subject,
        text=said.text,
    )


def _dispatch(ticket: Ticket, message: Message) -> Dispatch:
    assert message.channel is not None
    external_id = message.external_id or new_message_id(message.channel)
    return Dispatch(
        channel=message.channel,
        state=Dispatch.State.DELIVERED,
        automatic=bool(message.automatic),
        external_id=external_id,
        subject=subject_line(ticket),
        text=message.text,
        created_at=message.received_at,
        send_after=message.received_at,
        sent_at=message.received_at,
    )


def _acknowledge(story: Story, ticket: Ticket, first: Message, rows: Rows) -> None:
    item = Incoming(
        channel=story.channel,
        customer=ticket.customer,
        identity=story.known.identities["email"],
        received_at=first.received_at,
        text=first.text,
        from_name=story.known.person.contact,
        ticket=ticket,
    )
    message = Message(
        ticket=ticket,
        conversation=first.conversation,
        customer=ticket.customer,
        channel=story.channel,
        kind=Message.Kind.OUTBOUND,
        automatic=acknowledgement.AUTOMATIC,
        trust=Message.Trust.VERIFIED,
        from_address=story.channel.address,
        from_name=story.channel.name,
        to=[story.known.person.email],
        subject=subject_line(ticket)[:300],
        text=acknowledgement.acknowledgement_text(item),
        external_id=new_message_id(story.channel),
        received_at=first.received_at + timedelta(seconds=2),
    )
    rows.messages.append(message)
    rows.entries.append(acknowledgement.entry(message))
    rows.dispatches.append((_dispatch(ticket, message), message))


def _resolved(company: Company, ticket: Ticket, said: Said, rows: Rows) -> None:
    actor = company.actors[said.agent]
    after = {"status": Ticket.Status.RESOLVED, "outcome": said.step.outcome}
    rows.history.append(TicketHistory(ticket=ticket, at=said.at, change="resolved", after=after, **by(actor)))
    rows.entries.append(
        TimelineEntry(
            customer=ticket.customer,
            ticket=ticket,
            at=said.at + timedelta(seconds=1),
            kind=TimelineEntry.Kind.STATUS,
            direction=TimelineEntry.Direction.INTERNAL,
            actor_kind=ActorKind.STAFF,
            actor_id=actor.id,
            actor_name=actor.name,
            title="resolved",
        )
    )


def _save(rows: Rows) -> None:
    fresh: dict[int, Conversation] = {}
    for message in rows.messages:
        if message.conversation:
            fresh[id(message.conversation)] = message.conversation
    Conversation.objects.bulk_create(fresh.values(), batch_size=500)
    Dispatch.objects.bulk_create((dispatch for dispatch, _message in rows.dispatches), batch_size=500)
    for dispatch, message in rows.dispatches:
        message.dispatch = dispatch
    Message.objects.bulk_create(rows.messages, batch_size=500)
    for message, entry in zip(rows.messages, (each for each in rows.entries if each.kind != "status"), strict=True):
        entry.object_id = message.pk
    TimelineEntry.objects.bulk_create(rows.entries, batch_size=500)
    TicketHistory.objects.bulk_create(rows.history, batch_size=500)
    DispatchRecipient.objects.bulk_create(
        (
            DispatchRecipient(
                dispatch=dispatch,
                address=message.to[0],
                automatic=dispatch.automatic,
                created_at=dispatch.created_at,
                state=Dispatch.State.DELIVERED,
            )
            for dispatch, message in rows.dispatches
        ),
        batch_size=500,
    )
