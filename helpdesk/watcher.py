import sqlite3
from collections.abc import Callable
from pathlib import Path
from threading import Event
from urllib.parse import quote

LOOK_EVERY_SECONDS = 0.2


class DatabaseWatcher:
    """Notices what other connections and other processes commit to the SQLite file: our rows are the queue.

    Asking for the data version reads one shared counter, so an idle system stays idle.
    """

    def __init__(self, path: str | Path, *, on_change: Callable[[], None]) -> None:
        self.address = f"file:{quote(str(path))}?mode=rw"
        self.on_change = on_change

    def watch(self, stop: Event) -> None:
        """Call `on_change` after each look that found something new, until told to stop."""
        connection = sqlite3.connect(self.address, uri=True, timeout=20, isolation_level=None)
        try:
            seen = self.version(connection)
            while not stop.wait(LOOK_EVERY_SECONDS):
                if (version := self.version(connection)) != seen:
                    seen = version
                    self.on_change()
        finally:
            connection.close()

    @staticmethod
    def version(connection: sqlite3.Connection) -> int:
        version: int = connection.execute("PRAGMA data_version").fetchone()[0]
        return version
