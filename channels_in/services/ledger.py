"""The ledger: what a channel brought is stored here before anything is acknowledged."""

import errno
import hashlib
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from django.db import DatabaseError, IntegrityError, transaction
from django.utils.translation import gettext as _

from channels_in.adapters import adapter_for
from channels_in.models import Arrival, Mailbox
from channels_in.parsing.outcomes import Task
from core import bulk
from core.errors import CouldNotStore
from files.models import StoredFile
from files.services import store as files
from policies.models import Channel
from tickets.models import Attachment

KEPT_IN_ROW_BYTES = 256 * 1024
NOTED_EVERY = timedelta(minutes=1)
HEADER_BYTES = 64 * 1024  # kept of what is too large to be taken


@dataclass(frozen=True, slots=True)
class Stored:
    """How many were new, and how many had been brought before."""

    new: int
    duplicates: int


def store(channel: Channel, bodies: Sequence[bytes], *, now: datetime) -> Stored:
    """Store what came, all or nothing, and return only when it is committed.

    Identical bytes make no second row; the same message with other trace headers makes a row in state duplicate.
    Raises CouldNotStore (disk full, database locked or gone): then nothing may be acknowledged.
    """
    arrivals = _without_repeats([_arrival(channel, body, now=now) for body in bodies])
    with _storing(), transaction.atomic():
        known = _known(channel, arrivals)
        fresh = [arrival for arrival in arrivals if arrival.digest not in known.digests]
        for arrival in fresh:
            if (arrival.external_id, arrival.content_digest) in known.messages:
                arrival.state, arrival.reason = Arrival.State.DUPLICATE, "same_message"
        _put_large_bodies_away(fresh, now=now)
        _insert(fresh)
        Mailbox.objects.filter(channel=channel).not_noted_since(now - NOTED_EVERY).update(last_mail_at=now)
    new = sum(arrival.state == Arrival.State.NEW for arrival in fresh)
    return Stored(new=new, duplicates=len(bodies) - new)


def store_stub(channel: Channel, header: bytes, *, size: int, reason: str, detail: str = "", now: datetime) -> bool:
    """Store what is known of something that cannot be taken whole, parked with its reason; False if it was known.

    header: the first bytes, such as a mail's header fields. size: of the whole. Raises CouldNotStore.
    """
    arrival = _arrival(channel, header, now=now)
    arrival.state, arrival.reason, arrival.detail, arrival.size = Arrival.State.PARKED, reason, detail, size
    with _storing(), transaction.atomic():
        known = _known(channel, [arrival])
        if arrival.digest in known.digests or (arrival.external_id, arrival.content_digest) in known.messages:
            return False
        _insert([arrival])
    return True


def header_of(mail: bytes) -> bytes:
    """The header fields at the beginning of a mail, at most 64 KB."""
    found = re.match(rb"(?s).*?\r?\n\r?\n", mail[:HEADER_BYTES])
    return found[0] if found else mail[:HEADER_BYTES]


def _insert(fresh: Sequence[Arrival]) -> None:
    try:
        with transaction.atomic():
            bulk.insert(fresh)
    except IntegrityError:  # somebody stores one of them in the same moment: it enters once, by either
        Arrival.objects.bulk_create(fresh, ignore_conflicts=True)


@dataclass(frozen=True, slots=True)
class _Known:
    digests: set[str]
    messages: set[tuple[str, str]]


def _known(channel: Channel, arrivals: Sequence[Arrival]) -> _Known:
    """What of this had come before: by the same bytes, or as the same message. Two statements."""
    earlier = Arrival.objects.filter(channel=channel)
    digests = earlier.filter(digest__in=[arrival.digest for arrival in arrivals]).values_list("digest", flat=True)
    ids = {arrival.external_id for arrival in arrivals}
    messages = earlier.filter(external_id__in=ids).values_list("external_id", "content_digest")
    return _Known(set(digests), set(messages))


def _without_repeats(arrivals: Sequence[Arrival]) -> list[Arrival]:
    """Within one delivery: bytes once; a second copy of a message is a duplicate."""
    kept: dict[str, Arrival] = {}
    messages: set[tuple[str, str]] = set()
    for arrival in arrivals:
        if arrival.digest in kept:
            continue
        key = (arrival.external_id, arrival.content_digest)
        if key in messages:
            arrival.state, arrival.reason = Arrival.State.DUPLICATE, "same_message"
        messages.add(key)
        kept[arrival.digest] = arrival
    return list(kept.values())


def _arrival(channel: Channel, body: bytes, *, now: datetime) -> Arrival:
    external_id, content_digest = adapter_for(channel.kind).identify(body)
    return Arrival(
        channel=channel,
        digest=hashlib.sha256(body).hexdigest(),
        external_id=external_id[:255],
        content_digest=content_digest,
        body=body,
        size=len(body),
        received_at=now,
        due_at=now,
    )


def _put_large_bodies_away(arrivals: Sequence[Arrival], *, now: datetime) -> None:
    large = [arrival for arrival in arrivals if arrival.size > KEPT_IN_ROW_BYTES]
    stored = files.put([files.NewFile(bytes(arrival.body), "message/rfc822") for arrival in large], now=now)
    for arrival, file in zip(large, stored, strict=True):
        arrival.file, arrival.body = file, b""


@contextmanager
def _storing() -> Iterator[None]:
    """Whatever keeps us from storing becomes CouldNotStore, so that the bringer keeps it and tries again."""
    try:
        yield
    except DatabaseError as refused:
        raise CouldNotStore(_("The database could not store what came: %(said)s") % {"said": refused}) from refused
    except OSError as refused:
        reason = _("the disk is full") if refused.errno == errno.ENOSPC else refused.strerror or str(refused)
        raise CouldNotStore(_("What came could not be stored: %(said)s") % {"said": reason}) from refused


def task_of(arrival: Arrival, *, folder: Path) -> Task:
    """What the parse child is asked about it: its bytes, or the path of the file they lie in.

    folder: where a copy may be made that only this batch needs.
    """
    if arrival.file:
        return Task(arrival.channel.kind, path=str(files.local_path(arrival.file, folder=folder)))
    return Task(arrival.channel.kind, bytes(arrival.body))


def head_of(arrival: Arrival, size: int) -> bytes:
    """The first of these bytes."""
    return files.read_head(arrival.file, size) if arrival.file else bytes(arrival.body[:size])


def body_of(arrival: Arrival) -> bytes:
    """All the bytes as received, wherever they lie."""
    return files.read(arrival.file) if arrival.file else bytes(arrival.body)


def refusal_of(arrival: Arrival) -> str:
    """Why nobody may have the whole of it now: something harmful is in it, or nobody knows yet (threats.md H12)."""
    if arrival.file and (whole := arrival.file.refusal("")):
        return whole
    carried = Attachment.objects.filter(message__in=arrival.messages.all()).values("file")
    unclean = StoredFile.objects.filter(pk__in=carried, scan__in=[StoredFile.Scan.INFECTED, StoredFile.Scan.PENDING])
    worst = unclean.order_by("scan", "pk").first()
    return worst.refusal("") if worst else ""
