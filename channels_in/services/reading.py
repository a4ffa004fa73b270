"""From stored bytes to understood events."""

import traceback
from collections.abc import Sequence
from dataclasses import dataclass

from channels_in.adapters import adapter_for
from channels_in.events import InboundMessage, UnreadableArrival
from channels_in.models import Arrival
from channels_in.sanitise import safe_html
from channels_in.services.ledger import body_of


@dataclass(slots=True)
class Read:
    """An arrival with what it says."""

    arrival: Arrival
    event: InboundMessage
    html: str


@dataclass(slots=True)
class Aside:
    """An arrival that becomes no message: parked for a person to look at, or discarded as our own echo."""

    arrival: Arrival
    state: str
    reason: str
    detail: str = ""


def read(arrivals: Sequence[Arrival]) -> tuple[list[Read], list[Aside]]:
    """Parse each on its own: what cannot be read is parked with its reason and harms no other."""
    understood: list[Read] = []
    aside: list[Aside] = []
    for arrival in arrivals:
        try:
            events = list(adapter_for(arrival.channel).parse(body_of(arrival)))
            understood.extend(Read(arrival, event, safe_html(event.html)) for event in events)
        except UnreadableArrival as unreadable:
            aside.append(Aside(arrival, Arrival.State.PARKED, unreadable.reason, unreadable.detail))
        except Exception as problem:  # noqa: BLE001 (the row turns parked, with the reason, for a person to look at)
            detail = "".join(traceback.format_exception(problem, limit=-3))
            aside.append(Aside(arrival, Arrival.State.PARKED, "unreadable", detail))
    return understood, aside
