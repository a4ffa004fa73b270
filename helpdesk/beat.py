import logging
from typing import Any

from celery.beat import ScheduleEntry, Scheduler, SchedulingError

logger = logging.getLogger(__name__)


class MemoryScheduler(Scheduler):
    """The alarm clock without a file: due times are rows, so nothing is lost when it forgets when it last rang."""

    broker_is_away = False

    def setup_schedule(self) -> None:
        self.merge_inplace(self.app.conf.beat_schedule)

    def apply_entry(self, entry: ScheduleEntry, producer: Any = None) -> None:
        """Ring once; while the broker is away every ring is lost, and one line says so."""
        try:
            self.apply_async(entry, producer=producer, advance=False)
        except SchedulingError as problem:
            if not self.broker_is_away:
                logger.warning("the broker is away, so rows wait: %s", problem)
            self.broker_is_away = True
        else:
            self.broker_is_away = False
