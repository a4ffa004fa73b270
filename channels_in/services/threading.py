"""Which thread a message belongs to: one place for all channels, and the reason is kept with the message.

In this order: a signed reply token, our own Message-ID, a reference to an earlier message, the ticket's reference in
the subject. Only a participant gets on by what can be guessed; whoever holds our token or Message-ID has had our
message, so a stranger with one is let on as a third party (threats.md T03-T06).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from channels_in.models import Arrival
from channels_in.services.reading import Read
from core.secrets import read_id
from customers.models import Identity
from tickets.models import Conversation, Message
from tickets.references import references_in
from tickets.services.outgoing import REPLY_TOKEN

SPOKEN_FOR = (Arrival.State.NEW, Arrival.State.PROCESSING)


@dataclass(slots=True)
class Thread:
    """Where a message goes: a known conversation, the thread of an earlier item (its place in the batch), or a new one.

    early: it answers an arrival that is not processed yet, so it must wait for that one.
    """

    reason: str = ""
    conversation: Conversation | None = None
    follows: int | None = None
    third_party: bool = False
    early: bool = False


def find(items: Sequence[Read], speakers: Sequence[Identity]) -> list[Thread]:
    """The thread of each item, in order; speakers are their identities. At most four statements for a batch."""
    known = _Known.of(items)
    threads: list[Thread] = []
    earlier: dict[str, int] = {}
    for place, (item, speaker) in enumerate(zip(items, speakers, strict=True)):
        thread = known.thread_of(item, speaker) or _in_batch(item, speaker, earlier, speakers)
        threads.append(thread or Thread(early=known.answers_waiting(item)))
        earlier.setdefault(item.event.external_id, place)
    return threads


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
    """What the database knows of all tokens and references in a batch."""

    by_token: dict[int, Conversation]
    by_message: dict[str, list[Message]]
    by_reference: dict[str, Conversation]
    waiting: set[str]

    @classmethod
    def of(cls, items: Sequence[Read]) -> "_Known":
        tokens = {number for item in items for token in item.event.tokens if (number := read_id(REPLY_TOKEN, token))}
        conversations = Conversation.objects.select_related("customer")
        cited = {external_id for item in items for external_id in item.event.references}
        waiting = _waiting(cited, items)  # asked before the messages: what stops waiting meanwhile is found there
        named = {reference for item in items for reference in references_in(item.event.subject)}
        return cls(
            by_token=conversations.in_bulk(tokens) if tokens else {},
            by_message=_messages(cited),
            by_reference={each.ticket.reference: each for each in _on_tickets(named)} if named else {},
            waiting=waiting,
        )

    def thread_of(self, item: Read, speaker: Identity) -> Thread | None:
        return self._by_token(item, speaker) or self._by_references(item, speaker) or self._by_subject(item, speaker)

    def answers_waiting(self, item: Read) -> bool:
        return any(external_id in self.waiting for external_id in item.event.references)

    def _by_token(self, item: Read, speaker: Identity) -> Thread | None:
        for token in item.event.tokens:
            conversation = self.by_token.get(read_id(REPLY_TOKEN, token) or 0)
            if conversation:
                return Thread("token", conversation, third_party=_is_third_party(speaker, conversation))
        return None

    def _by_references(self, item: Read, speaker: Identity) -> Thread | None:
        for external_id in reversed(item.event.references):
            for message in self.by_message.get(external_id, ()):
                conversation = message.conversation
                if conversation is None:
                    continue
                if message.kind == Message.Kind.OUTBOUND:
                    return Thread("our_message", conversation, third_party=_is_third_party(speaker, conversation))
                if not _is_third_party(speaker, conversation):
                    return Thread("references", conversation)
        return None

    def _by_subject(self, item: Read, speaker: Identity) -> Thread | None:
        for reference in references_in(item.event.subject):
            conversation = self.by_reference.get(reference)
            if conversation and _takes_part(speaker, conversation):
                return Thread("subject", conversation)
        return None


def _takes_part(speaker: Identity, conversation: Conversation) -> bool:
    return _root(speaker) == (conversation.customer.root_id or conversation.customer_id)


def _is_third_party(speaker: Identity, conversation: Conversation) -> bool:
    """Whatever is said in a thread beside the customer's is not said by the customer, not even by themselves."""
    return conversation.kind == Conversation.Kind.THIRD_PARTY or not _takes_part(speaker, conversation)


def _messages(cited: Iterable[str]) -> dict[str, list[Message]]:
    found: dict[str, list[Message]] = {}
    if cited:
        known = Message.objects.filter(external_id__in=cited, conversation__isnull=False)
        for message in known.only("external_id", "kind", "conversation").select_related("conversation__customer"):
            found.setdefault(message.external_id, []).append(message)
    return found


def _on_tickets(references: Iterable[str]) -> Iterable[Conversation]:
    """The customer's conversation on each ticket that is named by its reference; the oldest, which began it."""
    named = Conversation.objects.with_customer().filter(ticket__reference__in=references)
    return named.select_related("customer", "ticket").order_by("-id")


def _waiting(cited: set[str], items: Sequence[Read]) -> set[str]:
    """Those cited messages that have arrived, before these, but are not processed yet: perhaps by another worker."""
    if not cited:
        return set()
    others = Arrival.objects.filter(external_id__in=cited, state__in=SPOKEN_FOR)
    mine = [item.arrival.pk for item in items]
    last = max(mine)
    return set(others.filter(pk__lt=last).exclude(pk__in=mine).values_list("external_id", flat=True))
