"""Errands: written by lower floors in their own transaction, done by upper floors after it."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db.models import F

from core import bulk
from core.claim import claim
from core.models import Errand

MOST_TRIES = 8


def ask(kind: str, object_id: int, *, now: datetime) -> Errand:
    """Ask the upper floor that handles `kind` to look at the object once this transaction has committed."""
    return Errand.objects.create(kind=kind, object_id=object_id, due_at=now)


def ask_all(kind: str, object_ids: Sequence[int], *, now: datetime) -> None:
    """The same for many objects, in one statement."""
    bulk.insert(Errand(kind=kind, object_id=each, due_at=now) for each in object_ids)


def claim_due(*, now: datetime, limit: int, lease: timedelta) -> list[Errand]:
    """Take due errands for this worker; a worker that dies gives them back when the lease ends."""
    taken = {"state": Errand.State.RUNNING, "tries": F("tries") + 1, "lease_until": now + lease}
    return claim(Errand.objects.due(now), limit=limit, changes=taken)


def done(errand: Errand) -> None:
    Errand.objects.filter(pk=errand.pk).update(state=Errand.State.DONE, lease_until=None, reason="")


def failed(errand: Errand, *, reason: str, now: datetime) -> None:
    """Try again later, twice as late each time; after the last try the errand stays as failed with its reason."""
    final = errand.tries >= MOST_TRIES
    Errand.objects.filter(pk=errand.pk).update(
        state=Errand.State.FAILED if final else Errand.State.WAITING,
        due_at=errand.due_at if final else now + timedelta(seconds=2**errand.tries),
        lease_until=None,
        reason=reason,
    )
