"""Live pushes: telling the open pages of the staff, after the commit, what has changed. A hint, never the truth.

A push carries ids and nothing else; the page asks for the part again, so rights are checked where they always are. A
lost push costs a few seconds: pages look by themselves too.
"""

import asyncio
import logging
import threading
from concurrent.futures import Future
from functools import cache, partial
from typing import Any

from channels.layers import get_channel_layer
from django.conf import settings
from django.db import transaction

logger = logging.getLogger(__name__)
STAFF = "staff"  # the group of every open page of the staff
_web_loops: list[asyncio.AbstractEventLoop] = []


def tickets_changed(*ticket_ids: int) -> None:
    """Once this transaction has committed, let open pages know that these tickets look different. Never fails."""
    if ticket_ids:
        transaction.on_commit(partial(push, "tickets.changed", ids=list(ticket_ids)))


def notices_changed(*user_ids: int) -> None:
    """The same for what these members of the staff have been told."""
    if user_ids:
        transaction.on_commit(partial(push, "notices.changed", ids=list(user_ids)))


def push(kind: str, **what: Any) -> None:
    """Send at once, outside any transaction."""
    loop = _loop()
    if loop is None or loop.is_closed():
        return
    layer = get_channel_layer()
    assert layer is not None
    sending = asyncio.run_coroutine_threadsafe(layer.group_send(STAFF, {"type": kind, **what}), loop)
    sending.add_done_callback(_note)


def _note(sending: Future[None]) -> None:
    if not sending.cancelled() and (problem := sending.exception()):
        logger.info("a live push was lost: %s", problem)


def listening(loop: asyncio.AbstractEventLoop) -> None:
    """A page is open and its socket lives on this loop: without Redis, pushes of this process go there."""
    _web_loops[:] = [loop]


def _loop() -> asyncio.AbstractEventLoop | None:
    """With Redis any process pushes, by a loop of its own; without, only where pages are open is anybody to tell."""
    if settings.REDIS_URL:
        return _own_loop()
    return _web_loops[0] if _web_loops else None


@cache
def _own_loop() -> asyncio.AbstractEventLoop:
    loop = asyncio.new_event_loop()
    threading.Thread(target=loop.run_forever, name="live pushes", daemon=True).start()
    return loop
