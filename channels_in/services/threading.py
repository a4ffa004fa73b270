"""Which thread a message belongs to: one place for all channels, and the reason is kept with the message.

In this order: a signed reply token, our own Message-ID, a reference to an earlier message, the ticket's reference in
the subject. Only a participant gets on by what can be guessed; whoever holds our token or Message-ID has had our
message, so a stranger with one is let on as a third party (threats.md T03-T06). Where references point to several
tickets the one that lives and was written on last is taken, and the message says so (T09).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from django.db.models import Q

from channels_in.models import Arrival
from channels_in.services.reading import Read
from channels_out.ids import is_our_message_id
from channels_out.models import Dispatch
from core.secrets import read_id
from customers.models import Identity
from tickets.models import Conversation, Message, Participant, Ticket
from tickets.references import references_in
from tickets.services.outward.outgoing import REPLY_TOKEN

OVER = (Ticket.Status.CLOSED, Ticket.Status.SPAM)
SPOKEN_FOR = (Arrival.State.NEW, Arrival.State.PROCESSING)
LOOKED_AT = 10_000  # characters of a text in which tickets may be named


@dataclass(slots=True)
class Thread:
    """Where a message goes: a known conversation, the thread of an earlier item (its place in the batch), or a new one.

    early: it answers an arrival that is not processed yet, or is a copy of it, so it must wait for that one.
    off_ticket: it answers a mail of ours that stands on no ticket, such as a notification. remarks: what is odd.
    """

    reason: str = ""
    conversation: Conversation | None = None
    follows: int | None = None
    third_party: bool = False
    taking_part: bool = False
    early: bool = False
    off_ticket: bool = False
    remarks: tuple[str, ...] = ()


def find(items: Sequence[Read], speakers: Sequence[Identity]) -> list[Thread]:
    """The thread of each item, in order; speakers are their identities. At most six statements for a batch."""
    known = _Known.of(items)
    threads: list[Thread] = []
    earlier: dict[str, int] = {}
    for place, (item, speaker) in enumerate(zip(items, speakers, strict=True)):
        thread = known.thread_of(item, speaker) or _in_batch(item, speaker, earlier, speakers)
        threads.append(thread or known.new_thread(item, speaker))
        earlier.setdefault(item.event.external_id, place)
    return threads


@dataclass(frozen=True, slots=True)
class _Cited:
    """A message that somebody refers to."""

    kind: str
    received_at: datetime
    conversation: Conversation
    over: bool


def _root(identity: Identity) -> int:
    return identity.customer.root_id or identity.customer_id


def _in_batch(item: Read, speaker: Identity, earlier: dict[str, int], speakers: Sequence[Identity]) -> Thread | None:
    """An answer to a message of the same customer that came in the same batch."""
    for external_id in reversed(item.event.references):
        place = earlier.get(external_id)
        if place is not None and _root(speakers[place]) == _root(speaker):
            return Thread("references", follows=place)
    return None


@dataclass(slots=True)
class _Known:
    """What the database knows of all tokens and references in a batch, and who takes part in what it found.

    off_ticket, lost: the ids of mails of ours that stand on no ticket, and of those of which nothing is left.
    """

    by_token: dict[int, Conversation]
    by_message: dict[str, list[_Cited]]
    by_reference: dict[str, Conversation]
    waiting: dict[str, int]
    off_ticket: set[str]
    lost: set[str]
    participants: set[tuple[int, str]] = field(default_factory=set)

    @classmethod
    def of(cls, items: Sequence[Read]) -> "_Known":
        tokens = {number for item in items for token in item.event.tokens if (number := read_id(REPLY_TOKEN, token))}
        conversations = Conversation.objects.select_related("customer")
        cited = {external_id for item in items for external_id in item.event.references}
        waiting = _waiting(cited, items)  # asked before the messages: what stops waiting meanwhile is found there
        named = {reference for item in items for reference in _named(item)}
        by_message = _messages(cited)
        ours = {each for each in cited - by_message.keys() if is_our_message_id(each)}
        off_ticket = _dispatched(ours) if ours else set()
        known = cls(
            by_token=conversations.in_bulk(tokens) if tokens else {},
            by_message=by_message,
            by_reference={each.ticket.reference: each for each in _on_tickets(named)} if named else {},
            waiting=waiting,
            off_ticket=off_ticket,
            lost=ours - off_ticket,
        )
        known.participants = _participants(known)
        return known

    def thread_of(self, item: Read, speaker: Identity) -> Thread | None:
        if item.beside:
            return Thread("agent", item.beside, third_party=True)
        return self._by_token(item, speaker) or self._by_references(item, speaker) or self._by_subject(item, speaker)

    def new_thread(self, item: Read, speaker: Identity) -> Thread:
        """For what found none."""
        off_ticket = not self.off_ticket.isdisjoint(item.event.references)
        return Thread(early=self.must_wait(item), off_ticket=off_ticket, remarks=self.remarks_of(item, speaker))

    def must_wait(self, item: Read) -> bool:
        """It answers what is not processed yet, or another mailbox's copy of it came first and is not either."""
        cited = any(external_id in self.waiting for external_id in item.event.references)
        return cited or self.waiting.get(item.event.external_id, item.arrival.pk) < item.arrival.pk

    def remarks_of(self, item: Read, speaker: Identity) -> tuple[str, ...]:
        """Of what found no thread: it proves to answer one that is no more; it names a ticket that is not theirs."""
        lost = any(read_id(REPLY_TOKEN, token) for token in item.event.tokens)
        lost = lost or not self.lost.isdisjoint(item.event.references)
        named = (self.by_reference.get(reference) for reference in _named(item))
        names_one = any(conversation and not _is_theirs(speaker, conversation) for conversation in named)
        return (*(["lost_thread"] if lost else ()), *(["names_a_ticket"] if names_one else ()))

    def _by_token(self, item: Read, speaker: Identity) -> Thread | None:
        for token in item.event.tokens:
            conversation = self.by_token.get(read_id(REPLY_TOKEN, token) or 0)
            if conversation:
                return self._on("token", conversation, speaker)
        return None

    def _by_references(self, item: Read, speaker: Identity) -> Thread | None:
        found = list(self._referred(item, speaker))
        if not found:
            return None
        alive = [each for each in found if not each[1].over] or found
        latest = max(alive, key=lambda each: each[1].received_at)
        thread = self._on(latest[0], latest[1].conversation, speaker)
        if len({message.conversation.ticket_id for _reason, message in found}) > 1:
            thread.remarks = ("several_tickets",)
        return thread

    def _referred(self, item: Read, speaker: Identity) -> Iterator[tuple[str, _Cited]]:
        """The messages it refers to, as far as naming them lets its speaker onto their tickets."""
        for external_id in reversed(item.event.references):
            for message in self.by_message.get(external_id, ()):
                if message.kind == Message.Kind.OUTBOUND:
                    yield "our_message", message
                elif _is_theirs(speaker, message.conversation) or self._takes_part(speaker, message.conversation):
                    yield "references", message

    def _by_subject(self, item: Read, speaker: Identity) -> Thread | None:
        for reference in references_in(item.event.subject):
            conversation = self.by_reference.get(reference)
            if conversation and _is_theirs(speaker, conversation):
                return Thread("subject", conversation)
        return None

    def _on(self, reason: str, conversation: Conversation, speaker: Identity) -> Thread:
        if _is_theirs(speaker, conversation):
            return Thread(reason, conversation)
        return Thread(reason, conversation, third_party=True, taking_part=self._takes_part(speaker, conversation))

    def _takes_part(self, speaker: Identity, conversation: Conversation) -> bool:
        return (conversation.pk, speaker.value) in self.participants


def _is_theirs(speaker: Identity, conversation: Conversation) -> bool:
    """Whatever is said in a thread beside the customer's is not said by the customer, not even by themselves."""
    if conversation.kind == Conversation.Kind.THIRD_PARTY:
        return False
    return _root(speaker) == (conversation.customer.root_id or conversation.customer_id)


def _named(item: Read) -> set[str]:
    """The tickets it names, in its subject or its words."""
    return {*references_in(item.event.subject), *references_in(item.event.text[:LOOKED_AT])}


def _messages(cited: Iterable[str]) -> dict[str, list[_Cited]]:
    found: dict[str, list[_Cited]] = {}
    if cited:
        known = Message.objects.filter(external_id__in=cited, conversation__isnull=False)
        rows = known.only("external_id", "kind", "received_at", "conversation").select_related("conversation__customer")
        for message in rows.annotate(over=Q(conversation__ticket__status__in=OVER)):
            if message.conversation:
                over = bool(getattr(message, "over", False))
                each = _Cited(message.kind, message.received_at, message.conversation, over)
                found.setdefault(message.external_id, []).append(each)
    return found


def _dispatched(ids: set[str]) -> set[str]:
    return set(Dispatch.objects.filter(external_id__in=ids).values_list("external_id", flat=True))


def _participants(known: _Known) -> set[tuple[int, str]]:
    """Whom the staff lets take part, in all conversations that were found; one statement, none where none was."""
    found = {message.conversation.pk for messages in known.by_message.values() for message in messages}
    found |= {conversation.pk for conversation in known.by_token.values()}
    if not found:
        return set()
    people = Participant.objects.filter(conversation__in=found).confirmed()
    return set(people.values_list("conversation_id", "address"))


def _on_tickets(references: Iterable[str]) -> Iterable[Conversation]:
    """The customer's conversation on each ticket that is named by its reference; the oldest, which began it."""
    named = Conversation.objects.with_customer().filter(ticket__reference__in=references)
    return named.select_related("customer", "ticket").order_by("-id")


def _waiting(cited: set[str], items: Sequence[Read]) -> dict[str, int]:
    """What has arrived before these but is not processed yet, perhaps by another worker: the first of each id.

    Asked for what they answer, and for copies of themselves that another mailbox brought.
    """
    mine = [item.arrival.pk for item in items]
    if not mine:
        return {}
    named = cited | {item.event.external_id for item in items}
    others = Arrival.objects.filter(external_id__in=named, state__in=SPOKEN_FOR, pk__lt=max(mine)).exclude(pk__in=mine)
    return {external_id: pk for pk, external_id in others.order_by("-pk").values_list("pk", "external_id")}
