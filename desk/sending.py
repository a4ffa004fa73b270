"""From what was written in the composer to a stored answer."""

from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile

from core.actor import Actor
from core.errors import DomainError
from desk.forms import KeptFile, ReplyForm, keep
from files.services import store
from tickets.models import Message
from tickets.services import replies

LONGEST_NAME = 200


def send(ticket_id: int, form: ReplyForm, *, actor: Actor, now: datetime) -> Message:
    """Store the files, then the answer with its dispatch.

    form: valid. When the answer is refused its files stay, and the form carries them into the next try.
    Raises what replies.reply raises, and CouldNotStore.
    """
    files = [*form.kept, *_stored(form.cleaned_data["attachments"], actor=actor, now=now)]
    try:
        return replies.reply(
            ticket_id,
            actor=actor,
            text=form.cleaned_data["text"],
            now=now,
            undo=replies.UNDO_WINDOW,
            then=form.cleaned_data["then"],
            version=form.cleaned_data["version"],
            file_ids=[(file.file_id, file.name) for file in files],
        )
    except DomainError:
        form.kept = files
        raise


def _stored(uploads: "list[UploadedFile[Any]]", *, actor: Actor, now: datetime) -> list[KeptFile]:
    new = [store.NewFile(upload.read(), upload.content_type or store.UNKNOWN_TYPE) for upload in uploads]
    names = [(upload.name or "file")[-LONGEST_NAME:] for upload in uploads]
    stored = store.put(new, now=now)
    return keep([(file.pk, name) for file, name in zip(stored, names, strict=True)], author_id=actor.id or 0)
