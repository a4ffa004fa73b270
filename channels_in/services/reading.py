"""From stored bytes to understood events; the parse child reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from channels_in.events import DeliveryReport, InboundEvent, InboundMessage, Receipt
from channels_in.models import Arrival
from channels_in.parsing.outcomes import Failed, Outcome, Postponed, Refused
from channels_in.parsing.pool import parse
from channels_in.services.ledger import task_of
from tickets.models import Conversation, Message


@dataclass(slots=True)
class Read:
    """An arrival with what it says. html is safe to show. folder: where its large files lie until the batch ends.

    trust, spam, remarks and beside are filled in by the judgement: whether the sender is proven (verified, failed,
    unverified), whether the company's own mail server calls it spam, codes of what is odd about it, and the
    conversation that it wants to answer in an agent's name without being believed.
    """

    arrival: Arrival
    event: InboundMessage
    html: str
    folder: Path
    trust: str = Message.Trust.UNVERIFIED
    spam: bool = False
    remarks: list[str] = field(default_factory=list)
    beside: Conversation | None = None


@dataclass(slots=True)
class Reported:
    """An arrival by which a machine reports on a message of ours."""

    arrival: Arrival
    event: DeliveryReport | Receipt


Item = Read | Reported


@dataclass(slots=True)
class Aside:
    """An arrival that becomes no message: parked for a person to look at, or discarded as our own echo."""

    arrival: Arrival
    state: str
    reason: str
    detail: str = ""


@dataclass(slots=True)
class Sorted:
    """A batch after reading. failed: our parser failed over them, they may be tried again. unread: not reached.
    postponed: there is no room for them now.
    """

    understood: list[Item] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    failed: list[tuple[Arrival, Failed]] = field(default_factory=list)
    unread: list[Arrival] = field(default_factory=list)
    postponed: list[Arrival] = field(default_factory=list)


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
    elif isinstance(outcome, Postponed):
        found.postponed.append(arrival)
    elif isinstance(outcome, Failed):
        found.failed.append((arrival, outcome))
    elif isinstance(outcome, Refused):
        found.aside.append(Aside(arrival, Arrival.State.PARKED, outcome.reason, outcome.detail))
    else:
        found.understood.extend(_item(arrival, event, folder) for event in outcome.events)


def _item(arrival: Arrival, event: InboundEvent, folder: Path) -> Item:
    return Read(arrival, event, event.html, folder) if isinstance(event, InboundMessage) else Reported(arrival, event)
