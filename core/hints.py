"""Hints: a task that tells a worker to look at its rows now. A lost hint loses nothing, the rows wait for the beat."""

import logging
from functools import partial

from celery import current_app
from django.db import transaction
from kombu.exceptions import OperationalError

logger = logging.getLogger(__name__)
USEFUL_SECONDS = 30


def nudge(task_name: str) -> None:
    """Once this transaction has committed, ask a worker to run the named task. Never fails, hardly ever waits."""
    transaction.on_commit(partial(send, task_name))


def send(task_name: str) -> None:
    """The same at once, outside any transaction."""
    try:
        current_app.send_task(task_name, expires=USEFUL_SECONDS, retry=False)
    except OperationalError as down:
        logger.info("the broker is away (%s): %s waits for the beat", down, task_name)
