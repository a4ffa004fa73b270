"""`python -m channels_in.parsing.child`: reads batches on standard input, answers each arrival on standard output.

Imports no Django and is given no secrets. It ends with its input, and so with its parent.
"""

import errno
import secrets
import sys
import traceback
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import BinaryIO

from channels_in.adapters import ADAPTERS, Adapter, adapter_for
from channels_in.adapters.mail_html import html_to_text
from channels_in.adapters.mail_parts import LARGEST_MAIL
from channels_in.events import InboundEvent, InboundFile, InboundMessage, UnreadableArrival
from channels_in.parsing import limits
from channels_in.parsing.outcomes import Batch, Failed, Outcome, Postponed, Refused, Task, Understood
from channels_in.parsing.wire import HEAD, lengths, packed, unpacked
from channels_in.sanitise import safe_html

KEPT_IN_FRAME_BYTES = 256 * 1024  # of all the files of one event; what comes on top is handed over as files
NO_ROOM = (errno.ENOSPC, errno.EDQUOT, errno.ENOMEM, errno.EMFILE, errno.ENFILE)


def main(adapters: Mapping[str, Adapter] = ADAPTERS) -> int:
    """Serve until the input ends."""
    limits.confine()
    while head := sys.stdin.buffer.read(HEAD.size):
        text, content = (sys.stdin.buffer.read(length) for length in lengths(head))
        batch: Batch = unpacked(Batch, text, content)
        del text, content
        _answer(batch, adapters, sys.stdout.buffer)
    return 0


def _answer(batch: Batch, adapters: Mapping[str, Adapter], answers: BinaryIO) -> None:
    """One frame each, at once: so the parent knows which one it was that never came back."""
    for task in batch.tasks:
        limits.allow_seconds(batch.seconds)
        answers.write(packed(Outcome, _outcome(task, adapters, Path(batch.folder))))
        answers.flush()


def _outcome(task: Task, adapters: Mapping[str, Adapter], folder: Path) -> Outcome:
    try:
        adapter = adapter_for(task.kind, adapters)
        return Understood(tuple(_light(event, folder) for event in adapter.parse(_body(task))))
    except UnreadableArrival as unreadable:
        return Refused(unreadable.reason, unreadable.detail)
    except OSError as problem:
        return Postponed(str(problem)) if problem.errno in NO_ROOM else _failed(problem)
    except Exception as problem:  # noqa: BLE001 (the row is tried again and finally parked, with the reason)
        return _failed(problem)


def _failed(problem: Exception) -> Failed:
    return Failed("unreadable", "".join(traceback.format_exception(problem, limit=-3)))


def _body(task: Task) -> bytes:
    if not task.path:
        return task.body
    path = Path(task.path)
    size = path.stat().st_size
    if size > LARGEST_MAIL:
        raise UnreadableArrival("too_large", f"{size} bytes; at most {LARGEST_MAIL} are read")
    return path.read_bytes()


def _light(event: InboundEvent, folder: Path) -> InboundEvent:
    """The event with its HTML made safe and without the bytes of large files, which lie in the folder instead.

    What cannot be made safe is left out, and said to be; its words are in the text.
    """
    if not isinstance(event, InboundMessage):
        return event
    html = safe_html(event.html) if event.html else ""
    is_left_out = bool(event.html and not html and html_to_text(event.html))
    left = KEPT_IN_FRAME_BYTES
    files: list[InboundFile] = []
    for file in event.files:
        fits = len(file.content) <= left
        left -= len(file.content) * fits
        files.append(file if fits else _put_away(file, folder))
    remark = event.remark or ("not_whole" if is_left_out else "")
    return replace(event, html=html, files=tuple(files), remark=remark)


def _put_away(file: InboundFile, folder: Path) -> InboundFile:
    name = secrets.token_hex(16)
    (folder / name).write_bytes(file.content)
    return replace(file, content=b"", spooled=name)


if __name__ == "__main__":
    sys.exit(main())
