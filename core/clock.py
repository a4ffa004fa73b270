"""The one place that reads a clock; rules take `now` as an argument."""

from datetime import UTC, datetime

from django.conf import settings
from django.db import connection


def now() -> datetime:
    """This process's time, aware UTC, for showing pages; moved by settings.CLOCK_OFFSET in tests and the demo."""
    return datetime.now(UTC) + settings.CLOCK_OFFSET


def database_now() -> datetime:
    """The database's time, aware UTC: read once per claim and passed down, so that all workers share one clock.

    SQLite lives in this process, so its clock is ours.
    """
    if connection.vendor != "postgresql":
        return now()
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        moment: datetime = cursor.fetchone()[0]
    return moment.astimezone(UTC) + settings.CLOCK_OFFSET
