"""Another worker does something between two statements of ours, as it may between any two."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connection


@contextmanager
def meanwhile(table: str, happens: Callable[[], object]) -> Iterator[None]:
    """happens: what is done once the first statement has read the table, before the next one."""
    to_come = ["reading", "happening"]

    def watch(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if to_come == ["happening"]:
            to_come.clear()
            happens()
        elif to_come and f'"{table}"' in sql:
            to_come.remove("reading")
        return execute(sql, *rest)

    with connection.execute_wrapper(watch):
        yield
    assert not to_come, f"no statement has read {table}, or none came after it"
