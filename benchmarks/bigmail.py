"""The largest mail we take, in the shapes that cost most: what memory the worker and its parse child need."""

import argparse
import base64
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from benchmarks.corpus import MAILBOX
from benchmarks.engines import SqliteEngine
from benchmarks.report import Problem, machine, say

LARGEST_MAIL = 25 * 1024 * 1024
WORKER_MB, CHILD_MB = 200, 384  # the limits of issue 3
HEAD = b"From: Budi <budi@bench.example>\nTo: bench@bench.example\nSubject: Besar\nMIME-Version: 1.0\n"
MIXED = HEAD + b'Content-Type: multipart/mixed; boundary="b"\n\n--b\nContent-Type: text/plain\n\nLihat lampiran.\n'
FILE = b"--b\nContent-Type: application/octet-stream\nContent-Disposition: attachment; filename=bukti.bin\n"


def _filled(start: bytes, piece: bytes, end: bytes = b"") -> bytes:
    """As many whole pieces as go into the largest mail."""
    return start + piece * ((LARGEST_MAIL - len(start) - len(end)) // len(piece)) + end


def _base64_lines(content: bytes) -> bytes:
    return base64.encodebytes(content * (57 * 100 // len(content)))


SHAPES: dict[str, Callable[[], bytes]] = {
    "one attachment": lambda: _filled(
        MIXED + FILE + b"Content-Transfer-Encoding: base64\n\n", _base64_lines(bytes(range(57))), b"--b--\n"
    ),
    "forty attachments": lambda: _filled(
        MIXED, FILE + b"Content-Transfer-Encoding: base64\n\n" + _base64_lines(bytes(range(57))) * 80, b"--b--\n"
    ),
    "plain text of emoji": lambda: _filled(
        HEAD + b"Content-Type: text/plain; charset=utf-8\n\n", "😡 rusak\n".encode()
    ),
    "text without a line end": lambda: _filled(HEAD + b"Content-Type: text/plain; charset=utf-8\n\n", "é".encode()),
    "HTML": lambda: _filled(HEAD + b"Content-Type: text/html; charset=utf-8\n\n", "<p>Rusak 😡 <b>lagi</b>".encode()),
    "quoted-printable": lambda: _filled(
        HEAD + b"Content-Type: text/plain; charset=utf-8\nContent-Transfer-Encoding: quoted-printable\n\n",
        b"=F0=9F=98=A1=\n",
    ),
    "many text parts": lambda: _filled(
        HEAD + b"Content-Type: multipart/mixed; boundary=b\n\n",
        b"--b\nContent-Type: text/plain; charset=utf-8\n\n" + "😡".encode() * 15_000 + b"\n",
        b"--b--\n",
    ),
    "an attached mail": lambda: _filled(
        MIXED + b"--b\nContent-Type: message/rfc822\n\nFrom: x@bench.example\n\n", b"kata demi kata\n", b"--b--\n"
    ),
}


def run(arguments: Sequence[str]) -> dict[str, object]:
    parser = argparse.ArgumentParser(prog="script/bench bigmail", description=__doc__)
    parser.add_argument("--shape", choices=SHAPES, action="append", help="only this one; may be given several times")
    options = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="tanggap-bench-") as folder:
        engine = SqliteEngine(Path(folder))
        peaks = {shape: _measure(engine, Path(folder), shape) for shape in options.shape or SHAPES}
    over = [shape for shape, peak in peaks.items() if peak["worker"] >= WORKER_MB or peak["child"] >= CHILD_MB]
    if over:
        raise Problem(f"too much memory for: {', '.join(over)}; {peaks}")
    return {
        "what": "peak resident memory in MB while a mail of 25 MB becomes a message",
        "worker_mb": max(peak["worker"] for peak in peaks.values()),
        "child_mb": max(peak["child"] for peak in peaks.values()),
        "peaks": peaks,
        "limits": {"worker": WORKER_MB, "child": CHILD_MB},
        **machine(),
    }


def _measure(engine: SqliteEngine, folder: Path, shape: str) -> dict[str, float]:
    installation = engine.fresh()
    path = folder / "big.eml"
    path.write_bytes(SHAPES[shape]())
    installation.manage("receive_mail", "--channel", MAILBOX, str(path))
    peaks: dict[str, float] = installation.inside("bigmail")
    say(f"{shape}: {peaks}")
    return peaks


def main(_arguments: Sequence[str]) -> dict[str, float]:
    """Inside the product: work off the one arrival; the peaks of this process and of its child in MB."""
    from channels_in.models import Arrival  # noqa: PLC0415 (Django is set up only here)
    from channels_in.parsing.pool import POOL  # noqa: PLC0415
    from channels_in.services import intake  # noqa: PLC0415
    from core.clock import database_now  # noqa: PLC0415

    intake.process(intake.claim_batch(now=database_now()), now=database_now())
    states = list(Arrival.objects.values_list("state", "reason", "detail"))
    if states != [("done", "", "")]:
        raise Problem(f"the arrival ended as {states}")
    with POOL.child() as child:
        return {"worker": peak_mb("self"), "child": peak_mb(str(child.pid))}


def peak_mb(pid: str) -> float:
    status = Path(f"/proc/{pid}/status").read_text()
    return round(int(status.partition("VmHWM:")[2].split()[0]) / 1024, 1)
