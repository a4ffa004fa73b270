"""What people write on the desk. The rules stand in the services; these forms read the input."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from tickets.models import Ticket

KEPT = "desk.kept-file"
KEPT_FOR = 24 * 3600


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files up to what the settings allow."""

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [super(FilesField, self).clean(item, initial) for item in given if item]
        if len(files) > settings.UPLOAD_MAX_FILES:
            raise forms.ValidationError(
                ngettext("At most %(most)d file.", "At most %(most)d files.", settings.UPLOAD_MAX_FILES)
                % {"most": settings.UPLOAD_MAX_FILES}
            )
        for file in files:
            if file.size > settings.UPLOAD_MAX_BYTES:
                text = _("“%(name)s” is too large: at most %(most)d MB each.")
                raise forms.ValidationError(text % {"name": file.name, "most": settings.UPLOAD_MAX_BYTES // 2**20})
        return files


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file that was stored while its message was refused: a signed note of it goes back with the form."""

    file_id: int
    name: str
    token: str


def keep(files: Iterable[tuple[int, str]], *, author_id: int) -> list[KeptFile]:
    """Notes of stored files that only their uploader can send along."""
    return [KeptFile(pk, name, token=signing.dumps([pk, name, author_id], salt=KEPT)) for pk, name in files]


def read_kept(token: str, *, author_id: int) -> KeptFile | None:
    """The file of an intact note of this person's, else None."""
    try:
        pk, name, whose = signing.loads(token, salt=KEPT, max_age=KEPT_FOR)
    except signing.BadSignature:
        return None
    return KeptFile(pk, name, token=token) if whose == author_id else None


class ReplyForm(forms.Form):
    """An answer. version: what of the ticket the writer had seen. kept: files of a try that did not go through."""

    text = forms.CharField(required=False, strip=False)
    then = forms.ChoiceField(
        choices=[
            (Ticket.Status.OPEN, _("then: stays open")),
            (Ticket.Status.WAITING_CUSTOMER, _("then: waits for customer")),
        ]
    )
    version = forms.IntegerField()
    attachments = FilesField(required=False, widget=ManyFiles)

    def __init__(self, *args: Any, author_id: int, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        tokens = self.data.getlist("kept") if isinstance(self.data, QueryDict) else []
        self.kept = [file for token in tokens if (file := read_kept(token, author_id=author_id))]


class NoteForm(forms.Form):
    text = forms.CharField(required=False, strip=False)


class DraftForm(forms.Form):
    mode = forms.ChoiceField(choices=[("reply", "reply"), ("note", "note")])
    text = forms.CharField(required=False, strip=False)
