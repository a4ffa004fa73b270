"""Worker, beat and watcher as threads of the one process: real Celery, without its signal handlers."""

import logging
import os
import threading
from collections.abc import Callable
from time import monotonic

from celery import beat
from celery.worker import WorkController, state
from django.conf import settings

from channels_in.services.idling import Listeners
from core import claim
from core.hints import send
from helpdesk.beat import MemoryScheduler
from helpdesk.celery import app
from helpdesk.watcher import DatabaseWatcher

logger = logging.getLogger(__name__)


def row_tasks() -> list[str]:
    """The tasks that look for waiting rows: those that beat rings every second."""
    return [entry["task"] for entry in settings.CELERY_BEAT_SCHEDULE.values() if entry["schedule"] == 1.0]


def hint_all() -> None:
    for task in row_tasks():
        send(task)


class Background:
    """Runs them until asked to stop; `on_loss` is told which one ended unasked."""

    def __init__(self, *, on_loss: Callable[[str], None]) -> None:
        self.on_loss = on_loss
        self.stopping = threading.Event()
        self.threads: list[threading.Thread] = []
        self.beat = beat.Service(app, scheduler_cls=MemoryScheduler)

    def start(self) -> None:
        app.finalize()
        app.set_default()
        jobs: dict[str, Callable[[], object]] = {"worker": self.work, "beat": self.beat.start}
        jobs["idle"] = Listeners(self.stopping).run
        if settings.DATABASES["default"]["ENGINE"].endswith("sqlite3"):
            watcher = DatabaseWatcher(settings.DATABASES["default"]["NAME"], on_change=hint_all)
            jobs["watcher"] = lambda: watcher.watch(self.stopping)
        for name, job in jobs.items():
            thread = threading.Thread(target=self.keep, args=(name, job), name=name, daemon=True)
            self.threads.append(thread)
            thread.start()

    def work(self) -> None:
        worker = WorkController(
            app=app,
            hostname=f"up-{os.getpid()}@localhost",
            pool="threads",
            concurrency=settings.CELERY_WORKER_CONCURRENCY,
            use_eventloop=False,  # the event loop belongs to a main thread
            without_heartbeat=True,
            without_mingle=True,
            without_gossip=True,
        )
        worker.start()

    def keep(self, name: str, job: Callable[[], object]) -> None:
        """Run one of them; the process must not go on without it."""
        try:
            job()
        finally:
            if not self.stopping.is_set():
                logger.critical("the %s ended by itself, so everything stops", name)
                self.on_loss(name)

    def ask_to_stop(self) -> None:
        """Only sets flags, so a signal handler may call it. Tasks that run are let finish, no other begins."""
        self.stopping.set()
        claim.stopping.set()
        self.beat.stop()
        state.should_stop = 0  # type: ignore[assignment]

    def join(self, *, seconds: float) -> bool:
        """Wait for them; False if work was still going on. What it held, its rows still hold."""
        hint_all()  # wakes the worker, which otherwise sleeps on its queue for up to two seconds
        end = monotonic() + seconds
        for thread in self.threads:
            thread.join(max(0.0, end - monotonic()))
        return not any(thread.is_alive() for thread in self.threads)
