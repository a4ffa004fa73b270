"""How a dispatch becomes an RFC 5322 message."""

from collections.abc import Sequence
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from channels_out.models import Dispatch, DispatchRecipient
from files.models import StoredFile
from files.services import store

SYNTAX = str.maketrans(dict.fromkeys('()<>@,:;[]\\"', " "))


def one_line(value: str) -> str:
    """Free of line breaks, which in a header would begin another one (threats.md E15)."""
    return " ".join(value.split())


def address(name: str, mailbox: str) -> Address:
    """A name without the signs that separate addresses: Python forgets their quotes where it folds a long header, and
    a stranger's name could name further recipients.
    """
    return Address(display_name=one_line(name.translate(SYNTAX)), addr_spec=mailbox)


def compose(dispatch: Dispatch, recipients: Sequence[DispatchRecipient]) -> EmailMessage:
    """The whole mail, with the Message-ID that was fixed when it was queued.

    Raises ValueError where an address is not one.
    """
    mail = EmailMessage(policy=SMTP)
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
    mail.set_content(dispatch.text)
    if dispatch.html:
        mail.add_alternative(dispatch.html, subtype="html")
    _attach(mail, dispatch)
    return mail


def _attach(mail: EmailMessage, dispatch: Dispatch) -> None:
    stored = StoredFile.objects.in_bulk([item["file"] for item in dispatch.attachments]) if dispatch.attachments else {}
    for item in dispatch.attachments:
        file = stored[item["file"]]
        main, _, sub = file.content_type.partition("/")
        mail.add_attachment(store.read(file), maintype=main, subtype=sub or "octet-stream", filename=item["name"])
