"""Many mailboxes over IMAP with one intake worker and one sending worker: how long a mail lies before it is stored.

Some of the mailboxes are behind a server that accepts connections and never says a word.
"""

import argparse
import random
import socket
import tempfile
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.dovecot import Dovecot
from benchmarks.engines import PostgresEngine
from benchmarks.installation import Installation, cpu_seconds, wait_until
from benchmarks.report import Problem, machine, say

MAIL = "From: Siti <siti{n}@mail.example>\r\nTo: box@bench.example\r\nSubject: Internet mati {n}\r\n\r\nMati. {n}\r\n"
POLLED = "SELECT count(*) FROM channels_in_mailbox WHERE last_ok_at IS NOT NULL"
ARRIVED = "SELECT external_id FROM channels_in_arrival"
LATEST_SECONDS = 60


def run(arguments: Sequence[str]) -> dict[str, object]:
    options = _options(arguments)
    about = machine()
    users = [f"box{number}" for number in range(options.mailboxes)]
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder, Dovecot(users) as server, Silence() as silence:
        scratch = Path(folder)
        scratch.chmod(0o755)
        engine = PostgresEngine(scratch)
        installation = engine.fresh()
        ports = {user: silence.port if place < options.hanging else server.port for place, user in enumerate(users)}
        installation.inside("mailbox_rows", *(f"{user}:{port}" for user, port in ports.items()))
        answering = users[options.hanging :]
        try:
            _start(installation)
            first = time.monotonic()
            everyone = len(answering)
            wait_until(lambda: engine.ask(POLLED)[0][0] >= everyone, seconds=120, what="every mailbox to be polled")
            first_round = time.monotonic() - first
            waits = _feed(engine, server, answering, seconds=options.seconds)
            installation.check_alive()
            cpu = {name: round(cpu_seconds(each.pid), 1) for name, each in installation.running.items()}
        finally:
            installation.stop()
    waits.sort()
    return {
        "what": "seconds from a mail's arrival in its mailbox until it is stored",
        "mailboxes": options.mailboxes,
        "hanging": options.hanging,
        "mails": len(waits),
        "first_round_seconds": round(first_round, 1),
        "median": round(waits[len(waits) // 2], 1),
        "p95": round(waits[int(len(waits) * 0.95)], 1),
        "longest": round(waits[-1], 1),
        "every_one_within_60_s": waits[-1] <= LATEST_SECONDS,
        "cpu_seconds": cpu,
        **about,
    }


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench mailboxes", description=__doc__)
    parser.add_argument("--mailboxes", type=int, default=80)
    parser.add_argument("--hanging", type=int, default=8, help="how many of them are behind a server that hangs")
    parser.add_argument("--seconds", type=int, default=120, help="how long mails are put into mailboxes")
    return parser.parse_args(arguments)


def _start(installation: Installation) -> None:
    celery = ("-m", "celery", "-A", "helpdesk")
    quiet = ("--loglevel", "WARNING", "--without-gossip", "--without-mingle")
    installation.start("intake", *celery, "worker", "-Q", "intake,clocks,slow", "-n", "intake@localhost", *quiet)
    installation.start("sending", *celery, "worker", "-Q", "sending", "-n", "sending@localhost", *quiet)
    installation.start("beat", *celery, "beat", "--loglevel", "WARNING")


def _feed(engine: PostgresEngine, server: Dovecot, users: Sequence[str], *, seconds: int) -> list[float]:
    """One mail into each mailbox, spread over the time; how long each lay until it was seen among the arrivals."""
    chance = random.Random(1)
    plan = sorted((chance.random() * seconds, user) for user in users)
    began = time.monotonic()
    given: dict[str, float] = {}
    waits: dict[str, float] = {}
    while plan or len(waits) < len(given):
        while plan and time.monotonic() - began >= plan[0][0]:
            _due, user = plan.pop(0)
            server.append(user, f"Message-ID: <{user}@mail.example>\r\n{MAIL.format(n=user)}".encode())
            given[f"{user}@mail.example"] = time.monotonic()
        seen = time.monotonic()
        waits |= {key: seen - given[key] for (key,) in engine.ask(ARRIVED) if key in given and key not in waits}
        if seen - began > seconds + 2 * LATEST_SECONDS:
            raise Problem(f"{len(given) - len(waits)} mails were never stored")
        time.sleep(0.2)
    say(f"{len(waits)} mails")
    return list(waits.values())


class Silence:
    """A server that takes every connection and says nothing."""

    def __enter__(self) -> "Silence":
        self._socket = socket.create_server(("127.0.0.1", 0), backlog=100)
        self.port = int(self._socket.getsockname()[1])
        self._held: list[socket.socket] = []
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._socket.close()

    def _accept(self) -> None:
        try:
            while True:
                self._held.append(self._socket.accept()[0])
        except OSError:
            return
