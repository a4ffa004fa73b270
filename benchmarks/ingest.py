"""Intake end to end: raw mails on disk become messages on tickets, acknowledgements queued; counted at the end."""

import argparse
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.corpus import MAILBOX, Mail, expected, write_corpus
from benchmarks.engines import Engine, PostgresEngine, SqliteEngine
from benchmarks.installation import Installation, cpu_seconds, wait_until
from benchmarks.report import ROOT, Problem, figures, machine, say

WARM_UP_MAILS = 1000
LONGEST_SECONDS = 600
BEAT = "SELECT count(*) FROM core_heartbeat"
WAITING = """SELECT EXISTS (SELECT 1 FROM channels_in_arrival WHERE state = 'new')
    OR EXISTS (SELECT 1 FROM channels_in_arrival WHERE state = 'processing')"""
ENDED = "SELECT state, count(*) FROM channels_in_arrival GROUP BY state"
COUNTS = {
    "inbound messages": "SELECT count(*) FROM tickets_message WHERE kind = 'inbound'",
    "tickets": "SELECT count(*) FROM tickets_ticket",
    "customers": "SELECT count(*) FROM customers_customer",
}
THREADS = "SELECT external_id, ticket_id FROM tickets_message WHERE kind = 'inbound'"
ACKNOWLEDGED = "SELECT ticket_id FROM tickets_message WHERE automatic = 'acknowledgement'"
TABLES = {
    "arrivals": "channels_in_arrival",
    "timeline entries": "tickets_timelineentry",
    "dispatches": "channels_out_dispatch",
}


@dataclass(frozen=True, slots=True)
class Run:
    """One measured run. received: until receive_mail had stored all; done: until the last arrival was done."""

    mails: int
    received: float
    done: float
    cpu: dict[str, float]

    @property
    def rate(self) -> float:
        return self.mails / self.done


def run(arguments: Sequence[str]) -> dict[str, object]:
    options = _options(arguments)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        mails = write_corpus(scratch / "corpus", mails=options.mails)
        engine: Engine = SqliteEngine(scratch) if options.engine == "sqlite" else PostgresEngine(scratch)
        if options.warm_up:
            _measure(engine, mails[:WARM_UP_MAILS], workers=options.workers)
        runs = []
        for number in range(1, options.runs + 1):
            runs.append(_measure(engine, mails, workers=options.workers))
            say(f"run {number}: {runs[-1].rate:.0f} mails/s, CPU {runs[-1].cpu}")
        rows = {name: engine.ask(f"SELECT count(*) FROM {table}")[0][0] for name, table in TABLES.items()}
    return {
        "what": "mails on disk until the last arrival is done",
        "mails_per_second": figures([each.rate for each in runs]),
        "seconds": figures([each.done for each in runs], digits=2),
        "seconds_until_stored": figures([each.received for each in runs], digits=2),
        "cpu_ms_per_mail": _cpu_per_mail(runs),
        "n": options.runs,
        "rows": rows | expected(mails),
        "engine": engine.name,
        "worker_processes": options.workers,
        "sending": "the queue has no worker" if options.engine == "postgres" else "in the same process, into var/sent",
        **about,
    }


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench ingest", description=__doc__)
    parser.add_argument("--mails", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=1, help="worker processes (-P solo); with SQLite there is one")
    parser.add_argument("--engine", choices=["postgres", "sqlite"], default="postgres")
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--no-warm-up", dest="warm_up", action="store_false")
    return parser.parse_args(arguments)


def _measure(engine: Engine, mails: Sequence[Mail], *, workers: int) -> Run:
    """One run in a fresh database, its outcome checked. Raises Problem where anything is lost, doubled or misplaced."""
    installation = engine.fresh()
    try:
        engine.start(installation, workers=workers)
        wait_until(lambda: bool(engine.ask(BEAT)[0][0]), seconds=30, what="the first round of beat and worker")
        time.sleep(1.5)  # the workers' first rounds are over
        found = _timed(engine, installation, mails)
    finally:
        installation.stop()
    _check(engine, mails)
    return found


def _timed(engine: Engine, installation: Installation, mails: Sequence[Mail]) -> Run:
    before = {name: cpu_seconds(process.pid) for name, process in installation.running.items()}
    server_before = engine.server_cpu()
    line = [sys.executable, "manage.py", "receive_mail", "--channel", MAILBOX, *(str(mail.path) for mail in mails)]
    began = time.monotonic()
    receiving = subprocess.Popen(line, cwd=ROOT, env=installation.environment)
    receiving_cpu = 0.0
    while receiving.poll() is None:
        receiving_cpu = cpu_seconds(receiving.pid) or receiving_cpu
        time.sleep(0.02)
    received = time.monotonic() - began
    if receiving.returncode:
        raise Problem(f"receive_mail ended with {receiving.returncode}")
    wait_until(lambda: not engine.ask(WAITING)[0][0], seconds=LONGEST_SECONDS, what="the last arrival to be done")
    done = time.monotonic() - began
    installation.check_alive()
    cpu = {name: cpu_seconds(process.pid) - before[name] for name, process in installation.running.items()}
    cpu |= {"receive_mail": receiving_cpu, "database": engine.server_cpu() - server_before}
    return Run(len(mails), received, done, {name: round(seconds, 2) for name, seconds in cpu.items()})


def _cpu_per_mail(runs: Sequence[Run]) -> dict[str, float]:
    """Milliseconds of user and system time, the mean of the runs: what the machine's other load cannot hide."""
    mails = sum(each.mails for each in runs)
    names = list(runs[0].cpu)
    per_mail = {name: sum(each.cpu[name] for each in runs) * 1000 / mails for name in names}
    return {name: round(value, 3) for name, value in per_mail.items()} | {"all": round(sum(per_mail.values()), 3)}


def _check(engine: Engine, mails: Sequence[Mail]) -> None:
    wrong: list[str] = []
    ended: dict[str, int] = dict(engine.ask(ENDED))
    if ended != {"done": len(mails)}:
        wrong.append(f"arrivals ended as {ended}, not all {len(mails)} as done")
    for name, count in expected(mails).items():
        found = engine.ask(COUNTS[name])[0][0]
        if found != count:
            wrong.append(f"{found} {name}, not {count}")
    tickets: dict[str, int] = dict(engine.ask(THREADS))
    astray = [mail for mail in mails if mail.parent and tickets.get(mail.message_id) != tickets.get(mail.parent)]
    if astray:
        wrong.append(f"{len(astray)} replies are not on the ticket they answer")
    acknowledged = Counter(row[0] for row in engine.ask(ACKNOWLEDGED))
    if not acknowledged or max(acknowledged.values()) > 1:
        wrong.append("a ticket was acknowledged twice, or none was acknowledged")
    if wrong:
        raise Problem("; ".join(wrong))
