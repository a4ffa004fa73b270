"""The history of types, rules, ladders and packs. Its last row is also the version of all that is cached about them."""

from collections.abc import Mapping
from datetime import datetime

from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import NotAllowed
from core.history import by
from policies.models import PolicyHistory
from staff.models import User


def record(
    kind: str,
    key: object,
    change: str,
    *,
    actor: Actor,
    now: datetime,
    before: Mapping[str, object] | None = None,
    after: Mapping[str, object] | None = None,
    reason: str = "",
) -> None:
    """Note a change, in the caller's transaction."""
    PolicyHistory.objects.create(
        object_kind=kind,
        object_key=str(key),
        at=now,
        change=change,
        before=dict(before or {}),
        after=dict(after or {}),
        reason=reason,
        **by(actor),
    )


def ensure_administrator(actor: Actor) -> None:
    """Raises NotAllowed: types and rules are changed by administrators, and by the system itself."""
    if not actor.is_staff or (actor.role and actor.role != User.Role.ADMINISTRATOR):
        raise NotAllowed(_("Types and TAT rules are changed by administrators."))
