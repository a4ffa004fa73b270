"""What waits for a decision of those who lead, counted for the menu of every page."""

from dataclasses import dataclass

from channels_in.models import Arrival
from core.actor import Actor
from desk.queue import MOST, CappedCount
from staff.models import User


@dataclass(frozen=True, slots=True)
class Waiting:
    """parked: of what came in."""

    parked: int = 0

    @property
    def any(self) -> int:
        return self.parked


def waiting(actor: Actor) -> Waiting:
    """One statement for those who lead, none for others; it stops at a hundred of each."""
    if not actor.leads or actor.id is None:
        return Waiting()
    parked = Arrival.objects.visible_to(actor).to_be_decided().order_by().values("pk")[:MOST]
    counted = User.objects.filter(pk=actor.id).annotate(parked=CappedCount(parked)).values_list("parked")
    return Waiting(*(counted.first() or (0,)))
