"""Doing errands: claimed by one worker, done or put off, and never in the way of the next one."""

import logging
from collections.abc import Mapping
from datetime import timedelta
from time import monotonic

from core.clock import database_now
from core.models import Errand, Heartbeat
from core.services import errands
from helpdesk.errands import HANDLERS, Handler

logger = logging.getLogger(__name__)
BATCH, LEASE = 20, timedelta(minutes=5)
STRETCH = timedelta(seconds=0.5)  # beat asks again every second: in between, alarms have their turn
BEAT, BEAT_NOTED_EVERY = "beat", timedelta(seconds=10)


def note_the_beat() -> None:
    """Leave a sign of life for /readyz and doctor; between two signs nothing is written."""
    now = database_now()
    if not Heartbeat.objects.filter(name=BEAT, at__gt=now - BEAT_NOTED_EVERY, at__lte=now).exists():
        Heartbeat.objects.update_or_create(name=BEAT, defaults={"at": now})


def run_due(handlers: Mapping[str, Handler] = HANDLERS, *, stretch: timedelta | None = None) -> int:
    """Run every errand whose time has come; one that fails is tried again later and finally kept with its reason.

    stretch: begin no further batch after this time, so that a worker that has a mountain of them does other things too.
    """
    count, began = 0, monotonic()
    while batch := errands.claim_due(now=database_now(), limit=BATCH, lease=LEASE):
        for errand in batch:
            run(errand, handlers)
        count += len(batch)
        if stretch is not None and monotonic() - began >= stretch.total_seconds():
            break
    return count


def run(errand: Errand, handlers: Mapping[str, Handler]) -> None:
    try:
        handler_of(errand.kind, handlers)(errand.object_id, now=database_now())
    except Exception as problem:  # noqa: BLE001 (whatever went wrong becomes the errand's reason, for a person to read)
        reason = f"{type(problem).__name__}: {problem}"
        logger.warning("errand %s (%s %s) failed: %s", errand.pk, errand.kind, errand.object_id, type(problem).__name__)
        errands.failed(errand, reason=reason, now=database_now())
    else:
        errands.done(errand)


def handler_of(kind: str, handlers: Mapping[str, Handler]) -> Handler:
    if kind not in handlers:
        raise LookupError(f"nobody does errands of kind {kind!r}")
    return handlers[kind]
