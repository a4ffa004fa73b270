"""What a sender is given, what it answers, and the ways in which it can fail."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from types import TracebackType
from typing import Protocol, Self

from channels_out.models import Dispatch, DispatchRecipient


@dataclass(frozen=True, slots=True)
class Parcel:
    """One message with those it is still to reach, out of all whom it is addressed to."""

    dispatch: Dispatch
    everyone: Sequence[DispatchRecipient]
    pending: Sequence[DispatchRecipient]


@dataclass(frozen=True, slots=True)
class Refusal:
    """One address was not taken; `final` when trying again cannot help."""

    why: str
    final: bool


@dataclass(frozen=True, slots=True)
class Posted:
    """The provider has the message. refused: addresses it did not take while it took others."""

    provider_id: str = ""
    refused: Mapping[str, Refusal] = field(default_factory=dict)


class SendingFailed(Exception):
    """The message did not leave; says why in one sentence."""

    def __init__(self, why: str) -> None:
        super().__init__(why)
        self.why = why


class Refused(SendingFailed):
    """This message will never be taken as it is."""


class Later(SendingFailed):
    """This message may be taken later; `after` where the provider says when."""

    def __init__(self, why: str, *, after: timedelta | None = None) -> None:
        super().__init__(why)
        self.after = after


class Unreachable(SendingFailed):
    """No message of this channel gets through, for a reason that passes: nothing was handed over."""


class Busy(Unreachable):
    """The provider wants a pause from this channel; nothing is broken."""

    def __init__(self, why: str, *, after: timedelta) -> None:
        super().__init__(why)
        self.after = after


class NoAccess(SendingFailed):
    """The provider does not let us in, or not write under our address: somebody must look at the channel."""


class InDoubt(SendingFailed):
    """The message was handed over, and no answer came: it may or may not have left."""


class Sender(Protocol):
    """A way to a provider, opened for a batch."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def connect(self) -> None:
        """Reach the provider, unless it is reached already. Raises Unreachable, Busy or NoAccess."""

    def send(self, parcel: Parcel) -> Posted:
        """Hand one message over. Raises any SendingFailed; after InDoubt alone it may have left."""
