"""Files that a program brings before it sends them with a reply."""

from datetime import datetime

from django.db import transaction

from api.models import Upload
from core.actor import Actor
from files.services import store


@transaction.atomic
def keep(content: bytes, *, name: str, claimed_type: str, actor: Actor, now: datetime) -> Upload:
    """Store the bytes for this actor's later use. Raises CouldNotStore."""
    file = store.put([store.NewFile(content, claimed_type)], now=now)[0]
    return Upload.objects.create(file=file, user_id=actor.id or 0, name=name, uploaded_at=now)
