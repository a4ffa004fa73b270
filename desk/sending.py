"""From what was written in the composer to a stored answer."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import ngettext

from core.actor import Actor
from core.errors import DomainError, Invalid
from desk.forms import KeptFile, ReplyForm, WritingForm, keep, too_many_files
from files.kinds import clean_name
from files.services import store
from tickets.models import Message, Ticket
from tickets.services.outward import outgoing, replies


def send(ticket: Ticket, form: ReplyForm, *, actor: Actor, now: datetime) -> Message:
    """Store the files, then the answer with its dispatch.

    form: valid. When the answer is refused its files stay, and the form carries them into the next try.
    Raises what replies.reply raises, and CouldNotStore.
    """
    files = [*form.kept, *stored(form.cleaned_data["attachments"], actor=actor, now=now)]
    try:
        _check(ticket, form, files)
        return replies.reply(
            ticket.pk,
            actor=actor,
            text=form.cleaned_data["text"],
            now=now,
            to=form.cleaned_data["to"],
            cc=form.cleaned_data["cc"],
            undo=replies.UNDO_WINDOW,
            then=form.cleaned_data["then"],
            ending=form.ending,
            version=form.cleaned_data["version"],
            seen=form.cleaned_data["seen"],
            file_ids=[(file.file_id, file.name) for file in files],
        )
    except DomainError:
        form.kept = files
        raise


def _check(ticket: Ticket, form: WritingForm, files: Sequence[KeptFile]) -> None:
    """Raises Invalid where there are too many files, and once where somebody is written to who is new here."""
    check_count(files)
    way = outgoing.route(ticket, to=form.cleaned_data["to"], cc=form.cleaned_data["cc"])
    told, form.newcomers = form.newcomers, way.newcomers
    if set(way.newcomers) - set(told):
        raise Invalid(new_here(way.newcomers), field="newcomers")


def check_count(files: Sequence[KeptFile]) -> None:
    """Raises Invalid where more files go along than may."""
    if len(files) > settings.UPLOAD_MAX_FILES:
        raise Invalid(too_many_files(), field="attachments")


def new_here(addresses: Sequence[str]) -> str:
    """What one must know before somebody is let into a ticket."""
    return ngettext(
        "%(addresses)s is new on this ticket and will see this message and later ones, nothing earlier. "
        "Send again if that is right.",
        "%(addresses)s are new on this ticket and will see this message and later ones, nothing earlier. "
        "Send again if that is right.",
        len(addresses),
    ) % {"addresses": ", ".join(addresses)}


def stored(uploads: "list[UploadedFile[Any]]", *, actor: Actor, now: datetime) -> list[KeptFile]:
    """The uploads, put away."""
    new = [store.NewFile(upload.read(), upload.content_type or store.UNKNOWN_TYPE) for upload in uploads]
    names = [clean_name(upload.name or "") for upload in uploads]
    stored = store.put(new, now=now)
    return keep([(file.pk, name) for file, name in zip(stored, names, strict=True)], author_id=actor.id or 0)
