"""The alarm clock: thousands of alarms due in one moment among a million open deadlines, what it costs to wait, and how
late alarms are that come one by one.
"""

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
ASLEEP = "SELECT id, row_number() OVER () AS n FROM (SELECT id FROM tickets_deadline WHERE rings_at IS NULL ORDER BY id"
WAKE = f"UPDATE tickets_deadline d SET rings_at = due_at FROM ({ASLEEP} LIMIT %s) a) s WHERE d.id = s.id"
WAKE_ONE_BY_ONE = (  # those that have rung sleep again, and come before these
    f"UPDATE tickets_deadline d SET rings_at = clock_timestamp() + s.n * interval '0.3 s'"
    f" FROM ({ASLEEP} DESC LIMIT %s) a) s WHERE d.id = s.id RETURNING d.id, extract(epoch FROM rings_at)::float8"
)
RUNG = "SELECT deadline_id, extract(epoch FROM clock_timestamp())::float8 FROM tickets_escalation"
LEFT = "SELECT EXISTS (SELECT 1 FROM tickets_deadline WHERE rings_at <= now())"
ERRANDS = "SELECT EXISTS (SELECT 1 FROM core_errand WHERE due_at <= now() AND state IN ('waiting', 'running'))"
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
        rows = installation.inside("sweep_rows", str(options.open), str(options.due), str(options.single))
        idle = installation.inside("sweep_idle", str(options.looks))
        say(f"idle: {figures(idle, digits=2)} ms")
        try:
            seconds, cpu = _sweep(engine, installation, due=options.due, workers=options.workers)
            notices, lines = engine.ask(NOTICES)[0]
            late = _one_by_one(engine, installation, count=options.single)
        finally:
            installation.stop()
    return {
        "what": "alarms due at one moment until the last is done; each tells two supervisors and asks them to answer",
        "alarms_per_second": round(options.due / seconds),
        "cpu_ms_per_alarm": {name: round(each / options.due * 1000, 3) for name, each in cpu.items()},
        "seconds": round(seconds, 2),
        "milliseconds_of_an_idle_look": figures(idle, digits=2),
        "milliseconds_from_its_moment_until_an_alarm_has_acted": figures(late),
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
        woken = connection.execute(WAKE.encode(), [due]).rowcount
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


def _one_by_one(engine: PostgresEngine, installation: Installation, *, count: int) -> list[float]:
    """Milliseconds from the moment of an alarm until everybody can read what it did; one comes every 0.3 seconds.

    The errands that the many left behind are done first.
    """
    wait_until(lambda: not engine.ask(ERRANDS)[0][0], seconds=LONGEST_SECONDS, what="the last errand")
    with psycopg.connect(installation.variables["DATABASE_URL"]) as connection:
        moments: dict[int, float] = dict(connection.execute(WAKE_ONE_BY_ONE.encode(), [count]).fetchall())
    late: dict[int, float] = {}

    def all_seen() -> bool:
        for deadline, seen in engine.ask(f"{RUNG} WHERE id > (SELECT max(id) - {count} FROM tickets_escalation)"):
            if deadline in moments:
                late.setdefault(deadline, (seen - moments[deadline]) * 1000)
        return len(late) == count

    wait_until(all_seen, seconds=LONGEST_SECONDS, what="the last of the single alarms", every=0.02)
    return list(late.values())


def _cpu(engine: PostgresEngine, installation: Installation) -> dict[str, float]:
    workers = [process.pid for name, process in installation.running.items() if name.startswith("worker")]
    return {"workers": sum(map(cpu_seconds, workers)), "database": engine.server_cpu()}


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench sweep", description=__doc__)
    parser.add_argument("--open", type=int, default=1_000_000)
    parser.add_argument("--due", type=int, default=10_000)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--single", type=int, default=200)
    parser.add_argument("--looks", type=int, default=200)
    return parser.parse_args(arguments)
