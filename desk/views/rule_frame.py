"""What every page about rules shows."""

from core.actor import Role
from core.clock import now
from desk.keys import KEYS
from policies.services import publishing
from web.requests import PageRequest


def frame(request: PageRequest) -> dict[str, object]:
    """waiting: how much was edited and is not in force."""
    return {
        "may_change": request.actor.role == Role.ADMINISTRATOR,
        "waiting": len(publishing.differences()),
        "last": publishing.latest(),
        "now": now(),
        "keys": KEYS,
    }
