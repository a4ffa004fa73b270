"""Real processes of their own: their own var directory, database and port, nothing of the developer's environment."""

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import psycopg
import pytest

from helpdesk.environment import ROOT
from tests.processes import PATIENCE_SECONDS, Installation, Up, free_port, pauses


@pytest.fixture
def wait_for():
    """Asks a question again and again until the answer is true; fails the test where that takes too long."""

    def wait(question: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> None:
        assert any(question() for _ in pauses(seconds, every=0.05)), "waited in vain"

    return wait


@pytest.fixture(scope="session")
def migrated(tmp_path_factory) -> Path:
    """A var directory with an empty database, made once and copied for each test."""
    var: Path = tmp_path_factory.mktemp("migrated")
    done = Installation(var).manage("migrate", "--verbosity", "0")
    assert done.returncode == 0, done.stderr
    return var


@pytest.fixture
def installation(migrated, tmp_path) -> Installation:
    var = tmp_path / "var"
    shutil.copytree(migrated, var)
    return Installation(var)


@pytest.fixture
def start_up() -> Iterator[object]:
    """Starts `manage.py up` and waits until it listens; whatever still runs afterwards is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(installation: Installation, *arguments: str) -> Up:
        port, began = free_port(), time.monotonic()
        line = [sys.executable, "manage.py", "up", "--port", str(port), *arguments]
        process = subprocess.Popen(line, cwd=ROOT, env=installation.environment, stdout=subprocess.PIPE, text=True)
        started.append(process)
        assert process.stdout is not None
        greeting = process.stdout.readline()
        assert f"http://localhost:{port}" in greeting
        return Up(process, port, time.monotonic() - began)

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
        if process.stdout:
            process.stdout.close()


@pytest.fixture
def servers(tmp_path) -> Iterator[Installation]:
    """An installation over PostgreSQL and Redis, with a database of its own that is dropped afterwards."""
    url, redis = os.environ.get("DATABASE_URL", ""), os.environ.get("REDIS_URL", "")
    if not url.startswith("postgres") or not redis:
        pytest.skip("needs DATABASE_URL (PostgreSQL) and REDIS_URL")
    name = f"tanggap_up_{os.getpid()}_{time.monotonic_ns()}"
    with psycopg.connect(url, autocommit=True) as server:
        server.execute(f"CREATE DATABASE {name}")
        own = urlsplit(url)._replace(path=f"/{name}").geturl()
        installation = Installation(tmp_path / "var", {"DATABASE_URL": own, "REDIS_URL": redis})
        migrated = installation.manage("migrate", "--verbosity", "0")
        assert migrated.returncode == 0, migrated.stderr
        yield installation
        server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def celery_process() -> Iterator[object]:
    """Starts `celery worker` or `celery beat`; whatever still runs afterwards is killed."""
    started: list[subprocess.Popen[bytes]] = []

    def start(installation: Installation, kind: str) -> subprocess.Popen[bytes]:
        line = [sys.executable, "-m", "celery", "-A", "helpdesk", kind, "--loglevel", "WARNING"]
        started.append(subprocess.Popen(line, cwd=ROOT, env=installation.environment, stdout=subprocess.DEVNULL))
        return started[-1]

    yield start
    for process in started:
        if process.poll() is None:
            process.kill()
        process.wait()
