"""What cannot be stored is not acknowledged: receive_mail ends with 75, the mail stays with whoever brought it."""

import sqlite3
import subprocess
import sys

import pytest

from helpdesk.environment import ROOT
from tests.mails import raw_mail
from tests.processes import free_port
from tests.servers.conftest import MAILBOX

LARGE = "Internet mati. " * 40_000  # kept as a file, written before the row
TRY_AGAIN = 75


def receive(helpdesk, mail: bytes, *, blocks: str = "unlimited") -> subprocess.CompletedProcess[bytes]:
    """Give one mail by a pipe to a process that may write files of at most so many kilobytes."""
    line = ["bash", "-c", f'ulimit -f {blocks} && exec "$0" "$@"', sys.executable, "manage.py", "receive_mail"]
    environment = helpdesk.installation.environment | {"PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(
        [*line, "--channel", MAILBOX, "-"], cwd=ROOT, env=environment, input=mail, capture_output=True, check=False
    )


def check_refused(done: subprocess.CompletedProcess[bytes]) -> None:
    said = done.stderr.decode()
    assert (done.returncode, said.count("\n")) == (TRY_AGAIN, 1), said
    assert "Not stored, try again" in said


def check_stored_later(helpdesk, mail: bytes) -> None:
    assert helpdesk.count("channels_in_arrival") == 0
    assert receive(helpdesk, mail).returncode == 0
    assert helpdesk.count("channels_in_arrival WHERE state = 'new'") == 1


@pytest.mark.sqlite
def test_a_locked_database_stores_nothing_and_asks_to_try_again(in_one_process):
    helpdesk = in_one_process
    file = helpdesk.installation.var / "tanggap.sqlite3"
    helpdesk.installation.variables["DATABASE_URL"] = f"sqlite:///{file}?timeout=1"
    with sqlite3.connect(file, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        done = receive(helpdesk, raw_mail())
        other.execute("ROLLBACK")

    check_refused(done)
    helpdesk.installation.variables["DATABASE_URL"] = ""
    check_stored_later(helpdesk, raw_mail())


@pytest.mark.sqlite
@pytest.mark.parametrize(("text", "blocks"), [("Internet mati.", "0"), (LARGE, "100")], ids=["row", "file"])
def test_a_full_disk_stores_nothing_and_asks_to_try_again(in_one_process, text, blocks):
    done = receive(in_one_process, raw_mail(text), blocks=blocks)

    check_refused(done)
    check_stored_later(in_one_process, raw_mail(text))


@pytest.mark.sqlite
def test_a_database_that_does_not_answer_asks_to_try_again(in_one_process):
    variables = in_one_process.installation.variables
    variables["DATABASE_URL"] = f"postgres://tanggap@127.0.0.1:{free_port()}/tanggap"

    done = receive(in_one_process, raw_mail())

    assert done.returncode == TRY_AGAIN
    assert b"Not stored, try again" in done.stderr
    variables["DATABASE_URL"] = ""
    check_stored_later(in_one_process, raw_mail())
