"""A company with a helpdesk of its own, really running, that writes by SMTP to whatever server it is given.

On SQLite it is one `manage.py up`; over PostgreSQL and Redis a web server, a worker and a beat, as in production.
"""

import json
import secrets
import shutil
import signal
import socket
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psycopg

from helpdesk.environment import ROOT
from tests.processes import Installation, free_port

AGENT, AGENTS_PASSWORD = "dewi@nusanet.example", "rahasia-sekali"
FURNISH = """
from policies.models import Channel, QueryType
from staff.models import Team, User
kind = QueryType.objects.create(slug="unsorted", kind="complaint", name_id="Belum dipilah", name_en="Unsorted")
team = Team.objects.create(slug="care", name_id="Pelanggan", name_en="Care")
User.objects.create_user({agent!r}, {password!r}, name="Dewi Lestari", role="agent").teams.add(team)
about = dict(kind="email", name={name!r}, address={address!r}, query_type=kind, team=team)
Channel.objects.create(settings={settings}, secrets={secrets}, **about)
"""
ONE_PROCESS = [("up", "manage.py", "up", "--port", "{port}")]
OVER_SERVERS = [
    ("web", "-m", "uvicorn", "helpdesk.asgi:application", "--port", "{port}", "--lifespan", "off"),
    ("worker", "-m", "celery", "-A", "helpdesk", "worker", "--loglevel", "WARNING"),
    ("beat", "-m", "celery", "-A", "helpdesk", "beat", "--loglevel", "WARNING"),
]
STOP_SECONDS = 20


@dataclass
class Company:
    """address: of its mailbox. smtp_port: where it hands its mail over. imap, password: where its mail lies, if any.

    servers: DATABASE_URL and REDIS_URL, empty for the one process.
    """

    address: str
    folder: Path
    smtp_port: int
    imap: dict[str, Any] = field(default_factory=dict)
    password: str = ""
    servers: dict[str, str] = field(default_factory=dict)
    port: int = field(default_factory=free_port)
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.url = f"http://localhost:{self.port}"
        variables = {"SECRET_KEY": secrets.token_urlsafe(48), "SITE_URL": self.url, **self.servers}
        self.installation = Installation(self.folder / "var", variables)

    def furnish(self) -> None:
        written = {"smtp": self.smtp} | ({"imap": self.imap} if self.imap else {})
        script = FURNISH.format(
            agent=AGENT,
            password=AGENTS_PASSWORD,
            name=self.address.partition("@")[2].partition(".")[0].title(),
            address=self.address,
            settings=json.dumps(written),
            secrets=json.dumps({"imap_password": self.password} if self.password else {}),
        )
        collect = [["collectstatic", "--no-input", "--verbosity", "0"]] if self.servers else []  # else `up` does it
        for arguments in (*collect, ["migrate", "--verbosity", "0"], ["shell", "--no-imports", "--command", script]):
            done = self.installation.manage(*arguments)
            assert done.returncode == 0, done.stderr

    def furnish_like(self, var: Path) -> None:
        """Faster: a copy of another installation that has one mailbox, which becomes this one."""
        shutil.copytree(var, self.installation.var)
        written = json.dumps({"smtp": self.smtp})
        self.installation.rows("UPDATE policies_channel SET address = ?, settings = ?", self.address, written)

    @property
    def smtp(self) -> dict[str, Any]:
        return {"host": "127.0.0.1", "port": self.smtp_port, "security": "none", "user": ""}

    def start(self) -> None:
        self.processes = [self._started(*line) for line in (OVER_SERVERS if self.servers else ONE_PROCESS)]

    def _started(self, name: str, *line: str) -> subprocess.Popen[bytes]:
        arguments = [part.format(port=self.port) for part in line]
        with (self.folder / f"{name}.log").open("wb") as log:
            return subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.installation.environment, stdout=log, stderr=log
            )

    def is_up(self) -> bool:
        """Whether the web server listens."""
        stopped = [process for process in self.processes if process.poll() is not None]
        assert self.processes, "not started"
        assert not stopped, "".join(log.read_text() for log in self.folder.glob("*.log"))
        with suppress(OSError):
            socket.create_connection(("localhost", self.port), timeout=1).close()
            return True
        return False

    def stop(self) -> None:
        for process in self.processes:
            process.send_signal(signal.SIGTERM)
        for process in self.processes:
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()

    def receive(self, mail: bytes) -> None:
        """As the pipe of a mail server does."""
        path = self.folder / f"{secrets.token_hex(8)}.eml"
        path.write_bytes(mail)
        done = self.installation.manage("receive_mail", "--channel", self.address, str(path))
        assert done.returncode == 0, done.stderr

    def is_at_rest(self) -> bool:
        """Whether everything that came was worked off, and everything that was to leave has left."""
        coming = self.count("channels_in_arrival WHERE state IN ('new', 'processing')")
        return not coming and not self.count("channels_out_dispatch WHERE state IN ('queued', 'sending')")

    def poll_now(self) -> None:
        """As the rounds would within half a minute."""
        self.change("UPDATE channels_in_mailbox SET next_poll_at = '2026-01-01 00:00:00', lease_until = NULL")

    def ask(self, query: str) -> list[tuple[Any, ...]]:
        """Of its database, as somebody beside it would."""
        if not self.servers:
            return self.installation.rows(query)
        with psycopg.connect(self.servers["DATABASE_URL"]) as connection:
            return connection.execute(query.encode()).fetchall()

    def change(self, statement: str) -> None:
        if not self.servers:
            self.installation.rows(statement)
            return
        with psycopg.connect(self.servers["DATABASE_URL"]) as connection:
            connection.execute(statement.encode())

    def count(self, rows: str) -> int:
        return int(self.ask(f"SELECT count(*) FROM {rows}")[0][0])
