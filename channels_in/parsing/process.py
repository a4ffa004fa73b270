"""One parse child, seen from the worker: asked in batches, watched, ended when it hangs."""

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from channels_in.parsing.codec import MalformedFrame
from channels_in.parsing.outcomes import Batch, Failed, Outcome
from channels_in.parsing.wire import HEAD, lengths, packed, unpacked

ROOT = Path(__file__).resolve().parents[2]
PASSED_ON = ("PATH", "LANG", "LC_ALL", "LD_LIBRARY_PATH", "VIRTUAL_ENV", "SYSTEMROOT")
READ_AT_ONCE = 64 * 1024  # what a pipe holds


class Child:
    """A running child process; one thread at a time may ask it.

    answered: how many arrivals it has read. owes: how many answers are still to come; then it can be asked no more.
    """

    def __init__(self, module: str) -> None:
        self.answered = self.owes = 0
        self._process = subprocess.Popen(  # noqa: S603 (our own program, nothing of a stranger's in the line)
            [sys.executable, "-E", "-s", "-m", module],
            cwd=ROOT,
            env={name: os.environ[name] for name in PASSED_ON if name in os.environ},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
        )
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._questions, self._answers = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._questions, False)

    @property
    def pid(self) -> int:
        return self._process.pid

    def ask(self, batch: Batch, *, patience: float) -> Iterator[Outcome]:
        """The outcome of each arrival in its order, as soon as it is known; less than asked if one ends the child.

        That one is Failed, the last outcome. patience: seconds of silence after which the child counts as hanging.
        """
        self.owes = len(batch.tasks)
        try:
            self._send(packed(Batch, batch), patience=patience)
            for _task in batch.tasks:
                text, content = lengths(self._receive(HEAD.size, patience=patience))
                frame = self._receive(text + content, patience=patience)
                outcome: Outcome = unpacked(Outcome, frame[:text], frame[text:])
                self.answered, self.owes = self.answered + 1, self.owes - 1
                yield outcome
        except (TimeoutError, OSError, EOFError, MalformedFrame) as problem:
            yield self._why(problem)

    def end(self) -> None:
        """End it now, whatever it does."""
        self._process.kill()
        self._process.wait()
        self.forget()

    def forget(self) -> None:
        """Close our ends of its pipes; it ends when nobody holds them any more."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe:
                pipe.close()

    def _why(self, problem: Exception) -> Failed:
        if isinstance(problem, TimeoutError):
            return Failed("parse_timeout", "The parser gave no answer in time and was ended.")
        if isinstance(problem, MalformedFrame):
            return Failed("parse_crash", f"The parser answered something unreadable: {problem}")
        code = self._process.wait()
        if code == -signal.SIGXCPU:
            return Failed("parse_timeout", "Reading it takes too long; the parser was ended.")
        how = f"by signal {-code}" if code < 0 else f"with status {code}"
        return Failed("parse_crash", f"The parser ended {how} over it.")

    def _send(self, frame: bytes, *, patience: float) -> None:
        rest = memoryview(frame)
        while rest:
            self._wait(self._questions, select.POLLOUT, patience)
            rest = rest[os.write(self._questions, rest) :]

    def _receive(self, length: int, *, patience: float) -> bytes:
        pieces: list[bytes] = []
        until = time.monotonic() + patience
        while length:
            self._wait(self._answers, select.POLLIN, until - time.monotonic())
            piece = os.read(self._answers, min(length, READ_AT_ONCE))
            if not piece:
                raise EOFError
            pieces.append(piece)
            length -= len(piece)
        return pieces[0] if len(pieces) == 1 else b"".join(pieces)

    def _wait(self, pipe: int, event: int, seconds: float) -> None:
        waiting = select.poll()
        waiting.register(pipe, event)
        if seconds <= 0 or not waiting.poll(seconds * 1000):
            raise TimeoutError
