"""Adapters: one for each kind of channel. An adapter reads a stranger's bytes, touches no database, knows no ticket."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from channels_in.adapters.email import EmailAdapter
from channels_in.adapters.webform import WebformAdapter
from channels_in.events import InboundEvent, UnreadableArrival


class Adapter(Protocol):
    """identify: what makes it the same message when it comes twice: (the channel's own id, digest of the content).
    parse: what it says; raises UnreadableArrival.
    """

    def identify(self, body: bytes) -> tuple[str, str]: ...

    def parse(self, body: bytes) -> Iterator[InboundEvent]: ...


# By the kind of channel, as policies.Channel.Kind names it; the parse child imports this, so no Django comes in here.
ADAPTERS: dict[str, Adapter] = {"email": EmailAdapter(), "webform": WebformAdapter()}


def adapter_for(kind: str, adapters: Mapping[str, Adapter] = ADAPTERS) -> Adapter:
    """The adapter of a kind of channel. Raises UnreadableArrival where nothing can come in that way."""
    adapter = adapters.get(kind)
    if adapter is None:
        raise UnreadableArrival("no_adapter", f"nothing is received on {kind} channels")
    return adapter
