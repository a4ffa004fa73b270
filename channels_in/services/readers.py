"""The threads of a worker that wait for mail servers, so that its tasks never do."""

import logging
import threading
from collections.abc import Callable

from django.db import DatabaseError

from channels_in.services.fetching import release_connection

logger = logging.getLogger(__name__)
MOST, MOST_FAILING = 24, 8


class Readers:
    """So many jobs at once in this process, and fewer for what is in trouble. They end with the process, and what they
    held is taken up by others when its lease ends.
    """

    def __init__(self, most: int = MOST, most_failing: int = MOST_FAILING) -> None:
        self.most, self.most_failing = most, most_failing
        self._lock = threading.Lock()
        self._busy: dict[str, bool] = {}

    def free(self, *, failing: bool = False) -> int:
        with self._lock:
            left = self.most - len(self._busy)
            return min(left, self.most_failing - sum(self._busy.values())) if failing else left

    def start(self, name: str, job: Callable[[], object], *, failing: bool = False) -> threading.Thread:
        with self._lock:
            self._busy[name] = failing
        thread = threading.Thread(target=self._run, args=(name, job), name=name, daemon=True)
        thread.start()
        return thread

    def _run(self, name: str, job: Callable[[], object]) -> None:
        try:
            job()
        except DatabaseError:
            logger.warning("%s: the database is away", name)
        finally:
            release_connection()
            with self._lock:
                del self._busy[name]
