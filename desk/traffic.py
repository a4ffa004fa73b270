"""What waits for a decision of those who lead, for the menu of every page, and which channels do not work."""

from dataclasses import dataclass

from channels_in import health
from channels_in.models import Arrival
from channels_out.models import Dispatch
from core.actor import Actor, Role
from desk.queue import MOST, CappedCount
from staff.models import User


@dataclass(frozen=True, slots=True)
class Waiting:
    """parked: of what came in. failed: of what should have gone out."""

    parked: int = 0
    failed: int = 0

    @property
    def any(self) -> int:
        return self.parked + self.failed


def waiting(actor: Actor) -> Waiting:
    """One statement for those who lead, none for others; it stops at a hundred of each."""
    if not actor.leads or actor.id is None:
        return Waiting()
    parked = Arrival.objects.visible_to(actor).to_be_decided().order_by().values("pk")[:MOST]
    failed = Dispatch.objects.visible_to(actor).to_be_decided().order_by().values("pk")[:MOST]
    person = User.objects.filter(pk=actor.id).annotate(parked=CappedCount(parked), failed=CappedCount(failed))
    return Waiting(*(person.values_list("parked", "failed").first() or ()))


def outages(actor: Actor) -> list[health.Outage]:
    """Channels that do not work, for those who can put them right: one statement, none for others."""
    return health.outages() if actor.is_staff and actor.role == Role.ADMINISTRATOR else []
