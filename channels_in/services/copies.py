"""One mail to two of our mailboxes: each brings its copy, and the second joins the first (threats.md T17).

The rule: every mailbox keeps its own arrival, and the mail becomes one message on one ticket, in the mailbox whose copy
came first. The other arrival is a duplicate that points to the same message; nobody is answered twice.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from channels_in.models import Arrival
from channels_in.services.reading import Read
from core import bulk

Key = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Copy:
    """An arrival whose mail another mailbox has brought, in the arrival `original`."""

    arrival: Arrival
    original: int


def copies_in(items: Sequence[Read], seen: Mapping[str, Mapping[int, int]]) -> list[Copy]:
    """The copies among these, of earlier mails or of each other.

    seen: by Message-ID, the messages there are: their ids and the channels they came by. One statement, and none where
    no Message-ID is known from another channel.
    """
    first = _elsewhere(items, seen)
    found: list[Copy] = []
    for item in items:
        arrival = item.arrival
        original = first.setdefault(_key(arrival), arrival)
        if original.channel_id != arrival.channel_id:
            found.append(Copy(arrival, original.pk))
    return found


def link(copies: Sequence[Copy]) -> None:
    """Let each copy point to what became of its original."""
    if not copies:
        return
    through = Arrival.messages.through
    made: dict[int, list[int]] = {}
    pairs = through.objects.filter(arrival_id__in={copy.original for copy in copies})
    for arrival_id, message_id in pairs.values_list("arrival_id", "message_id"):
        made.setdefault(arrival_id, []).append(message_id)
    bulk.insert(
        through(arrival_id=copy.arrival.pk, message_id=message_id)
        for copy in copies
        for message_id in made.get(copy.original, ())
    )


def _key(arrival: Arrival) -> Key:
    return arrival.external_id, arrival.content_digest


def _elsewhere(items: Sequence[Read], seen: Mapping[str, Mapping[int, int]]) -> dict[Key, Arrival]:
    """The arrivals of these same mails that have become messages in other mailboxes."""
    messages = [
        pk
        for item in items
        for pk, channel_id in seen.get(item.event.external_id, {}).items()
        if channel_id != item.arrival.channel_id
    ]
    if not messages:
        return {}
    arrivals = Arrival.objects.filter(messages__in=messages).only("external_id", "content_digest", "channel_id")
    return {_key(arrival): arrival for arrival in arrivals}
