"""What raises the priority: a switch for each, which holds at once."""

from datetime import datetime

from django.db import transaction

from core.actor import Actor
from policies.models import PriorityLift
from policies.services.recording import ensure_administrator, record


@transaction.atomic
def switch(code: str, *, in_force: bool, actor: Actor, now: datetime) -> PriorityLift:
    """Let it raise priorities from now on, or no more. Raises PriorityLift.DoesNotExist, NotAllowed."""
    ensure_administrator(actor)
    lift = PriorityLift.objects.select_for_update().get(code=code)
    if lift.in_force != in_force:
        lift.in_force = in_force
        lift.save(update_fields=["in_force"])
        record("lift", code, "on" if in_force else "off", actor=actor, now=now)
    return lift
