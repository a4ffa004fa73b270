"""Whole helpdesks of real processes: one feeds mails in, one works them off, a mail server takes what is sent."""

import asyncio
import logging
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from email import message_from_bytes
from email.message import Message
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import psycopg
import pytest
import redis
from aiosmtpd.controller import Controller

from helpdesk.environment import ROOT
from tests.processes import Installation, free_port, pauses

MAILBOX = "keluhan@nusanet.example"
FURNISH = f"""
from policies.models import Channel, QueryType
kind = QueryType.objects.create(slug="unsorted", kind="complaint", name_id="Belum dipilah", name_en="Unsorted")
Channel.objects.create(kind="email", name="Nusanet", address="{MAILBOX}", query_type=kind)
"""
TOGETHER = 50


class Helpdesk:
    """An installation whose processes may be killed and started again."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation, self.folder = installation, folder
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.written = 0
        folder.mkdir()

    def start(self, name: str, *line: str) -> None:
        self.running[name] = subprocess.Popen(
            [sys.executable, *line], cwd=ROOT, env=self.installation.environment, stdout=subprocess.DEVNULL
        )

    def work(self, name: str = "worker", *options: str) -> None:
        """Start whatever makes messages of arrivals and sends what is to be sent."""
        self.start(name, "-m", "celery", "-A", "helpdesk", "worker", "--loglevel", "WARNING", *options)

    def ring(self) -> None:
        self.start("beat", "-m", "celery", "-A", "helpdesk", "beat", "--loglevel", "WARNING")

    def kill(self, name: str) -> None:
        """As the kernel does when memory runs out: no goodbye."""
        process = self.running.pop(name)
        process.kill()
        process.wait()

    def forget_hints(self) -> None:
        redis.Redis.from_url(self.installation.variables["REDIS_URL"]).flushdb()

    def stop(self) -> None:
        for process in self.running.values():
            process.kill()
            process.wait()

    def receive(self, mails: list[bytes]) -> None:
        """Hand mails over as an MTA does; all of them must be taken."""
        for start in range(0, len(mails), TOGETHER):
            self.hand_over(mails[start : start + TOGETHER])
            assert self.running["receive"].wait(120) == 0

    def hand_over(self, mails: list[bytes]) -> None:
        """The same without waiting for it."""
        paths = [self._write(mail) for mail in mails]
        self.start("receive", "manage.py", "receive_mail", "--channel", MAILBOX, *paths)

    def _write(self, mail: bytes) -> str:
        self.written += 1
        path = self.folder / f"{self.written:05}.eml"
        path.write_bytes(mail)
        return str(path)

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        url = self.installation.variables.get("DATABASE_URL", "")
        if not url:
            return self.installation.rows(query)
        with psycopg.connect(url) as connection:
            return connection.execute(query.encode()).fetchall()

    def change(self, statement: str) -> None:
        """Write to the PostgreSQL database as somebody with the right to."""
        with psycopg.connect(self.installation.variables["DATABASE_URL"]) as connection:
            connection.execute(statement.encode())

    def count(self, query: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {query}")[0][0])


class Sink(Controller):
    """A mail server that keeps what it is given. seconds: how long it then takes to say so."""

    def __init__(self, port: int) -> None:
        super().__init__(self, hostname="127.0.0.1", port=port)
        self.mails: list[Message] = []
        self.seconds = 0.0

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content))
        await asyncio.sleep(self.seconds)
        return "250 kept"


@pytest.fixture
def sink() -> Iterator[Sink]:
    logging.getLogger("mail.log").setLevel(logging.WARNING)  # else aiosmtpd writes down every word
    server = Sink(free_port())
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def furnished_servers(tmp_path_factory) -> Iterator[str]:
    """The name of a PostgreSQL database with a mailbox in it, made once and copied for each test."""
    url = os.environ.get("DATABASE_URL", "")
    if not url.startswith("postgres") or not os.environ.get("REDIS_URL"):
        pytest.skip("needs DATABASE_URL (PostgreSQL) and REDIS_URL")
    name = f"tanggap_furnished_{os.getpid()}"
    own = urlsplit(url)._replace(path=f"/{name}").geturl()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}".encode())
        _furnish(Installation(tmp_path_factory.mktemp("furnishing") / "var", {"DATABASE_URL": own}))
        yield name
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture
def over_servers(furnished_servers, tmp_path, sink) -> Iterator[Helpdesk]:
    """Over PostgreSQL and Redis, in a database and a Redis number of its own; sends to the sink."""
    url, redis_url = os.environ["DATABASE_URL"], os.environ["REDIS_URL"]
    name = f"tanggap_servers_{os.getpid()}_{time.monotonic_ns()}"
    number = 8 + int("".join(filter(str.isdigit, os.environ.get("PYTEST_XDIST_WORKER", "0"))))
    variables = {
        "DATABASE_URL": urlsplit(url)._replace(path=f"/{name}").geturl(),
        "REDIS_URL": urlsplit(redis_url)._replace(path=f"/{number}").geturl(),
        "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}",
    }
    redis.Redis.from_url(variables["REDIS_URL"]).flushdb()
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name} TEMPLATE {furnished_servers}".encode())
        helpdesk = Helpdesk(Installation(tmp_path / "var", variables), tmp_path / "mails")
        yield helpdesk
        helpdesk.stop()
        server.execute(f"DROP DATABASE {name} WITH (FORCE)".encode())


@pytest.fixture(scope="session")
def furnished(tmp_path_factory):
    """A var directory with a mailbox in its database, made once and copied for each test."""
    var = tmp_path_factory.mktemp("furnished")
    _furnish(Installation(var))
    return var


@pytest.fixture
def in_one_process(furnished, tmp_path, sink) -> Iterator[Helpdesk]:
    """On SQLite, to be worked off by `manage.py up`; sends to the sink."""
    var = tmp_path / "var"
    shutil.copytree(furnished, var)
    variables = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    helpdesk = Helpdesk(Installation(var, variables), tmp_path / "mails")
    yield helpdesk
    helpdesk.stop()


def _furnish(installation: Installation) -> None:
    for arguments in (["migrate", "--verbosity", "0"], ["shell", "--no-imports", "--command", FURNISH]):
        done = installation.manage(*arguments)
        assert done.returncode == 0, done.stderr


@pytest.fixture
def wait_for() -> Callable[..., None]:
    """Asks a question again and again until the answer is true; fails the test where that takes too long."""

    def wait(question: Callable[[], object], *, seconds: float, every: float = 0.1) -> None:
        assert any(question() for _ in pauses(seconds, every=every)), "waited in vain"

    return wait
