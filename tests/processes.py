"""Real processes: an installation of its own on disk, run as an operator runs it."""

import os
import signal
import socket
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path

from django.conf import settings

from helpdesk.environment import ROOT

PATIENCE_SECONDS = 60
UNSET = "DATABASE_URL REDIS_URL ALLOWED_HOSTS TRUSTED_PROXIES DEBUG SITE_URL EMAIL_URL STORAGE_URL SENTRY_DSN PORT"


@dataclass
class Installation:
    """One product on disk, run as an operator runs it."""

    var: Path
    variables: dict[str, str] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        fixed = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings.base",
            "VAR_DIR": str(self.var),
            "SECRET_KEY": settings.SECRET_KEY,
            "ENCRYPTION_KEYS": settings.ENCRYPTION_KEYS[0],
        }
        return dict.fromkeys(UNSET.split(), "") | fixed | self.variables

    def manage(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        line = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            line, cwd=ROOT, env=self.environment, capture_output=True, text=True, timeout=120, check=False
        )

    def rows(self, query: str, *values: object) -> list[tuple[object, ...]]:
        """Ask or write the SQLite file as another process would."""
        with sqlite3.connect(self.var / "tanggap.sqlite3", timeout=20) as database:
            return database.execute(query, values).fetchall()

    def commits_seen_in(self, *, seconds: float) -> int:
        """How often somebody else changed the database meanwhile, as far as a look every 20 ms can tell."""
        with sqlite3.connect(self.var / "tanggap.sqlite3") as database:
            looks = [database.execute("PRAGMA data_version").fetchone() for _ in pauses(seconds, every=0.02)]
        return sum(before != after for before, after in pairwise(looks))


@dataclass
class Up:
    """A running `manage.py up`."""

    process: subprocess.Popen[str]
    port: int
    listening_after: float

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}{path}", timeout=10) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()

    def stop(self, signal_number: int = signal.SIGTERM) -> tuple[int, float]:
        """Exit code, and how long it took."""
        began = time.monotonic()
        self.process.send_signal(signal_number)
        return self.process.wait(PATIENCE_SECONDS), time.monotonic() - began


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def pauses(seconds: float, *, every: float) -> Iterator[None]:
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        yield
        time.sleep(every)
