"""How a dispatch becomes an RFC 5322 message."""

import re
from collections.abc import Sequence
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import EmailPolicy
from email.utils import format_datetime
from typing import Any, NamedTuple

from django.utils.translation import gettext as _

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.senders.base import Refused
from files.models import StoredFile
from files.services import store

SYNTAX = str.maketrans(dict.fromkeys('()<>@,:;[]\\"', " "))
CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\u202a-\u202e\u2066-\u2069]")  # and what turns the reading round
CONTENT_TYPE = re.compile(r"[a-z]+/[a-z0-9.+-]+", re.IGNORECASE)
IDS = ("message-id", "in-reply-to", "references")


class MailPolicy(EmailPolicy):
    """As the standard library's for SMTP, but ids stay whole: it would cut or encode one that is longer than a line."""

    def fold(self, name: str, value: Any) -> str:
        return self._ids(name, value) if name.lower() in IDS else super().fold(name, value)

    def fold_binary(self, name: str, value: Any) -> bytes:
        return self._ids(name, value).encode() if name.lower() in IDS else super().fold_binary(name, value)

    def _ids(self, name: str, value: Any) -> str:
        return f"{name}: {f'{self.linesep} '.join(str(value).split())}{self.linesep}"


POLICY = MailPolicy(linesep="\r\n")


def one_line(value: str) -> str:
    """Free of line breaks, which in a header would begin another one (threats.md E15), and of other controls."""
    return " ".join(CONTROLS.sub("", whole(value)).split())


def whole(value: str) -> str:
    """Half characters, which some sender's broken text left, become a question mark."""
    return value.encode(errors="replace").decode()


def address(name: str, mailbox: str) -> Address:
    """A name without the signs that separate addresses: Python forgets their quotes where it folds a long header, and
    a stranger's name could name further recipients.

    Raises Refused where the mailbox is none that mail can be sent to.
    """
    try:
        local, _at, host = mailbox.strip().rpartition("@")
        found = Address(one_line(name.translate(SYNTAX)), addr_spec=f"{local}@{host.encode('idna').decode()}")
        found.addr_spec.encode("ascii")
    except (ValueError, IndexError, MessageError) as wrong:  # the standard library has all three for broken addresses
        why = _("%(address)s is not an address that mail can be sent to.") % {"address": mailbox}
        raise Refused(why) from wrong
    return found


def compose(dispatch: Dispatch, recipients: Sequence[DispatchRecipient]) -> bytes:
    """The whole mail, with the Message-ID that was fixed when it was queued. Raises Refused where it cannot be made."""
    mail = EmailMessage(policy=POLICY)
    mail["Message-ID"] = f"<{dispatch.external_id}>"
    mail["Date"] = format_datetime(dispatch.created_at)
    mail["From"] = address(dispatch.channel.name, dispatch.channel.address)
    for kind, header in ((DispatchRecipient.Kind.TO, "To"), (DispatchRecipient.Kind.CC, "Cc")):
        found = [address(item.name, item.address) for item in recipients if item.kind == kind]
        if found:
            mail[header] = found
    mail["Subject"] = one_line(dispatch.subject)
    for name, value in dispatch.headers.items():
        mail[name] = one_line(value)
    mail.set_content(_text(dispatch.text))
    _dress(mail, dispatch)
    return mail.as_bytes()


def _text(value: str) -> str:
    return CONTROLS.sub("", whole(value)).replace("\r\n", "\n").replace("\r", "\n")


def _dress(mail: EmailMessage, dispatch: Dispatch) -> None:
    """Add the formatted text with its pictures, and the attachments."""
    stored = StoredFile.objects.in_bulk([item["file"] for item in dispatch.attachments]) if dispatch.attachments else {}
    pictures = [item for item in dispatch.attachments if dispatch.html and item.get("content_id")]
    if dispatch.html:
        mail.add_alternative(_text(dispatch.html), subtype="html")
    for item in pictures:
        html = list(mail.iter_parts())[1]
        assert isinstance(html, EmailMessage)
        cid = f"<{one_line(str(item['content_id']))}>"
        file = _file(stored, item)
        html.add_related(file.content, file.main, file.sub, filename=file.name, cid=cid, disposition="inline")
    for item in dispatch.attachments:
        if item not in pictures:
            file = _file(stored, item)
            mail.add_attachment(file.content, file.main, file.sub, filename=file.name)


class _Part(NamedTuple):
    content: bytes
    main: str
    sub: str
    name: str


def _file(stored: dict[int, StoredFile], item: dict[str, Any]) -> _Part:
    """The bytes, and what the part says of them. Raises Refused where the file was erased since."""
    file = stored.get(item["file"])
    if file is None:
        raise Refused(_("The file “%(name)s” is no longer there.") % {"name": item["name"]})
    known = CONTENT_TYPE.fullmatch(file.content_type)
    main, _slash, sub = (file.content_type if known else "application/octet-stream").lower().partition("/")
    if main in ("message", "multipart"):  # what has parts may not be encoded (RFC 2046 5.2.1): a file like any other
        main, sub = "application", "octet-stream"
    return _Part(store.read(file), main, sub, one_line(item["name"]))
