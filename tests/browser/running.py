"""A demo of its own, served by the real `manage.py up` and driven from outside, as people and programs do."""

import json
import os
import secrets
import signal
import sqlite3
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes
from email.message import Message as Mail
from email.policy import default
from pathlib import Path
from typing import Any

from cryptography.fernet import Fernet

from helpdesk.environment import ROOT

MAILBOX = "keluhan@nusanet.example"
UNSET = "DATABASE_URL REDIS_URL TRUSTED_PROXIES DEBUG EMAIL_URL STORAGE_URL SENTRY_DSN SECRET_KEY_FALLBACKS"
PATIENCE_SECONDS, START_SECONDS, STOP_SECONDS = 20, 240, 20


@dataclass
class Demo:
    """One seeded demo in a directory of its own, on a port of its own."""

    var: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    secrets: dict[str, str] = field(
        default_factory=lambda: {
            "SECRET_KEY": secrets.token_urlsafe(48),
            "ENCRYPTION_KEYS": Fernet.generate_key().decode(),
        }
    )

    @property
    def address(self) -> str:
        return f"http://localhost:{self.port}"

    @property
    def environment(self) -> dict[str, str]:
        own = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings.demo",
            "VAR_DIR": str(self.var),
            "SITE_URL": self.address,
            "ALLOWED_HOSTS": "localhost,127.0.0.1",
            "PORT": str(self.port),
            "DEMO_STILL": "1",
            "LANGUAGE_CODE": "id",
            "TIME_ZONE": "Asia/Jakarta",
        }
        return dict.fromkeys(UNSET.split(), "") | self.secrets | own

    def manage(self, *arguments: str, given: bytes = b"", seconds: int = 60) -> subprocess.CompletedProcess[bytes]:
        """Run one command to its end, as in another terminal."""
        line = [sys.executable, "manage.py", *arguments]
        return subprocess.run(
            line, cwd=ROOT, env=self.environment, input=given, capture_output=True, timeout=seconds, check=False
        )

    def start(self) -> None:
        """Seed and serve; returns when the server says that it is alive."""
        arguments = ["--migrate", "--announce", "--port", str(self.port)]
        done = self.manage("seed_demo", *arguments, seconds=START_SECONDS)
        assert done.returncode == 0, done.stderr.decode()
        self.serve()

    def serve(self) -> None:
        """Serve what was seeded before; returns when the server says that it is alive."""
        line = [sys.executable, "manage.py", "up", "--port", str(self.port)]
        log = (self.var / "up.log").open("ab")
        self.process = subprocess.Popen(line, cwd=ROOT, env=self.environment, stdout=log, stderr=log)
        log.close()
        wait_for(self.is_alive, seconds=START_SECONDS)

    def is_alive(self) -> bool:
        assert self.process is not None
        assert self.process.poll() is None, (self.var / "up.log").read_text()
        try:
            with urllib.request.urlopen(f"{self.address}/healthz", timeout=10) as answer:
                return bool(answer.status == 200)
        except OSError:
            return False

    def stop(self) -> int:
        """The exit code of the server that was asked to stop."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            self.process.kill()
            return self.process.wait()

    def receive(self, *mails: bytes, channel: str = MAILBOX) -> int:
        """Hand raw mails over as a mail server's pipe does; returns the exit code."""
        if len(mails) == 1:
            return self.manage("receive_mail", "--channel", channel, "-", given=mails[0]).returncode
        files = [self.var / f"{secrets.token_hex(8)}.raw" for _ in mails]
        for file, mail in zip(files, mails, strict=True):
            file.write_bytes(mail)
        return self.manage("receive_mail", "--channel", channel, *map(str, files)).returncode

    def sent(self) -> list[Mail]:
        """What has left so far, in the order it left."""
        files = sorted((self.var / "sent").glob("*.eml"), key=lambda file: file.stat().st_mtime_ns)
        return [message_from_bytes(file.read_bytes(), policy=default) for file in files]

    def api(self, path: str, data: dict[str, Any] | None = None) -> Any:
        """What the REST API answers to the demo's token; with data it is posted."""
        headers = {"Authorization": f"Bearer {(self.var / 'demo-token').read_text().strip()}"}
        body = None if data is None else json.dumps(data).encode()
        headers |= {} if data is None else {"Content-Type": "application/json"}
        request = urllib.request.Request(f"{self.address}/api/v1/{path}", data=body, headers=headers)
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return json.load(answer)
        except urllib.error.HTTPError as refused:
            raise AssertionError(f"{path}: {refused.code} {refused.read().decode()}") from refused

    def listed(self, path: str) -> Iterator[Any]:
        """All rows of a list of the REST API, page after page."""
        following: str | None = path
        while following:
            page = self.api(following)
            yield from page["results"]
            following = page["next"] and page["next"].partition("/api/v1/")[2]

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]]:
        """Ask or change the database from outside, for what no page leads to."""
        with sqlite3.connect(self.var / "tanggap.sqlite3", timeout=20) as database:
            found = database.execute(statement, values).fetchall()
        database.close()
        return found


def wait_for(question: Callable[[], Any], *, seconds: float = PATIENCE_SECONDS) -> Any:
    """Ask again and again until the answer is true, and return it; fails where that takes too long."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := question():
            return answer
        time.sleep(0.05)
    raise AssertionError("waited in vain")
