"""Putting bytes away and taking them out again."""

import hashlib
import io
import secrets
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import IO

import puremagic
from django.conf import settings
from django.core.files.base import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils.translation import gettext as _

from core.errors import CouldNotStore
from files.kinds import PROGRAM, is_program
from files.models import StoredFile

UNKNOWN_TYPE = "application/octet-stream"
READ_AT_ONCE = 256 * 1024
TYPE_BYTES = 4096  # of the beginning show what a file is


@dataclass(frozen=True, slots=True)
class NewFile:
    """Bytes to be kept, or the file they lie in, which stays where it is and is never read whole.

    claimed_type: what the sender says; it is kept only if the bytes do not say otherwise. left_out: they are not kept,
    only what they were.
    """

    content: bytes = b""
    claimed_type: str = UNKNOWN_TYPE
    path: Path | None = None
    left_out: bool = False

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path else len(self.content)

    def opened(self) -> IO[bytes]:
        return self.path.open("rb") if self.path else io.BytesIO(self.content)


def content_type_of(content: bytes, claimed: str) -> str:
    """The type that the first bytes show, else the claimed one, cut to what a header may carry."""
    if is_program(content):
        return PROGRAM
    try:
        shown = puremagic.from_string(content[:TYPE_BYTES], mime=True) if content else ""
    except (puremagic.PureError, ValueError):
        shown = ""
    return (shown or claimed or UNKNOWN_TYPE)[:120]


def put(new: Iterable[NewFile], *, now: datetime) -> list[StoredFile]:
    """Write the bytes first and the rows after, in the caller's transaction; in the order given.

    Raises CouldNotStore when the storage takes no more (disk full).
    """
    rows = [_write(item, now=now) for item in new]
    return StoredFile.objects.bulk_create(rows) if rows else []


def _write(item: NewFile, *, now: datetime) -> StoredFile:
    key = f"{now:%Y/%m}/{secrets.token_hex(20)}"
    with item.opened() as source:
        digest, size = _digest_and_size(source)
        source.seek(0)
        start = source.read(TYPE_BYTES)
        source.seek(0)
        saved = key if item.left_out else _saved(key, source)
    scan = _to_be_scanned(item)
    return StoredFile(
        key=saved,
        digest=digest,
        content_type=content_type_of(start, item.claimed_type),
        size=size,
        scan=scan,
        scan_due_at=now if scan == StoredFile.Scan.PENDING else None,
        stored_at=now,
    )


def _saved(key: str, source: IO[bytes]) -> str:
    try:
        return default_storage.save(key, File(source, name=key))
    except OSError as refused:
        why = _("The file storage takes no more: %(said)s")
        raise CouldNotStore(why % {"said": refused.strerror or refused}) from refused


def _to_be_scanned(item: NewFile) -> StoredFile.Scan:
    if item.left_out:
        return StoredFile.Scan.LEFT_OUT
    return StoredFile.Scan.PENDING if settings.CLAMD_URL else StoredFile.Scan.NOT_SCANNED


def _digest_and_size(source: IO[bytes]) -> tuple[str, int]:
    digest, size = hashlib.sha256(), 0
    while piece := source.read(READ_AT_ONCE):
        digest.update(piece)
        size += len(piece)
    return digest.hexdigest(), size


def read(stored: StoredFile) -> bytes:
    """All the bytes of a stored file."""
    with opened(stored) as source:
        return source.read()


def opened(stored: StoredFile) -> IO[bytes]:
    """The stored file, opened to be read piece by piece."""
    source: IO[bytes] = default_storage.open(stored.key, "rb")
    return source


def local_path(stored: StoredFile, *, folder: Path) -> Path:
    """Where a program of ours can read it without its bytes passing through this one; only to be read.

    folder: takes a copy where the storage keeps no files on this machine.
    """
    try:
        return Path(default_storage.path(stored.key))
    except NotImplementedError:
        copy = folder / secrets.token_hex(16)
        with default_storage.open(stored.key, "rb") as source, copy.open("xb") as target:
            shutil.copyfileobj(source, target)
        return copy


def read_head(stored: StoredFile, size: int) -> bytes:
    """The first bytes of a stored file."""
    with default_storage.open(stored.key, "rb") as source:
        content: bytes = source.read(size)
    return content


def remove(rows: Iterable[StoredFile]) -> None:
    """Forget files that nothing points to any more: the rows now, the bytes once that is committed."""
    for row in rows:
        row.delete()
        transaction.on_commit(partial(default_storage.delete, row.key), robust=True)
