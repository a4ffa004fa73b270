"""Which mails answer us without saying so: sent to a reply address of ours, and quoting what we wrote in its thread.

A mail program that loses the headers and the "Re:" leaves our words below the customer's (adapters/quotes.py). Where it
is not our words that stand there, they are news and stay.
"""

import re
from collections import defaultdict
from collections.abc import Sequence

from channels_in.services.reading import Read
from channels_in.services.threading import Thread
from tickets.models import Message

LATEST = 200  # messages of ours that are looked at, in all the conversations together
BEGINNING, SHORTEST = 60, 10  # characters of a message by which it is known
MARKS = re.compile(r"(?m)^[>\s]+")


def answers(items: Sequence[Read], threads: Sequence[Thread]) -> dict[int, str]:
    """What is newly said, by the places of the items that answer us; one statement, none where none might."""
    asked = {
        place: thread.conversation.pk
        for place, (item, thread) in enumerate(zip(items, threads, strict=True))
        if item.event.answer and thread.reason == "token" and thread.conversation
    }
    if not asked:
        return {}
    ours = Message.objects.filter(conversation__in=set(asked.values()), kind=Message.Kind.OUTBOUND)
    said: dict[int | None, list[str]] = defaultdict(list)
    for conversation, text in ours.order_by("-id").values_list("conversation", "text")[:LATEST]:
        said[conversation].append(_plain(text)[:BEGINNING])
    found = {place: items[place].event for place in asked}
    return {
        place: event.answer
        for place, event in found.items()
        if _are_quoted(said[asked[place]], event.full_text, event.answer)
    }


def _are_quoted(beginnings: Sequence[str], whole: str, new: str) -> bool:
    """Whether one of them stands in what the mail does not newly say."""
    everything, own = _plain(whole), _plain(new)
    known = (words for words in beginnings if len(words) >= SHORTEST)
    return any(words in everything and words not in own for words in known)


def _plain(text: str) -> str:
    return " ".join(MARKS.sub("", text).split())
