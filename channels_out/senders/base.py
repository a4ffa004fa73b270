from collections.abc import Sequence
from types import TracebackType
from typing import Protocol, Self

from channels_out.models import Dispatch, DispatchRecipient


class SendingFailed(Exception):
    """The provider did not take the message; `final` when trying again cannot help."""

    def __init__(self, why: str, *, final: bool = False) -> None:
        super().__init__(why)
        self.final = final


class Sender(Protocol):
    """A connection to a provider, opened for a batch. send returns the provider's id, or raises SendingFailed."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def send(self, dispatch: Dispatch, recipients: Sequence[DispatchRecipient]) -> str: ...
