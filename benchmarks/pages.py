"""What an agent waits for: the queue and a ticket with its customer's whole history, over HTTP, as the tables grow."""

import argparse
import http.client
import tempfile
import time
from collections.abc import Sequence
from itertools import cycle, islice
from pathlib import Path
from typing import Any

from benchmarks.engines import PostgresEngine, free_port
from benchmarks.installation import Installation, cpu_seconds, wait_until
from benchmarks.report import Problem, figures, machine, say

FIRST_TICKETS = 1000
WARM_UPS, REQUESTS = 30, 200
MEGABYTE_KIB = 1024


def run(arguments: Sequence[str]) -> dict[str, object]:
    options = _options(arguments)
    about = machine()
    sizes = sorted({min(FIRST_TICKETS, options.tickets), options.tickets})
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        engine = PostgresEngine(scratch)
        installation = engine.fresh()
        installation.manage("collectstatic", "--noinput", "--verbosity", "0", "--skip-checks")
        found = {}
        for tickets in sizes:
            began = time.monotonic()
            rows = installation.inside("filling", str(tickets), str(options.messages))
            say(f"{tickets} tickets filled in {time.monotonic() - began:.0f} s")
            found[tickets] = {"rows": rows} | _measure(installation, engine)
            say(f"{tickets} tickets: {found[tickets]['milliseconds']}")
    small, large = found[sizes[0]], found[sizes[-1]]
    return {
        "what": "pages over HTTP from one uvicorn process, one request at a time, milliseconds until the last byte",
        "tickets": found,
        "growth_of_the_median": {
            page: round(large["milliseconds"][page]["median"] / small["milliseconds"][page]["median"], 2)
            for page in large["milliseconds"]
        },
        "n": REQUESTS,
        "engine": engine.name,
        **about,
    }


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench pages", description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    parser.add_argument("--messages-per-ticket", dest="messages", type=int, default=3)
    return parser.parse_args(arguments)


def _measure(installation: Installation, engine: PostgresEngine) -> dict[str, Any]:
    """Statements are counted in a process of their own, so that counting slows nothing that is timed."""
    visit = installation.inside("visiting")
    statements = installation.inside("counting")
    port = free_port()
    served = ("helpdesk.asgi:application", "--port", str(port), "--lifespan", "off")
    installation.start("web", "-m", "uvicorn", *served, "--no-access-log", "--log-level", "warning")
    try:
        wait_until(lambda: _answers(port), seconds=30, what="the web server")
        web = installation.running["web"].pid
        milliseconds, cpu = {}, {}
        for page, addresses in visit["pages"].items():
            before = {"web": cpu_seconds(web), "database": engine.server_cpu()}
            milliseconds[page] = figures(_times(port, visit["cookie"], addresses))
            after = {"web": cpu_seconds(web), "database": engine.server_cpu()}
            cpu[page] = {who: round((after[who] - before[who]) * 1000 / (WARM_UPS + REQUESTS), 1) for who in before}
        memory = _megabytes(web)
        installation.check_alive()
    finally:
        installation.stop()
    return {"milliseconds": milliseconds, "cpu_ms": cpu, "statements": statements, "web_process_mb": memory}


def _answers(port: int) -> bool:
    try:
        return _status(http.client.HTTPConnection("127.0.0.1", port, timeout=5), "/healthz", cookie="") == 200
    except OSError:
        return False


def _times(port: int, cookie: str, addresses: Sequence[str]) -> list[float]:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
    times = []
    for address in islice(cycle(addresses), WARM_UPS + REQUESTS):
        began = time.perf_counter()
        status = _status(connection, address, cookie=cookie)
        times.append((time.perf_counter() - began) * 1000)
        if status != 200:
            raise Problem(f"{address} answers {status}, not 200")
    connection.close()
    return times[WARM_UPS:]


def _status(connection: http.client.HTTPConnection, address: str, *, cookie: str) -> int:
    connection.request("GET", address, headers={"Cookie": cookie, "Host": "localhost"})
    answer = connection.getresponse()
    answer.read()
    return answer.status


def _megabytes(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    kib = next(line.split()[1] for line in status.splitlines() if line.startswith("VmRSS"))
    return round(int(kib) / MEGABYTE_KIB)
