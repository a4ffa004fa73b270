"""Parked arrivals: what could not become a message by itself, and what somebody of the staff decided about it."""

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from channels_in.models import Arrival
from core.actor import Actor
from core.errors import Invalid
from core.hints import nudge

REASON_CHARACTERS = 60
PROCESS_ARRIVALS = "channels_in.tasks.process_arrivals"


@transaction.atomic
def retry(arrival_id: int, *, actor: Actor, now: datetime) -> Arrival:
    """Look at it again, with all its tries; a worker takes it up at once.

    Raises Invalid where it is not parked, Arrival.DoesNotExist.
    """
    arrival = _parked(arrival_id, actor)
    _note(arrival, f"tried again by {actor.name}", now=now)
    arrival.state, arrival.reason, arrival.tries, arrival.due_at = Arrival.State.NEW, "", 0, now
    arrival.save(update_fields=["state", "reason", "tries", "due_at", "detail"])
    nudge(PROCESS_ARRIVALS)
    return arrival


@transaction.atomic
def discard(arrival_id: int, *, actor: Actor, now: datetime, reason: str) -> Arrival:
    """Nothing shall become of it; its bytes stay, and so does who decided it and why.

    Raises Invalid where it is not parked or no reason is given, Arrival.DoesNotExist.
    """
    arrival = _parked(arrival_id, actor)
    if not reason.strip():
        raise Invalid(_("Say why it is discarded."), field="reason")
    _note(arrival, f"discarded by {actor.name}: {reason}", now=now)
    arrival.state, arrival.reason = Arrival.State.DISCARDED, reason.strip()[:REASON_CHARACTERS]
    arrival.save(update_fields=["state", "reason", "detail"])
    return arrival


def _parked(arrival_id: int, actor: Actor) -> Arrival:
    arrival = Arrival.objects.visible_to(actor).defer("body").select_for_update().get(pk=arrival_id)
    if arrival.state != Arrival.State.PARKED:
        raise Invalid(_("This arrival is not parked any more: somebody or something took it up already."))
    return arrival


def _note(arrival: Arrival, what: str, *, now: datetime) -> None:
    """The detail grows by a line; why it was parked stays readable above it."""
    line = f"{now.isoformat(timespec='seconds')} {what} (was parked: {arrival.reason})"
    arrival.detail = f"{arrival.detail}\n{line}".strip()
