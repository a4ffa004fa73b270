"""What a supervisor waits for: the board with 100,000 open tickets, each time with a fresh snapshot, and shared."""

import argparse
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from benchmarks.engines import PostgresEngine
from benchmarks.report import figures, machine, say

WARM_UPS, REQUESTS = 10, 100


def run(arguments: Sequence[str]) -> dict[str, object]:
    options = _options(arguments)
    about = machine()
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder:
        scratch = Path(folder)
        scratch.chmod(0o755)
        engine = PostgresEngine(scratch)
        installation = engine.fresh()
        installation.manage("collectstatic", "--noinput", "--verbosity", "0", "--skip-checks")
        began = time.monotonic()
        rows = installation.inside("board_rows", str(options.tickets))
        say(f"{options.tickets} open tickets filled in {time.monotonic() - began:.0f} s")
        found = installation.inside("board_visits", str(WARM_UPS), str(REQUESTS))
    return {
        "what": "GET /board/ through Django's client: fresh (nothing shared), and shared (each second new)",
        "rows": rows,
        "statements": found["statements"],
        "milliseconds": {name: figures(times) for name, times in found["times"].items()},
        "n": REQUESTS,
        "engine": engine.name,
        **about,
    }


def _options(arguments: Sequence[str]) -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="script/bench board", description=__doc__)
    parser.add_argument("--tickets", type=int, default=100_000)
    return parser.parse_args(arguments)
