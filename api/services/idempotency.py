"""A request that is sent again makes its change once: its Idempotency-Key remembers the answer for a day."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.utils.translation import gettext as _

from api.models import IdempotencyRecord
from core.errors import DomainError

KEPT = timedelta(days=1)
FORGOTTEN_AT_ONCE = 100


class KeyReused(DomainError):
    """The key belongs to another request."""

    code = "idempotency_key_reused"


class StillRunning(DomainError):
    """The first request with this key has not been answered yet."""

    code = "idempotency_key_in_use"


@dataclass(frozen=True, slots=True)
class Keyed:
    """A request with its key. digest: of all that was sent, so that another request is told from the same again."""

    user_id: int
    key: str
    operation: str
    digest: str


@dataclass(frozen=True, slots=True)
class Answer:
    """What the caller gets. repeated: it was found, not made."""

    status: int
    body: str
    repeated: bool = False


@transaction.atomic
def once(keyed: Keyed, work: Callable[[], Answer], *, now: datetime) -> Answer:
    """The answer of `work`, made now or found; the change and its answer are committed together.

    Raises KeyReused, StillRunning, and whatever `work` raises; then nothing is remembered.
    """
    _hold(keyed)
    known = IdempotencyRecord.objects.filter(user_id=keyed.user_id, key=keyed.key, created_at__gte=now - KEPT).first()
    if known is None:
        answer = work()
        _remember(keyed, answer, now=now)
        return answer
    if (known.operation, known.request_digest) != (keyed.operation, keyed.digest):
        raise KeyReused(_("This Idempotency-Key was used for another request. Draw a new key for each change."))
    return Answer(known.status, known.body, repeated=True)


def _hold(keyed: Keyed) -> None:
    """Keep the key for this transaction. SQLite has one writer at a time: the second request waits for the first."""
    if connection.vendor != "postgresql":
        return
    drawn = hashlib.sha256(f"idempotency {keyed.user_id} {keyed.key}".encode()).digest()[:8]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [int.from_bytes(drawn, "big", signed=True)])
        held = cursor.fetchone()[0]
    if not held:
        raise StillRunning(_("The first request with this Idempotency-Key is still running. Ask again in a moment."))


def _remember(keyed: Keyed, answer: Answer, *, now: datetime) -> None:
    values = {
        "operation": keyed.operation,
        "request_digest": keyed.digest,
        "status": answer.status,
        "body": answer.body,
        "created_at": now,
    }
    IdempotencyRecord.objects.update_or_create(user_id=keyed.user_id, key=keyed.key, defaults=values)
    old = IdempotencyRecord.objects.filter(user_id=keyed.user_id, created_at__lt=now - KEPT)
    ids = list(old.select_for_update(skip_locked=True).values_list("pk", flat=True)[:FORGOTTEN_AT_ONCE])
    IdempotencyRecord.objects.filter(pk__in=ids).delete()
