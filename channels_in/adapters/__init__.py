"""Adapters: one for each kind of channel. An adapter reads a stranger's bytes, touches no database, knows no ticket."""

from collections.abc import Iterator
from typing import Protocol

from channels_in.adapters.email import EmailAdapter
from channels_in.adapters.webform import WebformAdapter
from channels_in.events import InboundMessage, UnreadableArrival
from policies.models import Channel


class Adapter(Protocol):
    """identify: what makes it the same message when it comes twice: (the channel's own id, digest of the content).
    parse: what it says; raises UnreadableArrival.
    """

    def identify(self, body: bytes) -> tuple[str, str]: ...

    def parse(self, body: bytes) -> Iterator[InboundMessage]: ...


ADAPTERS: dict[str, Adapter] = {Channel.Kind.EMAIL: EmailAdapter(), Channel.Kind.WEBFORM: WebformAdapter()}


def adapter_for(channel: Channel) -> Adapter:
    """The adapter of the channel's kind. Raises UnreadableArrival where nothing can come in that way."""
    adapter = ADAPTERS.get(channel.kind)
    if adapter is None:
        raise UnreadableArrival("no_adapter", f"nothing is received on {channel.kind} channels")
    return adapter
