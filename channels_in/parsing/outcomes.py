"""What the parse child makes of one arrival."""

from dataclasses import dataclass
from typing import Literal

from channels_in.events import InboundEvent


@dataclass(frozen=True, slots=True)
class Task:
    """One arrival to be read: by the adapter of its channel's kind, from its bytes or, if it is large, from a file."""

    kind: str
    body: bytes = b""
    path: str = ""


@dataclass(frozen=True, slots=True)
class Batch:
    """What is asked at once. folder: where large parts are put. seconds: of the processor that one arrival may take."""

    tasks: tuple[Task, ...]
    folder: str
    seconds: int


@dataclass(frozen=True, slots=True)
class Understood:
    """It says this."""

    events: tuple[InboundEvent, ...]


@dataclass(frozen=True, slots=True)
class Refused:
    """It cannot become a message, and never will: a short code such as no_sender, and what a person may ask."""

    reason: str
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Failed:
    """We could not read it: `unreadable` (our error), `parse_timeout` or `parse_crash`. It may be tried again."""

    reason: Literal["unreadable", "parse_timeout", "parse_crash"]
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Postponed:
    """The machine has no room for it just now, which is nobody's fault: it is read later, at no cost of a try."""

    detail: str = ""


Outcome = Understood | Refused | Failed | Postponed
