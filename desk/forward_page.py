"""Forwarding: what of a ticket may go along, and the threads with third parties there are already."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from channels_out.services.outbox import Recipient
from core.actor import Actor
from desk.trust import Trust, trust_of
from policies.models import Channel
from policies.wording import signature
from staff.models import User
from tickets.addresses import written
from tickets.models import Conversation, Draft, Message, Ticket
from tickets.services.handling.turn import shorten
from tickets.services.outward import outgoing
from tickets.services.outward.forwarding import MOST_MESSAGES, threads_of


@dataclass(frozen=True, slots=True)
class Candidate:
    """A message that may go along. trust: how far its sender is proven, None where that is no question."""

    message: Message
    words: str
    files: Sequence[Any]
    trust: Trust | None


@dataclass(frozen=True, slots=True)
class Thread:
    """A thread with a third party. said: what was written in it, the latest last."""

    conversation: Conversation
    said: Sequence[Message]

    @property
    def name(self) -> str:
        return self.conversation.party_name or self.conversation.party_address


@dataclass(frozen=True, slots=True)
class ForwardPage:
    """current: the thread that goes on, None for a new one. to: as it stands in the input. now: when it was read."""

    ticket: Ticket
    threads: Sequence[Thread]
    current: Thread | None
    candidates: Sequence[Candidate]
    channel: Channel | None
    signature: str
    draft: Draft | None
    to: str
    now: datetime


def forward_page(ticket: Ticket, *, thread: int, actor: Actor, user: User, now: datetime) -> ForwardPage:
    """thread: the number of the one that goes on, 0 for a new one. Seven statements, whatever it shows."""
    said = Message.objects.visible_to(actor).filter(ticket=ticket).exclude(kind=Message.Kind.NOTE)
    latest = list(
        said.select_related("channel")
        .prefetch_related("attachments__file")
        .order_by("-received_at", "-id")[:MOST_MESSAGES]
    )
    threads = [Thread(each, _said_in(each, latest)) for each in threads_of(ticket)]
    current = next((each for each in threads if each.conversation.pk == thread), None)
    beside = {each.conversation.pk for each in threads}
    channel = outgoing.mailbox_for(ticket.channel)
    draft = ticket.drafts.filter(author=user, mode=Draft.Mode.FORWARD).first()
    return ForwardPage(
        ticket=ticket,
        threads=threads,
        current=current,
        candidates=[_candidate(each, aside=each.conversation_id in beside) for each in latest],
        channel=channel,
        signature=_signature(channel, ticket, user),
        draft=draft,
        to=_to(current, draft),
        now=now,
    )


def _candidate(message: Message, *, aside: bool) -> Candidate:
    trust = None if aside else trust_of(message, message.channel)
    return Candidate(message, shorten(message.text), list(message.attachments.all()), trust)


def _said_in(conversation: Conversation, latest: Sequence[Message]) -> list[Message]:
    return [message for message in reversed(latest) if message.conversation_id == conversation.pk]


def _to(current: Thread | None, draft: Draft | None) -> str:
    if current:
        party = current.conversation
        return written([Recipient(party.party_address, party.party_name)])
    return str(draft.addressed.get("to", "")) if draft else ""


def _signature(channel: Channel | None, ticket: Ticket, user: User) -> str:
    if channel is None:
        return ""
    agent = user.public_name or user.name
    return signature(channel, language=channel.language, agent=agent, reference=ticket.reference)
