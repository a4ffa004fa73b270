"""The alarm clock of deadlines: what is due is taken in batches, read again under lock, and done once.

A batch is one transaction under the locks of its tickets, as every change of their clocks is. Two workers pass over
each other's tickets; a worker that is killed has done nothing, and the next one does it. What fails is halved down to
the guilty one, which is written down as failed with its reason. Late is late, not lost.
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Protocol, TypeVar

from django.db import OperationalError, models, transaction

from core.claim import hold, stopping
from tickets.models import Deadline, Escalation
from tickets.services.escalation import steps, unheard

logger = logging.getLogger(__name__)
TOGETHER = 500
Row = TypeVar("Row", bound=models.Model)
Row_contra = TypeVar("Row_contra", bound=models.Model, contravariant=True)


class Work(Protocol[Row_contra]):
    """Does what is due on these rows, or raises and has done nothing."""

    def __call__(self, rows: Sequence[Row_contra], /, *, now: datetime) -> None: ...


class GiveUp(Protocol[Row_contra]):
    """Writes down why nothing could be done on this row, so that it is due no more."""

    def __call__(self, row: Row_contra, /, *, reason: str, now: datetime) -> None: ...


def ring(*, now: datetime, limit: int = TOGETHER) -> int:
    """Do what is due on up to `limit` deadlines; returns how many were taken, 0 where nothing is due."""
    due = Deadline.objects.ringing(now)
    whole = due.select_related("ticket__query_type", "ticket__customer")
    return _sweep(due, whole, steps.take, steps.give_up, now=now, limit=limit)


def pass_up(*, now: datetime, limit: int = TOGETHER) -> int:
    """Take what nobody answered in time one level up; returns how many were taken."""
    due = Escalation.objects.unheard(now)
    whole = due.select_related("ticket__query_type", "ticket__customer")
    return _sweep(due, whole, unheard.pass_up, unheard.give_up, now=now, limit=limit)


def _sweep(
    due: models.QuerySet[Row],
    whole: models.QuerySet[Row],
    work: Work[Row],
    give_up: GiveUp[Row],
    *,
    now: datetime,
    limit: int,
) -> int:
    if stopping.is_set() or not due.exists():
        return 0
    with transaction.atomic():
        held = hold(due.select_related("ticket").only("id", "ticket__id"), limit=limit, lock="ticket")
        _do(whole, [row.pk for row in held], work, give_up, now=now)
    return len(held)


def _do(
    whole: models.QuerySet[Row], ids: Sequence[int], work: Work[Row], give_up: GiveUp[Row], *, now: datetime
) -> None:
    """All at once, or each half alone; a savepoint takes back what failed and keeps the locks.

    What was answered or paused until the locks were held is due no more when it is read here.
    """
    try:
        with transaction.atomic():
            work(list(whole.filter(pk__in=ids)), now=now)
    except OperationalError:
        raise  # the database itself: nothing is done, and everything waits
    except Exception as problem:  # noqa: BLE001 (whatever went wrong becomes the reason of the step that failed)
        if len(ids) > 1:
            half = len(ids) // 2
            _do(whole, ids[:half], work, give_up, now=now)
            _do(whole, ids[half:], work, give_up, now=now)
            return
        logger.warning("what was due on %s %s failed: %s", whole.model.__name__, ids[0], type(problem).__name__)
        give_up(whole.get(pk=ids[0]), reason=f"{type(problem).__name__}: {problem}", now=now)
