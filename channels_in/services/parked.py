"""Parked arrivals: what could not become a message by itself, and what somebody of the staff decided about it.

What a blocked sender wrote is discarded by itself; that too may be read again.
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from channels_in.models import Arrival, ArrivalHistory
from channels_in.models.arrival import BLOCKED, ArrivalQuerySet
from core import bulk
from core.actor import Actor
from core.errors import Invalid
from core.hints import nudge
from core.history import by

REASON_CHARACTERS = 60
MOST_AT_ONCE = 1_000
PROCESS_ARRIVALS = "channels_in.tasks.process_arrivals"


@transaction.atomic
def retry(arrival_id: int, *, actor: Actor, now: datetime) -> Arrival:
    """Look at it again, with all its tries; a worker takes it up at once.

    Raises Invalid where it is neither parked nor of a blocked sender, Arrival.DoesNotExist.
    """
    arrival = _locked(arrival_id, actor)
    if (arrival.state, arrival.reason) != (Arrival.State.DISCARDED, BLOCKED):
        _ensure_parked(arrival)
    retry_all(Arrival.objects.filter(pk=arrival.pk), actor=actor, now=now)
    arrival.refresh_from_db(fields=["state", "reason", "tries", "due_at"])
    return arrival


@transaction.atomic
def discard(arrival_id: int, *, actor: Actor, now: datetime, reason: str) -> Arrival:
    """Nothing shall become of it; its bytes stay, and so does who decided it and why.

    Raises Invalid where it is not parked or no reason is given, Arrival.DoesNotExist.
    """
    arrival = _locked(arrival_id, actor)
    _ensure_parked(arrival)
    discard_all(Arrival.objects.filter(pk=arrival.pk), actor=actor, now=now, reason=reason)
    arrival.refresh_from_db(fields=["state", "reason"])
    return arrival


@transaction.atomic
def retry_all(wanted: ArrivalQuerySet, *, actor: Actor, now: datetime) -> int:
    """Look again at those of them that may be retried, the oldest thousand; returns how many."""
    again = {"state": Arrival.State.NEW, "reason": "", "tries": 0, "due_at": now}
    done = _decide(wanted.may_be_retried(), again, change="retried", actor=actor, now=now)
    nudge(PROCESS_ARRIVALS)
    return done


@transaction.atomic
def discard_all(wanted: ArrivalQuerySet, *, actor: Actor, now: datetime, reason: str) -> int:
    """Discard those of them that are parked, the oldest thousand; returns how many. Raises Invalid without a reason."""
    if not reason.strip():
        raise Invalid(_("Say why it is discarded."), field="reason")
    gone = {"state": Arrival.State.DISCARDED, "reason": reason.strip()[:REASON_CHARACTERS]}
    return _decide(wanted.to_be_decided(), gone, change="discarded", actor=actor, now=now, reason=reason.strip())


def _decide(
    wanted: ArrivalQuerySet,
    values: Mapping[str, object],
    *,
    change: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
) -> int:
    """Change them and note for each who did it, why, and why it had been parked. A few statements for all of them."""
    locked = wanted.select_for_update(of=("self",)).order_by("id")
    parked = dict(locked.values_list("pk", "reason")[:MOST_AT_ONCE])
    Arrival.objects.filter(pk__in=parked).update(**values)
    after = {"state": values["state"]}
    bulk.insert(
        ArrivalHistory(
            arrival_id=pk, at=now, change=change, before={"reason": was}, after=after, reason=reason, **by(actor)
        )
        for pk, was in parked.items()
    )
    return len(parked)


def _locked(arrival_id: int, actor: Actor) -> Arrival:
    return Arrival.objects.visible_to(actor).defer("body").select_for_update().get(pk=arrival_id)


def _ensure_parked(arrival: Arrival) -> None:
    if arrival.state != Arrival.State.PARKED:
        raise Invalid(_("This arrival is not parked any more: somebody or something took it up already."))
