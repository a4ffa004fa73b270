"""The two ways to run the product: servers and processes, or SQLite and one process. Each run has a fresh copy."""

import os
import shutil
import socket
import sqlite3
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import urlsplit

import psycopg
import redis

from benchmarks.installation import Installation, cpu_seconds
from benchmarks.report import Problem

Rows = list[tuple[Any, ...]]
BLANK, RUN = "bench_blank", "bench_run"


class Engine(Protocol):
    """fresh: an installation with an empty, furnished database. start: what works arrivals off.
    ask: a read-only question to the database. server_cpu: seconds the database server has worked so far.
    """

    name: str

    def fresh(self) -> Installation: ...

    def start(self, installation: Installation, *, workers: int) -> None: ...

    def ask(self, query: str) -> Rows: ...

    def server_cpu(self) -> float: ...


class PostgresEngine:
    """PostgreSQL and Redis, at the addresses that script/bench starts them on; Celery workers and beat as processes.

    The queue `sending` has no worker: sending is not what is measured.
    """

    queues = "intake,clocks,slow"

    def __init__(self, scratch: Path) -> None:
        try:
            self.server, self.redis = os.environ["TEST_POSTGRES_URL"], os.environ["TEST_REDIS_URL"]
        except KeyError as missing:
            raise Problem(f"{missing} is not set: install postgresql and redis-server, and use script/bench") from None
        self.scratch = scratch
        self.asking: psycopg.Connection[tuple[Any, ...]] | None = None  # one for all: a new one costs the server 5 ms
        with psycopg.connect(self.server) as connection:
            version = connection.info.server_version // 10000
            durable = [connection.execute(f"SHOW {name}").fetchone() for name in ("fsync", "synchronous_commit")]
            self.server_pid = _parent(connection.info.backend_pid)
        if durable != [("on",), ("on",)]:
            raise Problem(f"fsync and synchronous_commit are {durable}, not on: the figures would not be honest")
        self.name = f"PostgreSQL {version}"
        self._make(BLANK, template="template1")
        blank = self._installation(BLANK)
        blank.manage("migrate", "--verbosity", "0", "--skip-checks")
        blank.inside("house")

    def fresh(self) -> Installation:
        if self.asking is not None:
            self.asking.close()
        self._make(RUN, template=BLANK)
        redis.Redis.from_url(self.redis).flushdb()
        return self._installation(RUN)

    def start(self, installation: Installation, *, workers: int) -> None:
        celery = ("-m", "celery", "-A", "helpdesk")
        for number in range(1, workers + 1):
            solo = ("-P", "solo", "-Q", self.queues, "-n", f"bench{number}@localhost", "--loglevel", "WARNING")
            installation.start(f"worker{number}", *celery, "worker", *solo, "--without-gossip", "--without-mingle")
        installation.start("beat", *celery, "beat", "--loglevel", "WARNING")

    def ask(self, query: str) -> Rows:
        if self.asking is None or self.asking.closed:
            self.asking = psycopg.connect(self._address(RUN), autocommit=True)
        return self.asking.execute(query.encode()).fetchall()

    def server_cpu(self) -> float:
        return cpu_seconds(self.server_pid)

    def _make(self, name: str, *, template: str) -> None:
        with psycopg.connect(self.server, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)".encode())
            connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}".encode())
            connection.execute("CHECKPOINT")

    def _address(self, database: str) -> str:
        return urlsplit(self.server)._replace(path=f"/{database}").geturl()

    def _installation(self, database: str) -> Installation:
        var = self.scratch / database
        shutil.rmtree(var, ignore_errors=True)
        var.mkdir()
        return Installation(var, {"DATABASE_URL": self._address(database), "REDIS_URL": self.redis})


class SqliteEngine:
    """Nothing installed: `manage.py up` is web server, worker and beat, and sends too (into var/sent)."""

    def __init__(self, scratch: Path) -> None:
        self.name = f"SQLite {sqlite3.sqlite_version}"
        self.blank, self.run = scratch / BLANK, scratch / RUN
        self.blank.mkdir()
        blank = Installation(self.blank, {})
        blank.manage("migrate", "--verbosity", "0", "--skip-checks")
        blank.inside("house")

    def fresh(self) -> Installation:
        shutil.rmtree(self.run, ignore_errors=True)
        shutil.copytree(self.blank, self.run)
        return Installation(self.run, {})

    def start(self, installation: Installation, *, workers: int) -> None:
        if workers != 1:
            raise Problem("on SQLite everything is one process")
        installation.start("up", "manage.py", "up", "--port", str(free_port()))

    def ask(self, query: str) -> Rows:
        connection = sqlite3.connect(f"file:{self.run}/tanggap.sqlite3?mode=ro", uri=True, timeout=20)
        try:
            return connection.execute(query).fetchall()
        finally:
            connection.close()

    def server_cpu(self) -> float:
        return 0.0


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _parent(pid: int) -> int:
    """The server behind one of its connections, where it runs on this machine."""
    return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
