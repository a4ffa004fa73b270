"""How many SQL statements each page takes: the most that any of its addresses needs. Inside the product."""

from collections.abc import Sequence

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from benchmarks.report import Problem
from benchmarks.visiting import main as visit


def main(_arguments: Sequence[str]) -> dict[str, int]:
    visiting = visit(())
    cookie, pages = visiting["cookie"], visiting["pages"]
    client = Client(SERVER_NAME="localhost", HTTP_COOKIE=cookie)
    return {page: max(statements(client, address) for address in addresses) for page, addresses in pages.items()}


def statements(client: Client, address: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        status = client.get(address).status_code
    if status != 200:
        raise Problem(f"{address} answers {status}, not 200")
    return len(captured)
