import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from channels_in.services import ledger, oversized
from channels_in.services.ledger import HEADER_BYTES, header_of
from core.clock import database_now
from core.errors import CouldNotStore
from policies.models import Channel

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: an MTA keeps the mail and tries again
TOGETHER, TOGETHER_BYTES, PIECE = 200, 32 * 1024 * 1024, 64 * 1024


class Command(BaseCommand):
    help = (
        "Takes raw RFC 5322 mail in, as an MTA's pipe does: exit 0 when it is stored, 75 when it must be tried again."
    )
    requires_system_checks = ()

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--channel", required=True, help="the address of the mailbox channel")
        parser.add_argument("files", nargs="*", default=["-"], help="files with one mail each; - reads standard input")

    def handle(self, *, channel: str, files: Sequence[str], **options: object) -> None:
        try:
            self._receive(channel, files)
        except (CouldNotStore, DatabaseError) as refused:
            raise CommandError(f"Not stored, try again: {refused}", returncode=TRY_AGAIN) from refused

    def _receive(self, address: str, files: Sequence[str]) -> None:
        channel = Channel.objects.by_address(address)
        if channel is None or channel.kind != Channel.Kind.EMAIL:
            raise CommandError(f"There is no mailbox channel with the address {address}.", returncode=TRY_AGAIN)
        for given in _together(files):
            whole = [mail.content for mail in given if mail.size <= settings.MAIL_MAX_BYTES]
            ledger.store(channel, whole, now=database_now())
            for mail in given:
                if mail.size > settings.MAIL_MAX_BYTES:
                    header = header_of(mail.content)
                    oversized.take(channel, header, size=mail.size, now=database_now())


@dataclass(frozen=True, slots=True)
class Given:
    """A mail, or of one over the limit its beginning, with the size of the whole."""

    content: bytes
    size: int


def _together(files: Sequence[str]) -> Iterator[list[Given]]:
    """As many as are stored at once, and no more than fit into memory together with one more."""
    given: list[Given] = []
    for name in files:
        given.append(_read(name))
        if len(given) >= TOGETHER or sum(len(mail.content) for mail in given) >= TOGETHER_BYTES:
            yield given
            given = []
    if given:
        yield given


def _read(name: str) -> Given:
    try:
        if name == "-":
            return _limited(sys.stdin.buffer)
        with Path(name).open("rb") as file:
            return _limited(file)
    except OSError as refused:
        raise CommandError(f"{name}: {refused.strerror}", returncode=TRY_AGAIN) from refused


def _limited(source: BinaryIO) -> Given:
    """What is over the limit is counted to its end, so that the mail server's pipe does not break, but not kept."""
    content = source.read(settings.MAIL_MAX_BYTES + 1)
    size = len(content)
    while size > settings.MAIL_MAX_BYTES and (more := source.read(PIECE)):
        content, size = content[:HEADER_BYTES], size + len(more)
    return Given(content, size)
