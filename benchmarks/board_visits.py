"""Visits the board in one process, with a fresh snapshot each time and with what is shared within a second. Inside."""

import time
from collections.abc import Sequence
from typing import Any

from django.conf import settings
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.report import Problem
from benchmarks.visiting import session_of
from reports import snapshots
from staff.models import User

ADDRESSES = ("/board/", "/board/?team=network", "/board/?channel=email")


def main(arguments: Sequence[str]) -> dict[str, Any]:
    """arguments: how many visits before it is measured, and how many then."""
    warm_ups, requests = map(int, arguments)
    leader = User.objects.create_user("lead@bench.example", None, name="Sri", public_name="Sri", role="supervisor")
    cookie = f"{settings.SESSION_COOKIE_NAME}={session_of(leader)}"
    client = Client(SERVER_NAME="localhost", HTTP_COOKIE=cookie)
    with CaptureQueriesContext(connection) as captured:
        _visit(client, ADDRESSES[0], fresh=True)
    statements = len(captured)  # the next request begins to count anew
    times = {}
    for name, fresh in (("fresh", True), ("shared", False)):
        taken = [_visit(client, ADDRESSES[place % 3], fresh=fresh) for place in range(warm_ups + requests)]
        times[name] = taken[warm_ups:]
    return {"statements": statements, "times": times}


def _visit(client: Client, address: str, *, fresh: bool) -> float:
    if fresh:
        snapshots.forget()
    began = time.perf_counter()
    status = client.get(address).status_code
    taken = (time.perf_counter() - began) * 1000
    if status != 200:
        raise Problem(f"{address} answers {status}, not 200")
    return taken
