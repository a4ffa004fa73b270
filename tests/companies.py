"""A company with a helpdesk of its own: a real `manage.py up` that writes by SMTP to whatever server it is given."""

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
START_SECONDS, STOP_SECONDS = 60, 20


@dataclass
class Company:
    """address: of its mailbox. smtp_port: where it hands its mail over. imap, password: where its mail lies, if any."""

    address: str
    folder: Path
    smtp_port: int
    imap: dict[str, Any] = field(default_factory=dict)
    password: str = ""
    port: int = field(default_factory=free_port)
    process: subprocess.Popen[bytes] | None = None

    def __post_init__(self) -> None:
        self.folder.mkdir()
        self.url = f"http://localhost:{self.port}"
        variables = {"SECRET_KEY": secrets.token_urlsafe(48), "SITE_URL": self.url}
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
        for arguments in (["migrate", "--verbosity", "0"], ["shell", "--no-imports", "--command", script]):
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
        line = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        log = (self.folder / "up.log").open("wb")
        self.process = subprocess.Popen(line, cwd=ROOT, env=self.installation.environment, stdout=log, stderr=log)
        log.close()

    def is_up(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.folder / "up.log").read_text()
        with suppress(OSError):
            socket.create_connection(("localhost", self.port), timeout=1).close()
            return True
        return False

    def stop(self) -> None:
        if self.process is None:
            return
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

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
        self.installation.rows(
            "UPDATE channels_in_mailbox SET next_poll_at = '2026-01-01 00:00:00', lease_until = NULL"
        )

    def count(self, rows: str) -> int:
        return int(str(self.installation.rows(f"SELECT count(*) FROM {rows}")[0][0]))
