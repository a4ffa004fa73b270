"""What a benchmark says: its figures, and the machine they were measured on."""

import os
import platform
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


class Problem(Exception):
    """The benchmark cannot be run, or what it measured is wrong; one sentence says why."""


def figures(samples: Sequence[float], *, digits: int = 1) -> dict[str, float]:
    """Median, 95th percentile (nearest rank), least and most."""
    ordered = sorted(samples)
    rank = max(0, -(-95 * len(ordered) // 100) - 1)
    found = {"median": statistics.median(ordered), "p95": ordered[rank], "min": ordered[0], "max": ordered[-1]}
    return {name: round(value, digits) for name, value in found.items()}


def machine() -> dict[str, object]:
    """Where and on which commit it is measured. load: before the benchmark begins, for others may share the machine."""
    return {
        "machine": f"{os.cpu_count()} cores, {_memory_gib()} GiB, {platform.system()} {platform.machine()}",
        "python": platform.python_version(),
        "load": [round(value, 2) for value in os.getloadavg()],
        "commit": _commit(),
    }


def say(text: str) -> None:
    """Progress for whoever watches; standard output is for the JSON alone."""
    sys.stderr.write(f"{text}\n")


def _memory_gib() -> int:
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3)


def _commit() -> str:
    described = subprocess.run(
        ["git", "describe", "--always", "--dirty"], cwd=ROOT, capture_output=True, text=True, check=False
    )
    return described.stdout.strip() or "not committed"
