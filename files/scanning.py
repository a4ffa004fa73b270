"""Asking a scanner whether a file carries something harmful: clamd, spoken to by its INSTREAM command."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO, Protocol
from urllib.parse import urlsplit

from django.conf import settings

PIECE = 64 * 1024
CONNECT_SECONDS, ANSWER_SECONDS = 5, 60
LONGEST_ANSWER = 1024
CLAMD_PORT = 3310


class ScannerAway(Exception):
    """The scanner gave no verdict; the message says why. The file waits, and is asked about again."""


class Scanner(Protocol):
    """Gives a verdict on bytes."""

    def threat_in(self, source: IO[bytes]) -> str:
        """The name of what was found, empty for a clean file. Raises ScannerAway."""
        ...

    def check(self) -> None:
        """Raises ScannerAway unless it answers."""
        ...


class Clamd:
    """clamd at tcp://host:port or unix:///path/of/its/socket."""

    def __init__(self, url: str) -> None:
        self._parts = urlsplit(url)

    def threat_in(self, source: IO[bytes]) -> str:
        with self._connected() as link:
            link.sendall(b"zINSTREAM\0")
            while piece := source.read(PIECE):
                link.sendall(len(piece).to_bytes(4, "big") + piece)
            link.sendall(bytes(4))
            return _verdict(_answer(link))

    def check(self) -> None:
        with self._connected() as link:
            link.sendall(b"zPING\0")
            answer = _answer(link)
        if answer != "PONG":
            raise ScannerAway(f"it answers {answer[:100]!r}")

    @contextmanager
    def _connected(self) -> Iterator[socket.socket]:
        """Everything that goes wrong on the line means that there is no verdict."""
        try:
            with self._connect() as link:
                link.settimeout(ANSWER_SECONDS)
                yield link
        except OSError as problem:
            raise ScannerAway(problem.strerror or str(problem) or "it does not answer") from problem

    def _connect(self) -> socket.socket:
        if self._parts.scheme == "unix":
            link = socket.socket(socket.AF_UNIX)
            link.settimeout(CONNECT_SECONDS)
            link.connect(self._parts.path)
            return link
        address = (self._parts.hostname or "localhost", self._parts.port or CLAMD_PORT)
        return socket.create_connection(address, CONNECT_SECONDS)


def _answer(link: socket.socket) -> str:
    answer = b""
    while b"\0" not in answer and len(answer) < LONGEST_ANSWER:
        piece = link.recv(LONGEST_ANSWER)
        if not piece:
            break
        answer += piece
    return answer.partition(b"\0")[0].decode("utf-8", "replace").strip()


def _verdict(answer: str) -> str:
    said = answer.removeprefix("stream: ")
    if said == "OK":
        return ""
    if said.endswith(" FOUND"):
        return said.removesuffix(" FOUND")
    raise ScannerAway(f"it answers {answer[:200]!r}")


def scanner() -> Scanner | None:
    """The scanner of this installation; None where none is set up, and files are kept without being scanned."""
    return Clamd(settings.CLAMD_URL) if settings.CLAMD_URL else None
