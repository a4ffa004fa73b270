"""H12: with a virus scanner set up no file is handed out before its verdict, nor one that is harmful."""

import socketserver
import threading
from datetime import timedelta

import pytest

from files.models import StoredFile
from files.scanning import Clamd, ScannerAway
from files.services import scans, store
from helpdesk import checkup
from tests.moments import moment

pytestmark = pytest.mark.django_db
NOW = moment("2026-11-20 09:00")
EICAR = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-STANDARD-" + b"ANTIVIRUS-TEST-FILE!$H+H*"


class FakeClamd(socketserver.ThreadingTCPServer):
    """Speaks clamd's protocol: finds EICAR, takes at most a megabyte, and keeps silent when told to."""

    allow_reuse_address = daemon_threads = True
    silent = False


class Talk(socketserver.StreamRequestHandler):
    server: FakeClamd

    def handle(self):
        command = b""
        while not command.endswith(b"\0"):
            command += self.rfile.read(1)
        if self.server.silent:
            return
        self.wfile.write({b"zPING\0": b"PONG\0"}.get(command) or self.judged())

    def judged(self):
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        if len(content) > 1_000_000:
            return b"INSTREAM size limit exceeded. ERROR\0"
        return b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0"


@pytest.fixture
def clamd(settings):
    server = FakeClamd(("127.0.0.1", 0), Talk)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    settings.CLAMD_URL = f"tcp://127.0.0.1:{server.server_address[1]}"
    yield server
    server.shutdown()
    server.server_close()


def stored(content):
    return store.put([store.NewFile(content, "text/plain")], now=NOW)[0]


def scan(settings, *, now=NOW):
    return scans.scan_due(Clamd(settings.CLAMD_URL), now=now)


def state(file):
    file.refresh_from_db()
    return file.scan, file.scan_note


def test_H12_without_a_scanner_files_can_be_opened_at_once():
    file = stored(b"halo")

    assert (file.scan, file.refusal("halo.txt")) == ("not_scanned", "")


def test_H12_a_clean_file_can_be_opened_once_it_was_scanned(clamd, settings):
    file = stored(b"halo" * 100_000)
    assert file.refusal("halo.txt") == "This file is still being checked. Try again in a minute."

    assert scan(settings) == 1

    assert state(file) == ("clean", "")
    assert file.refusal("halo.txt") == ""


def test_H12_what_carries_something_harmful_is_never_handed_out(clamd, settings):
    file = stored(b"foto" + EICAR)

    scan(settings)

    assert state(file) == ("infected", "Eicar-Signature")
    assert "Eicar-Signature" in file.refusal("foto.jpg")


def test_H12_while_the_scanner_is_away_files_wait_and_are_asked_about_again(clamd, settings):
    file = stored(b"halo")
    clamd.silent = True

    assert scan(settings) == 0
    assert state(file)[0] == "pending"
    clamd.silent = False
    assert scan(settings, now=NOW + timedelta(seconds=30)) == 0  # it is not due yet
    assert scan(settings, now=NOW + timedelta(seconds=61)) == 1

    assert state(file) == ("clean", "")


def test_H12_a_file_that_the_scanner_cannot_take_keeps_no_other_waiting(clamd, settings):
    large, small = stored(b"x" * 1_200_000), stored(b"halo")

    assert scan(settings) == 1

    assert state(large)[0] == "pending"
    assert "size limit" in large.scan_note
    assert state(small) == ("clean", "")


def test_H12_bytes_that_are_gone_are_no_verdict(clamd, settings):
    StoredFile.objects.create(
        key="2026/11/gone", digest="", content_type="x/y", size=1, scan="pending", scan_due_at=NOW, stored_at=NOW
    )

    assert scan(settings) == 0
    assert StoredFile.objects.get().scan == "pending"


@pytest.mark.parametrize("url", ["tcp://127.0.0.1:1", "unix:///nowhere/clamd.sock"])
def test_H12_a_scanner_that_is_not_there_is_away(url):
    with pytest.raises(ScannerAway):
        Clamd(url).check()


def test_H12_doctor_tells_whether_the_scanner_answers_and_how_many_files_wait(clamd, settings):
    stored(b"halo")
    assert checkup.virus_scanner() == checkup.Finding("virus scanner", ok=True, text="answers; 1 files wait")

    clamd.silent = True

    assert (checkup.virus_scanner().ok, "1 files wait" in checkup.virus_scanner().text) == (False, True)


def test_H12_doctor_tells_of_files_that_wait_for_a_scanner_that_is_not_set_up_any_more(clamd, settings):
    stored(b"halo")
    settings.CLAMD_URL = ""

    assert not checkup.virus_scanner().ok
