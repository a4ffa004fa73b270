"""From stored bytes to understood events; the parse child reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from channels_in.events import InboundMessage
from channels_in.models import Arrival
from channels_in.parsing.outcomes import Failed, Outcome, Refused
from channels_in.parsing.pool import parse
from channels_in.services.ledger import task_of


@dataclass(slots=True)
class Read:
    """An arrival with what it says. html is safe to show. folder: where its large files lie until the batch ends."""

    arrival: Arrival
    event: InboundMessage
    html: str
    folder: Path


@dataclass(slots=True)
class Aside:
    """An arrival that becomes no message: parked for a person to look at, or discarded as our own echo."""

    arrival: Arrival
    state: str
    reason: str
    detail: str = ""


@dataclass(slots=True)
class Sorted:
    """A batch after reading. failed: our parser failed over them, they may be tried again. unread: not reached."""

    understood: list[Read] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    failed: list[tuple[Arrival, Failed]] = field(default_factory=list)
    unread: list[Arrival] = field(default_factory=list)


def read(arrivals: Sequence[Arrival], *, folder: Path) -> Sorted:
    """Parse each on its own: what cannot be read is set aside with its reason and harms no other."""
    found = Sorted()
    outcomes = parse([task_of(arrival, folder=folder) for arrival in arrivals], folder=folder)
    for arrival, outcome in zip(arrivals, outcomes, strict=True):
        _sort(found, arrival, outcome, folder)
    return found


def _sort(found: Sorted, arrival: Arrival, outcome: Outcome | None, folder: Path) -> None:
    if arrival.is_stub:
        found.aside.append(Aside(arrival, Arrival.State.PARKED, "too_large", "Only its header was kept."))
    elif outcome is None:
        found.unread.append(arrival)
    elif isinstance(outcome, Failed):
        found.failed.append((arrival, outcome))
    elif isinstance(outcome, Refused):
        found.aside.append(Aside(arrival, Arrival.State.PARKED, outcome.reason, outcome.detail))
    else:
        messages = [event for event in outcome.events if isinstance(event, InboundMessage)]
        found.understood.extend(Read(arrival, event, event.html, folder) for event in messages)
