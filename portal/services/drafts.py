"""Keeping what customers type, so that no error loses a word or a file."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction

from core.secrets import random_key
from files.kinds import clean_name
from files.services import store
from files.services.store import NewFile
from portal import uploads
from portal.models import FormDraft, FormFile
from portal.services import budgets
from tickets.models import Ticket

MOST_CHARACTERS = 100_000  # twenty times what a form takes: nobody's typing is cut, only a flood is
HANDED_OUT = re.compile("[a-z2-9]{24}")


def begin(*, caller: str, now: datetime) -> FormDraft:
    """A new complaint. Raises budgets.TooMany."""
    budgets.spend_on_beginning(caller, now=now)
    return FormDraft.objects.create(caller=caller, created_at=now, touched_at=now)


def resume(token: str, ticket: Ticket, *, caller: str, now: datetime) -> FormDraft:
    """The message to this ticket that carries the token, begun with it where there is none: what comes twice stays one.

    A token that was not handed out by us, or stands for something else, is replaced. Raises budgets.TooMany.
    """
    known = FormDraft.objects.filter(token=token).first()
    if known and known.ticket_id == ticket.pk:
        return known
    budgets.spend_on_beginning(caller, now=now)
    fresh = token if known is None and HANDED_OUT.fullmatch(token) else random_key()
    given = {"ticket": ticket, "caller": caller, "created_at": now, "touched_at": now}
    return FormDraft.objects.get_or_create(token=fresh, defaults=given)[0]


def unsent(ticket: Ticket) -> FormDraft | None:
    """What was last written on a status page and not sent."""
    return FormDraft.objects.filter(ticket=ticket, sent_at=None).order_by("-touched_at").first()


@transaction.atomic
def keep(draft: FormDraft, words: Mapping[str, str], *, now: datetime) -> None:
    """Write down what was typed, right or wrong, over what these fields held. A draft that was sent stays as it is."""
    current = FormDraft.objects.select_for_update().get(pk=draft.pk)
    if current.sent_at is None:
        current.data |= {name: _storable(typed) for name, typed in words.items()}
        current.touched_at = now
        current.save(update_fields=["data", "touched_at"])
    draft.data = current.data


def _storable(typed: str) -> str:
    return typed.replace("\x00", "").replace("\r\n", "\n")[:MOST_CHARACTERS]


def attach(draft: FormDraft, chosen: Sequence["UploadedFile[Any]"], *, now: datetime) -> list[str]:
    """Put each file away that can be taken; returns a sentence for each that cannot, which names it.

    The sentences stay with the draft until the next page. Raises CouldNotStore where the storage takes no more, and
    budgets.TooMany where the caller brings too much; what was put away before stays.
    """
    if draft.sent_at is not None:
        return []
    problems, left_out = [], []
    room = uploads.MOST_FILES - draft.files.count()
    for upload in chosen:
        if room <= 0:
            left_out.append(upload.name or "")
        elif problem := uploads.too_large(upload) or _put(draft, upload, now=now):
            problems.append(problem)
        else:
            room -= 1
    if left_out:
        problems.append(uploads.too_many(left_out))
    draft.refused = problems
    draft.save(update_fields=["refused"])
    return problems


def _put(draft: FormDraft, upload: "UploadedFile[Any]", *, now: datetime) -> str:
    content = upload.read()
    problem = uploads.problem_with(upload, content)
    if not problem:
        budgets.spend_on_a_file(draft, len(content), now=now)
        with transaction.atomic():
            stored = store.put([NewFile(content, upload.content_type or store.UNKNOWN_TYPE)], now=now)[0]
            FormFile.objects.create(draft=draft, file=stored, name=clean_name(upload.name or ""))
    return problem


@transaction.atomic
def detach(draft: FormDraft, file_id: int) -> None:
    """Take a file out of a draft that was not sent yet."""
    if draft.sent_at is None:
        for each in draft.files.filter(pk=file_id).select_related("file"):
            each.delete()
            store.remove([each.file])
