"""The files of a mail: what they are called and which of them stand inside the text."""

import re
from dataclasses import replace

from channels_in.adapters.mail_charsets import decoded, one_line
from channels_in.adapters.mail_fields import first, read_fields
from channels_in.adapters.mail_parts import Part
from channels_in.adapters.mail_values import parameters, words
from channels_in.events import InboundFile

LONGEST_NAME = 200
LONGEST_EXTENSION = 20
LONGEST_CONTENT_ID = 250
ENDINGS = {
    "application/ics": ".ics",
    "application/ms-tnef": ".dat",
    "application/pdf": ".pdf",
    "application/pgp-encrypted": ".asc",
    "application/pgp-signature": ".asc",
    "application/pkcs7-mime": ".p7m",
    "application/pkcs7-signature": ".p7s",
    "application/zip": ".zip",
    "image/gif": ".gif",
    "image/jpeg": ".jpg",
    "image/png": ".png",
    "message/delivery-status": ".txt",
    "message/rfc822": ".eml",
    "text/calendar": ".ics",
    "text/csv": ".csv",
    "text/html": ".html",
    "text/plain": ".txt",
    "text/rfc822-headers": ".txt",
    "text/vcard": ".vcf",
    "text/x-vcard": ".vcf",
}


def declared_name(part: Part, disposition: bytes) -> str:
    """The name a sender gave: of its own, without folders, safe to show; empty if there is none."""
    given = parameters(disposition).get("filename") if disposition else None
    given = given or part.parameters.get("name")
    return cleaned_name(words(given, limit=len(given))) if given else ""


def cleaned_name(name: str) -> str:
    """A name on one line, without folders, at most as long as its column; empty where nothing is left."""
    name = one_line(name.replace("\\", "/").rpartition("/")[2], limit=len(name))
    if len(name) <= LONGEST_NAME:
        return name if name.strip(".") else ""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_EXTENSION:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def made_up_name(part: Part, *, number: int) -> str:
    """What a file without a name is called: an attached mail by its subject, any other by its type and place."""
    if part.content_type == "message/rfc822":
        subject = words(first(read_fields(part.raw, part.start, part.end)[0], b"subject"), limit=100)
        subject = one_line(re.sub(r'[/\\:*?"<>|]', " ", subject), limit=100)
        if subject:
            return f"{subject}.eml"
    return name_by_type(part.content_type, number=number)


def name_by_type(content_type: str, *, number: int) -> str:
    return f"{content_type.partition('/')[0]}-{number}{ENDINGS.get(content_type, '.bin')}"


def content_id_of(part: Part) -> str:
    return decoded(first(part.fields, b"content-id")).strip("<> ")[:LONGEST_CONTENT_ID]


def with_inline_marks(files: list[tuple[InboundFile, bool]], markup: str) -> list[InboundFile]:
    """Pictures that the markup shows stand inside the text; some programs put a Content-ID on every file.

    files: each with whether it was declared to be an attachment.
    """
    return [
        replace(file, inline=True)
        if file.content_id
        and file.content_type.startswith("image/")
        and (not attached or f"cid:{file.content_id}" in markup)
        else file
        for file, attached in files
    ]
