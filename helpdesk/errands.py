"""What lower floors may ask for: each kind of errand and the one function that does it."""

from datetime import datetime
from typing import Protocol

from channels_out.services.recipients import DISPATCH_FAILED
from portal.services import links
from portal.services.links import STATUS_LINK
from tickets.services.clocks import recalculating
from tickets.services.clocks.recalculating import RECALCULATION
from tickets.services.escalation import escalating, priority_checks
from tickets.services.escalation.escalating import SUPERIOR_ASKED
from tickets.services.escalation.lifts import PRIORITY_CHECK
from tickets.services.outward.failures import dispatch_failed
from tickets.services.promises import recovery
from tickets.services.promises.recovery import APOLOGY_CHECK


class Handler(Protocol):
    """Does the errand for one object. May be called twice for the same errand; what it raises, the errand keeps."""

    def __call__(self, object_id: int, /, *, now: datetime) -> object: ...


HANDLERS: dict[str, Handler] = {
    DISPATCH_FAILED: dispatch_failed,
    STATUS_LINK: links.answer,
    APOLOGY_CHECK: recovery.check_apology,
    SUPERIOR_ASKED: escalating.superior_asked,
    RECALCULATION: recalculating.go_on,
    PRIORITY_CHECK: priority_checks.check_priority,
}
