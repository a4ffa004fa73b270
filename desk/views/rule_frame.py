"""What every page about rules shows."""

from core.actor import Role
from core.clock import now
from desk.keys import KEYS
from policies.services import publishing
from web.requests import PageRequest


def frame(request: PageRequest) -> dict[str, object]:
    """unpublished: how much was edited and is not in force."""
    return {
        "may_change": request.actor.role == Role.ADMINISTRATOR,
        "unpublished": len(publishing.differences()),
        "last": publishing.latest(),
        "now": now(),
        "keys": KEYS,
    }
