"""Claiming rows: how several workers share a table that is also their queue."""

from collections.abc import Mapping
from threading import Event
from typing import TypeVar

from django.db import models, transaction

Row = TypeVar("Row", bound=models.Model)
stopping = Event()  # set when this process is told to stop: it finishes what it holds and takes no more


def claim(waiting: models.QuerySet[Row], *, limit: int, changes: Mapping[str, object]) -> list[Row]:
    """Take up to `limit` rows for this worker alone and mark them with `changes`, committed on its own.

    waiting: an ordered queryset of rows that may be taken. changes: what marks them as taken (state, tries, lease).
    Returns the rows as marked. PostgreSQL skips rows that another worker holds; SQLite has one writer at a time
    and our transactions begin immediately, so the same code is exclusive there. A look before the transaction
    keeps an idle worker from writing.
    """
    if stopping.is_set() or not waiting.exists():
        return []
    with transaction.atomic():
        ids = list(waiting.select_for_update(skip_locked=True, of=("self",)).values_list("pk", flat=True)[:limit])
        waiting.model._default_manager.filter(pk__in=ids).update(**changes)
    rows = waiting.model._default_manager.in_bulk(ids)
    return [rows[pk] for pk in ids]


def hold(waiting: models.QuerySet[Row], *, limit: int, lock: str = "self") -> list[Row]:
    """Lock up to `limit` rows until the caller's transaction ends, and pass over what another worker holds.

    lock: a relation that waiting has selected, whose rows are locked instead; whoever changes these rows must hold it.
    For work that is done and written in one transaction: a worker that dies has done nothing.
    """
    return list(waiting.select_for_update(skip_locked=True, of=(lock,))[:limit])
