"""The alarm clock: thousands of alarms due in one moment among a million open deadlines, and what it costs to wait."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

import psycopg

from benchmarks.engines import PostgresEngine
from benchmarks.installation import Installation, cpu_seconds, wait_until
from benchmarks.report import Problem, figures, machine, say

LONGEST_SECONDS, WARM_UP_SECONDS = 300, 5
BEAT = "SELECT count(*) FROM core_heartbeat"
WAKE = "UPDATE tickets_deadline SET rings_at = due_at WHERE rings_at IS NULL"
LEFT = "SELECT EXISTS (SELECT 1 FROM tickets_deadline WHERE rings_at <= now())"
DONE = "SELECT count(*), count(DISTINCT deadline_id), count(*) FILTER (WHERE state = 'asked') FROM tickets_escalation"
NOTICES = "SELECT count(*), count(*) FILTER (WHERE bundle_id IS NULL) FROM notices_notice"
SUPERVISORS = 2


def run(arguments: Sequence[str]) -> dict[str, object]:
    options = _options(arguments)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        engine = PostgresEngine(scratch)
        installation = engine.fresh()
        say(f"filling: {options.open} open deadlines")
        rows = installation.inside("sweep_rows", str(options.open), str(options.due))
        idle = installation.inside("sweep_idle", str(options.looks))
        say(f"idle: {figures(idle, digits=2)} ms")
        try:
            seconds, cpu = _sweep(engine, installation, due=options.due, workers=options.workers)
        finally:
            installation.stop()
        notices, lines = engine.ask(NOTICES)[0]
    return {
        "what": "alarms due at one moment until the last is done; each tells two supervisors and asks them to answer",
        "alarms_per_second": round(options.due / seconds),
        "cpu_ms_per_alarm": {name: round(each / options.due * 1000, 3) for name, each in cpu.items()},
        "seconds": round(seconds, 2),
        "milliseconds_of_an_idle_look": figures(idle, digits=2),
        "rows": {
            **rows,
            "escalations": options.due,
            "notices": notices,
            "lines a supervisor sees": lines / SUPERVISORS,
        },
        "engine": engine.name,
        "worker_processes": options.workers,
        **about,
    }


def _sweep(
    engine: PostgresEngine, installation: Installation, *, due: int, workers: int
) -> tuple[float, dict[str, float]]:
    """Seconds from the moment at which all are due until the last is done, and the CPU's; the beat finds them."""
    engine.start(installation, workers=workers)
    wait_until(lambda: bool(engine.ask(BEAT)[0][0]), seconds=LONGEST_SECONDS, what="the first beat")
    time.sleep(WARM_UP_SECONDS)
    with psycopg.connect(installation.variables["DATABASE_URL"]) as connection:
        woken = connection.execute(WAKE.encode()).rowcount
    before = _cpu(engine, installation)
    began = time.perf_counter()
    wait_until(lambda: not engine.ask(LEFT)[0][0], seconds=LONGEST_SECONDS, what="the last alarm", every=0.02)
    seconds, after = time.perf_counter() - began, _cpu(engine, installation)
    installation.check_alive()
    done = engine.ask(DONE)[0]
    if (woken, done) != (due, (due, due, due)):
        raise Problem(
            f"{woken} were woken, and of escalations, deadlines and questions there are {done}, not {due} each"
        )
    return seconds, {name: after[name] - before[name] for name in after}


def _cpu(engine: PostgresEngine, installation: Installation) -> dict[str, float]:
    workers = [process.pid for name, process in installation.running.items() if name.startswith("worker")]
    return {"workers": sum(map(cpu_seconds, workers)), "database": engine.server_cpu()}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench sweep", description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--looks", type=int, default=200)
    return parser.parse_args(arguments)
