"""Putting bytes away and taking them out again."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import puremagic
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from core.errors import CouldNotStore
from files.models import StoredFile

UNKNOWN_TYPE = "application/octet-stream"


@dataclass(frozen=True, slots=True)
class NewFile:
    """Bytes to be kept. `claimed_type` is what the sender says; it is kept only if the bytes do not say otherwise."""

    content: bytes
    claimed_type: str = UNKNOWN_TYPE


def content_type_of(content: bytes, claimed: str) -> str:
    """The type that the first bytes show, else the claimed one, cut to what a header may carry."""
    try:
        shown = puremagic.from_string(content[:4096], mime=True) if content else ""
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
    try:
        saved = default_storage.save(key, ContentFile(item.content))
    except OSError as refused:
        raise CouldNotStore(f"The file storage takes no more: {refused.strerror or refused}") from refused
    return StoredFile(
        key=saved,
        digest=hashlib.sha256(item.content).hexdigest(),
        content_type=content_type_of(item.content, item.claimed_type),
        size=len(item.content),
        stored_at=now,
    )


def read(stored: StoredFile) -> bytes:
    """All the bytes of a stored file."""
    with default_storage.open(stored.key, "rb") as source:
        content: bytes = source.read()
    return content


def remove(rows: Iterable[StoredFile]) -> None:
    """Forget files that nothing points to any more: the rows now, the bytes once that is committed."""
    for row in rows:
        row.delete()
        transaction.on_commit(partial(default_storage.delete, row.key), robust=True)
