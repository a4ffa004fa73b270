"""The parse children of this process: as many as threads ask at once, kept for the next batch."""

import atexit
import os
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from channels_in.parsing import spool
from channels_in.parsing.outcomes import Batch, Outcome, Task
from channels_in.parsing.process import Child

MOST_IDLE = 4
MOST_ANSWERED = 50_000  # arrivals; then a fresh child takes over, whatever memory the old one kept
LARGEST_REQUEST = 8 * 1024 * 1024
LONGEST_READING = 20  # seconds for a batch; what is not read by then waits for the next one
OTHER_WORK = 5  # seconds that a machine under load may keep a child waiting, on top of what it may work


class _Pool:
    def __init__(self) -> None:
        self._idle: list[Child] = []
        self._lock = threading.Lock()

    @contextmanager
    def child(self) -> Iterator[Child]:
        """A child for this thread alone; kept for the next one unless it still owes answers."""
        with self._lock:
            child = self._idle.pop() if self._idle else None
        if child is None:
            spool.sweep()
            child = Child(settings.PARSE_CHILD)
        try:
            yield child
        finally:
            self._take_back(child)

    def _take_back(self, child: Child) -> None:
        with self._lock:
            kept = not child.owes and child.answered < MOST_ANSWERED and len(self._idle) < MOST_IDLE
            if kept:
                self._idle.append(child)
        if not kept:
            child.end()

    def close(self) -> None:
        """End the idle children; the next batch starts a new one."""
        with self._lock:
            idle, self._idle = self._idle, []
        for child in idle:
            child.end()

    def start_anew(self) -> None:
        """In a forked process: the parent's children are the parent's."""
        idle, self._idle, self._lock = self._idle, [], threading.Lock()
        for child in idle:
            child.forget()


POOL = _Pool()
atexit.register(POOL.close)
os.register_at_fork(after_in_child=POOL.start_anew)


def parse(tasks: Sequence[Task], *, folder: Path) -> list[Outcome | None]:
    """What each arrival says, in order; large parts lie in the folder. None: not reached in the time a batch has.

    An arrival that hangs or kills its child becomes Failed, and those behind it are read by a new child.
    """
    outcomes: list[Outcome | None] = []
    until = time.monotonic() + LONGEST_READING
    while len(outcomes) < len(tasks) and time.monotonic() < until:
        rest = _fitting(tasks[len(outcomes) :])
        outcomes.extend(_answers(Batch(rest, folder=str(folder), seconds=settings.PARSE_SECONDS), until=until))
    return [*outcomes, *[None] * (len(tasks) - len(outcomes))]


def _answers(batch: Batch, *, until: float) -> Iterator[Outcome]:
    """What one child says of them, up to the first that ends it or the end of the time."""
    with POOL.child() as child:
        for outcome in child.ask(batch, patience=batch.seconds + OTHER_WORK):
            yield outcome
            if time.monotonic() > until:
                return


def _fitting(tasks: Sequence[Task]) -> tuple[Task, ...]:
    """As many of the first as go into one request, at least one."""
    size = 0
    for count, task in enumerate(tasks):
        size += len(task.body)
        if count and size > LARGEST_REQUEST:
            return tuple(tasks[:count])
    return tuple(tasks)
