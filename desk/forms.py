"""What people write on the desk. The rules stand in the services; these forms read the input."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.core import signing
from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from channels_out.models import DispatchRecipient
from core.errors import Invalid
from desk.work_forms import EndingForm
from tickets.addresses import MOST_CHARACTERS, read_addresses
from tickets.models import Draft, Ticket
from tickets.services.handling.settling import Ending

KEPT = "desk.kept-file"
KEPT_FOR = 24 * 3600


class ManyFiles(forms.ClearableFileInput):
    allow_multiple_selected = True


def too_many_files() -> str:
    most = settings.UPLOAD_MAX_FILES
    return ngettext("At most %(most)d file.", "At most %(most)d files.", most) % {"most": most}


class FilesField(forms.FileField):
    """Any number of files up to what the settings allow."""

    def clean(self, data: Any, initial: Any = None) -> "list[UploadedFile[Any]]":
        given = data if isinstance(data, (list, tuple)) else [data]
        files = [super(FilesField, self).clean(item, initial) for item in given if item]
        if len(files) > settings.UPLOAD_MAX_FILES:
            raise forms.ValidationError(too_many_files())
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


class AddressField(forms.CharField):
    """Mailboxes as people type them; clean gives Recipients of the kind that the field is named after."""

    def __init__(self, *, kind: str, **more: Any) -> None:
        super().__init__(required=False, max_length=MOST_CHARACTERS, **more)
        self.kind = kind

    def clean(self, value: Any) -> Any:
        try:
            return read_addresses(super().clean(value), kind=self.kind)
        except Invalid as refused:
            raise forms.ValidationError(refused.message) from refused


class WritingForm(forms.Form):
    """What goes out by mail, with its files. kept: files of a try that did not go through, or of a draft.

    newcomers: addresses of which the writer was told that they are new here, and as often as there are such inputs.
    """

    to = AddressField(kind=DispatchRecipient.Kind.TO)
    cc = AddressField(kind=DispatchRecipient.Kind.CC)
    text = forms.CharField(required=False, strip=False)
    attachments = FilesField(required=False, widget=ManyFiles)

    def __init__(self, *args: Any, author_id: int, files: Iterable[Mapping[str, Any]] = (), **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        data = self.data if isinstance(self.data, QueryDict) else QueryDict()
        tokens = data.getlist("kept")
        self.kept = [file for token in tokens if (file := read_kept(token, author_id=author_id))]
        self.kept += keep([(file["file"], file["name"]) for file in files], author_id=author_id)
        self.newcomers = data.getlist("newcomers")


class ReplyForm(EndingForm, WritingForm):
    """An answer. version: what of the ticket the writer had seen. seen: the customer's last message on their page."""

    then = forms.ChoiceField(
        choices=[
            (Ticket.Status.OPEN, _("then: stays open")),
            (Ticket.Status.WAITING_CUSTOMER, _("then: waits for customer")),
            (Ticket.Status.RESOLVED, _("then: is resolved")),
        ]
    )
    version = forms.IntegerField()
    seen = forms.IntegerField(required=False)
    outcome = forms.ChoiceField(
        choices=[("", _("Choose how it ended")), *Ticket.Outcome.choices], label=_("How did it end?"), required=False
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, auto_id="reply-%s", **kwargs)

    @property
    def ending(self) -> Ending:
        """How it ended, where it is resolved with the answer."""
        return Ending(*(self.cleaned_data[name] for name in ("outcome", "fault", "cause")))


class NoteForm(forms.Form):
    text = forms.CharField(required=False, strip=False)


class DraftForm(forms.Form):
    """to, cc: as typed, finished or not."""

    mode = forms.ChoiceField(choices=Draft.Mode.choices)
    text = forms.CharField(required=False, strip=False)
    to = forms.CharField(required=False, max_length=MOST_CHARACTERS)
    cc = forms.CharField(required=False, max_length=MOST_CHARACTERS)

    @property
    def addressed(self) -> dict[str, str] | None:
        """What stands in the inputs beside the text, None where the page has none."""
        return {name: self.cleaned_data[name] for name in ("to", "cc")} if "to" in self.data else None


class DraftFilesForm(forms.Form):
    mode = forms.ChoiceField(choices=Draft.Mode.choices)
    attachments = FilesField(widget=ManyFiles)
