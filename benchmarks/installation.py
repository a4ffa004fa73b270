"""An installation for one benchmark: its variables, its var directory and its processes."""

import base64
import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.report import ROOT, Problem

UNSET = "DATABASE_URL REDIS_URL ALLOWED_HOSTS TRUSTED_PROXIES DEBUG SITE_URL EMAIL_URL STORAGE_URL SENTRY_DSN PORT"
SECRETS = {
    "SECRET_KEY": "only-for-benchmarks-" * 4,
    "ENCRYPTION_KEYS": base64.urlsafe_b64encode(b"only for benches" * 2).decode(),
}
TICKS = os.sysconf("SC_CLK_TCK")
STOP_SECONDS = 10


@dataclass
class Installation:
    """Production settings; whatever the caller's shell holds for another installation is put aside."""

    var: Path
    variables: dict[str, str]
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    @property
    def environment(self) -> dict[str, str]:
        fixed = {
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "helpdesk.settings.base",
            "VAR_DIR": str(self.var),
            **SECRETS,
        }
        return dict.fromkeys(UNSET.split(), "") | fixed | self.variables

    def python(self, *arguments: str) -> str:
        """Run a Python program of ours to its end; returns what it printed."""
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self.environment, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise Problem(f"{' '.join(arguments)[:120]} ended with {done.returncode}: {done.stderr[-2000:]}")
        return done.stdout

    def manage(self, *arguments: str) -> str:
        return self.python("manage.py", *arguments)

    def inside(self, module: str, *arguments: str) -> Any:
        """What `main` of a module in this package returns, in a process in which Django is set up."""
        return json.loads(self.python("-m", "benchmarks.inside", module, *arguments))

    def start(self, name: str, *arguments: str) -> None:
        """Start a Python program that runs until `stop`; what it writes goes to NAME.log in the var directory."""
        with (self.var / f"{name}.log").open("wb") as log:
            self.running[name] = subprocess.Popen(
                [sys.executable, *arguments], cwd=ROOT, env=self.environment, stdout=log, stderr=log
            )

    def stop(self) -> None:
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(STOP_SECONDS)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()
        self.running.clear()

    def check_alive(self) -> None:
        for name, process in self.running.items():
            if process.poll() is not None:
                said = (self.var / f"{name}.log").read_text(errors="replace")
                raise Problem(f"{name} ended with {process.returncode}: {said[-2000:]}")


def wait_until(answer: Callable[[], bool], *, seconds: float, what: str, every: float = 0.05) -> None:
    end = time.monotonic() + seconds
    while not answer():
        if time.monotonic() > end:
            raise Problem(f"waited {seconds:.0f} s in vain for: {what}")
        time.sleep(every)


def cpu_seconds(pid: int) -> float:
    """User and system time of a process, of its living children and of those it has waited for."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return 0.0
    own = sum(int(ticks) for ticks in fields[11:15]) / TICKS
    return own + sum(cpu_seconds(int(child)) for child in children)
