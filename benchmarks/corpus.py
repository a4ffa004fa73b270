"""The mails to be taken in: written by the shared generator, which is no part of this repository."""

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.report import ROOT, Problem

MAILBOX = "helpdesk@bench.example"


@dataclass(frozen=True, slots=True)
class Mail:
    """One line of the manifest. parent: the Message-ID it answers, empty for a new complaint."""

    path: Path
    message_id: str
    parent: str
    sender: str


def write_corpus(folder: Path, *, mails: int) -> list[Mail]:
    """Write that many mails into the folder; returns them in the order in which they were sent."""
    subprocess.run([sys.executable, generator(), folder, "--n", str(mails), "--queue", MAILBOX], check=True)
    return [_mail(folder, line) for line in (folder / "manifest.tsv").read_text().splitlines()]


def generator() -> Path:
    path = Path(os.environ.get("BENCH_CORPUS") or ROOT.parent / "shared" / "bench" / "corpus.py")
    if not path.is_file():
        raise Problem(f"the corpus generator is missing at {path}: set BENCH_CORPUS to the path of corpus.py")
    return path


def expected(mails: Sequence[Mail]) -> dict[str, int]:
    """What must have become of them: a ticket for each new complaint, a customer for each sender."""
    return {
        "inbound messages": len(mails),
        "tickets": sum(not mail.parent for mail in mails),
        "customers": len({mail.sender for mail in mails}),
    }


def _mail(folder: Path, line: str) -> Mail:
    number, kind, message_id, parent, sender, _size = line.split("\t")
    path = folder / kind / f"{int(number):08d}.eml"
    return Mail(path, message_id.strip("<>"), parent.strip("<>-"), sender)
