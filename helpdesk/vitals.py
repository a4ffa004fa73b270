"""Is everything alive: what /readyz and `manage.py doctor` look at."""

from datetime import datetime

from celery import current_app
from django.db import DatabaseError, connection
from kombu.exceptions import OperationalError

from channels_in.models import Arrival
from core.models import Heartbeat
from helpdesk.errand_runner import BEAT

BEAT_STALE_SECONDS = 60


def database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def broker_answers() -> bool:
    """Whether the broker takes hints; without REDIS_URL it lives in the process that asks."""
    try:
        with current_app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0, timeout=2)
    except (OperationalError, OSError):
        return False
    return True


def beat_age(now: datetime) -> float | None:
    """Seconds since beat and a worker last did a round together; None if they never did."""
    at = Heartbeat.objects.filter(name=BEAT).values_list("at", flat=True).first()
    return None if at is None else round((now - at).total_seconds(), 1)


def oldest_arrival_age(now: datetime) -> float | None:
    """Seconds that the oldest unprocessed arrival has been waiting; None if none waits."""
    states = (Arrival.State.NEW, Arrival.State.PROCESSING)
    oldest = [
        Arrival.objects.filter(state=state).order_by("id").values_list("received_at", flat=True).first()
        for state in states
    ]
    waiting = [at for at in oldest if at is not None]
    return round((now - min(waiting)).total_seconds(), 1) if waiting else None
