"""Plans that PostgreSQL keeps: for statements whose planning costs more than their answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.postgresql.base import ServerBindingCursor

TIMES_BEFORE = 5  # a statement is kept once a connection has asked it so often


@contextmanager
def kept_plans() -> Iterator[None]:
    """What is asked inside is planned once a connection, then only answered; nothing changes on SQLite.

    Only for questions by keys. A kept plan knows no values: where it must guess how many rows a limit or a range finds,
    it reads whole tables (the look for due alarms among a million took 100 ms instead of one).
    """
    if connection.vendor != "postgresql":
        yield
        return
    connection.ensure_connection()
    session = connection.connection
    usual = session.cursor_factory
    session.cursor_factory, session.prepare_threshold = ServerBindingCursor, TIMES_BEFORE
    try:
        yield
    finally:
        session.cursor_factory, session.prepare_threshold = usual, None
