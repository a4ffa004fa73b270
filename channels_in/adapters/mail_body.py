"""From the parts of a mail: the words, the markup and the files."""

import html
import re
from dataclasses import dataclass, field, replace

from channels_in.adapters.mail_charsets import decoded, one_line
from channels_in.adapters.mail_fields import first, read_fields
from channels_in.adapters.mail_html import html_to_text
from channels_in.adapters.mail_parts import Part
from channels_in.adapters.mail_values import parameters, words
from channels_in.events import InboundFile

LONGEST_TEXT = 1_000_000  # characters; the arrival keeps all of it
LONGEST_NAME = 200
LONGEST_EXTENSION = 20
LONGEST_CONTENT_ID = 250
ENDINGS = {
    "application/pdf": ".pdf",
    "application/zip": ".zip",
    "application/pgp-signature": ".asc",
    "application/pkcs7-signature": ".p7s",
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
}
SPOKEN = ("text/plain", "text/html", "multipart/")


@dataclass(slots=True)
class Body:
    """What a mail, or a part of it, brings. text is all of the words; html is as received."""

    text: str = ""
    html: str = ""
    files: list[InboundFile] = field(default_factory=list)


def body_of(mail: Part) -> Body:
    """Text without markup is preferred; where a mail has none, the words are taken from its HTML."""
    reader = _BodyReader()
    body = reader.read(mail, top=True)
    text = body.text if body.text.strip() or not body.html else html_to_text(body.html)
    return Body(text[:LONGEST_TEXT], body.html, _with_inline_marks(reader.files, body.html))


class _BodyReader:
    def __init__(self) -> None:
        self.files: list[tuple[InboundFile, bool]] = []

    def read(self, part: Part, *, top: bool = False, alternative: bool = False) -> Body:
        if part.children:
            inside_alternative = part.content_type == "multipart/alternative"
            bodies = [self.read(child, alternative=inside_alternative) for child in part.children]
            return _best(bodies) if inside_alternative else _joined(bodies)
        disposition = first(part.fields, b"content-disposition")
        attached = disposition.partition(b";")[0].strip().lower() == b"attachment"
        name = _declared_name(part, disposition)
        if part.content_type.startswith(SPOKEN) and not attached and (top or alternative or not name):
            text = decoded(part.content(), part.charset)
            return Body(html=text) if part.content_type == "text/html" else Body(text=text)
        another_form = alternative and part.content_type.startswith("text/") and part.content_type != "text/calendar"
        if attached or not another_form:
            self._keep(part, name=name, attached=attached)
        return Body()

    def _keep(self, part: Part, *, name: str, attached: bool) -> None:
        content = part.content()
        if not content and not name:
            return
        name = name or _made_up_name(part, number=len(self.files) + 1)
        content_id = decoded(first(part.fields, b"content-id")).strip("<> ")[:LONGEST_CONTENT_ID]
        file = InboundFile(name=name, content_type=part.content_type, content=content, content_id=content_id)
        self.files.append((file, attached))


def _best(bodies: list[Body]) -> Body:
    """The same said in several forms: of each form the first that says anything."""
    return Body(
        text=next((body.text for body in bodies if body.text.strip()), ""),
        html=next((body.html for body in bodies if body.html.strip()), ""),
    )


def _joined(bodies: list[Body]) -> Body:
    """Said one after another; where one part has no markup or no plain text, it is made from the other."""
    spoken = [body for body in bodies if body.text.strip() or body.html.strip()]
    if len(spoken) < 2:
        return spoken[0] if spoken else Body()
    texts = [body.text if body.text.strip() else html_to_text(body.html) for body in spoken]
    markup = [body.html or f"<pre>{html.escape(body.text)}</pre>" for body in spoken]
    return Body(
        text="\n\n".join(text.strip("\n") for text in texts),
        html="\n".join(markup) if any(body.html for body in spoken) else "",
    )


def _with_inline_marks(files: list[tuple[InboundFile, bool]], markup: str) -> list[InboundFile]:
    """Pictures that the markup shows stand inside the text; some programs put a Content-ID on every file."""
    return [
        replace(file, inline=True)
        if file.content_id
        and file.content_type.startswith("image/")
        and (not attached or f"cid:{file.content_id}" in markup)
        else file
        for file, attached in files
    ]


def _declared_name(part: Part, disposition: bytes) -> str:
    """The name a sender gave: of its own, without folders, safe to show; empty if there is none."""
    given = parameters(disposition).get("filename") if disposition else None
    given = given or part.parameters.get("name")
    return _cleaned(words(given, limit=len(given))) if given else ""


def _cleaned(name: str) -> str:
    name = name.replace("\\", "/").rpartition("/")[2].strip()
    if len(name) <= LONGEST_NAME:
        return name if name.strip(".") else ""
    stem, dot, ending = name.rpartition(".")
    if not dot or len(ending) > LONGEST_EXTENSION:
        return name[:LONGEST_NAME]
    return f"{stem[: LONGEST_NAME - len(ending) - 1]}.{ending}"


def _made_up_name(part: Part, *, number: int) -> str:
    if part.content_type == "message/rfc822":
        subject = words(first(read_fields(part.raw, part.start, part.end)[0], b"subject"), limit=100)
        subject = one_line(re.sub(r'[/\\:*?"<>|]', " ", subject), limit=100)
        if subject:
            return f"{subject}.eml"
    return f"{part.content_type.partition('/')[0]}-{number}{ENDINGS.get(part.content_type, '.bin')}"
