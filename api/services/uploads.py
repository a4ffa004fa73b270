"""Files that a program brings before it sends them with a reply."""

from datetime import datetime

from django.db import transaction

from api.models import Upload
from core.actor import Actor
from core.errors import DomainError
from files import quota
from files.services import store


class TooMuch(DomainError):
    """What this program may bring within a day is used up; nothing was stored."""

    code = "too_much"


@transaction.atomic
def keep(content: bytes, *, name: str, claimed_type: str, actor: Actor, now: datetime) -> Upload:
    """Store the bytes for this actor's later use. Raises CouldNotStore, TooMuch."""
    earlier = Upload.objects.visible_to(actor).filter(uploaded_at__gt=now - quota.DAY)
    if not quota.has_room(earlier.aggregate(size=quota.total("file__size"))["size"] or 0, len(content)):
        raise TooMuch(quota.sentence())
    file = store.put([store.NewFile(content, claimed_type)], now=now)[0]
    return Upload.objects.create(file=file, user_id=actor.id or 0, name=name, uploaded_at=now)
