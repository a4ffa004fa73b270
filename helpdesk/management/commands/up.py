import os
import signal
import socket
import sys
from argparse import ArgumentParser
from contextlib import suppress
from typing import Any

import uvicorn
from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from helpdesk import environment
from helpdesk.background import Background
from helpdesk.collected import collect_if_changed
from helpdesk.server import Server, listening_sockets

LAST_REQUEST_SECONDS, LAST_TASK_SECONDS = 1, 1.5


class Command(BaseCommand):
    help = "Runs everything in one process: web server, Celery worker and beat. Ctrl-C stops it."
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", type=int, default=int(environment.text("PORT", "8000")))
        parser.add_argument("--host", default="localhost")

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        for stop in (signal.SIGINT, signal.SIGTERM):
            signal.signal(stop, leave)
        try:
            sockets = listening_sockets(host, port)
        except OSError as problem:
            raise CommandError(f"Cannot listen on {host}:{port}: {problem.strerror}. Choose another --port.") from None
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            raise CommandError("The database is not up to date: run manage.py migrate first.")
        connection.close()
        if not settings.DEBUG:
            collect_if_changed()
        lost = serve(sockets, greeting=f"Tanggap is up on http://{host}:{port} (Ctrl-C stops it)")
        end_process(1 if lost else 0)


def leave(*_: object) -> None:
    """Before the server runs, a signal ends the process; uvicorn also hands it back to us when it has stopped."""
    raise SystemExit(0)


def serve(sockets: list[socket.socket], *, greeting: str) -> list[str]:
    """Web server in this thread, the rest in theirs, until a signal comes; returns what ended without being asked."""
    lost: list[str] = []

    def on_loss(name: str) -> None:
        lost.append(name)
        server.should_exit = True

    def on_listening() -> None:
        sys.stdout.write(f"{greeting}\n")
        sys.stdout.flush()
        background.start()

    background = Background(on_loss=on_loss)
    config = uvicorn.Config(
        "helpdesk.asgi:application",  # built when the static files lie ready
        log_config=None,
        access_log=False,
        lifespan="off",
        proxy_headers=False,  # helpdesk.proxies decides whom to believe
        server_header=False,
        timeout_graceful_shutdown=LAST_REQUEST_SECONDS,
    )
    server = Server(config, on_listening=on_listening, on_stop=background.ask_to_stop)
    with suppress(SystemExit):
        server.run(sockets=sockets)
    background.ask_to_stop()
    background.join(seconds=LAST_TASK_SECONDS)
    return lost


def end_process(status: int) -> None:
    """End now: a thread that still works would hold the process, and its rows stay claimable when it dies."""
    sys.stdout.flush()
    sys.stderr.flush()
    os._exit(status)
