"""One answer for everybody who asks the same within a second: made once, kept in the cache that all processes share."""

import threading
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TypeVar

from django.core.cache import cache

Answer = TypeVar("Answer")
SECOND = timedelta(seconds=1)
GENERATION = "reports-generation"
EPOCH = datetime.fromisoformat("1970-01-01T00:00:00+00:00")
_making = threading.RLock()  # who comes while another makes it, waits for that one


def shared(name: str, make: Callable[[], Answer], *, now: datetime, lasts: timedelta = SECOND) -> Answer:
    """What make() returns, at most once in each stretch of that length, and never older than that."""
    key = f"reports-{cache.get(GENERATION, 0)}-{(now - EPOCH) // lasts}-{name}"
    found: Answer | None = cache.get(key)
    if found is not None:
        return found
    with _making:
        found = cache.get(key)
        if found is None:
            found = make()
            cache.set(key, found, lasts.total_seconds() + 1)
    return found


def forget() -> None:
    """Whoever asks next gets a fresh answer: somebody has just changed something and wants to see it."""
    cache.add(GENERATION, 0, None)
    cache.incr(GENERATION)
