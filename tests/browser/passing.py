"""Letting time pass for one ticket of the demo while its page and its server go on in their own time."""

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import datetime, timedelta

from tests.browser.running import Demo

TICKETS = "tickets_ticket"
WITH_TICKETS = (
    "SELECT m.name FROM sqlite_master m JOIN pragma_table_info(m.name) c WHERE m.type = 'table' AND c.name = ?"
)


def let_pass(demo: Demo, reference: str, length: timedelta) -> None:
    """As if the ticket had begun that much earlier: every moment of it lies further back, all in one transaction."""
    with closing(sqlite3.connect(demo.var / "tanggap.sqlite3", timeout=20)) as database, database:
        [(pk, clock)] = database.execute(f"SELECT id, clock FROM {TICKETS} WHERE reference = ?", [reference]).fetchall()
        for table, key in _tables(database):
            _move(database, table, key, pk, length)
        earlier = json.dumps(_earlier(json.loads(clock), length))
        database.execute(f"UPDATE {TICKETS} SET clock = ? WHERE id = ?", [earlier, pk])


def _tables(database: sqlite3.Connection) -> Iterator[tuple[str, str]]:
    """Whatever belongs to a ticket, with the column that says to which."""
    yield TICKETS, "id"
    for (name,) in database.execute(WITH_TICKETS, ["ticket_id"]).fetchall():
        yield name, "ticket_id"


def _move(database: sqlite3.Connection, table: str, key: str, pk: int, length: timedelta) -> None:
    columns = [
        name for _place, name, kind, *_rest in database.execute(f"PRAGMA table_info({table})") if kind == "datetime"
    ]
    if columns:
        moved = ", ".join(f"{name} = strftime('%Y-%m-%d %H:%M:%f', {name}, ?)" for name in columns)
        back = f"-{length.total_seconds():.3f} seconds"
        database.execute(f"UPDATE {table} SET {moved} WHERE {key} = ?", [*[back] * len(columns), pk])


def _earlier(clock: dict[str, object], length: timedelta) -> dict[str, object]:
    moments = {name: str(clock[name]) for name in ("due", "warn", "urgent")}
    return clock | {name: (datetime.fromisoformat(at) - length).isoformat() for name, at in moments.items()}
