import sys
from argparse import ArgumentParser
from collections.abc import Iterator, Sequence
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from channels_in.services import ledger
from core.clock import database_now
from core.errors import CouldNotStore
from policies.models import Channel

TRY_AGAIN = 75  # EX_TEMPFAIL of sysexits.h: an MTA keeps the mail and tries again
TOGETHER = 200


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
        for names in _together(files):
            ledger.store(channel, [_read(name) for name in names], now=database_now())


def _together(files: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(files), TOGETHER):
        yield files[start : start + TOGETHER]


def _read(name: str) -> bytes:
    try:
        return sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as refused:
        raise CommandError(f"{name}: {refused.strerror}", returncode=TRY_AGAIN) from refused
