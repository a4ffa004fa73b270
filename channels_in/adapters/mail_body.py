"""From the parts of a mail: the words, the markup, the files, and what other programs packed into them."""

import html
from dataclasses import dataclass, field

from channels_in.adapters.mail_blocks import without_blocks
from channels_in.adapters.mail_calendar import business_card, invitations
from channels_in.adapters.mail_charsets import beginning, decoded
from channels_in.adapters.mail_fields import first
from channels_in.adapters.mail_files import (
    cleaned_name,
    content_id_of,
    declared_name,
    made_up_name,
    name_by_type,
    with_inline_marks,
)
from channels_in.adapters.mail_flowed import unflowed
from channels_in.adapters.mail_html import html_to_text
from channels_in.adapters.mail_parts import Part, over_limit, read_entity
from channels_in.adapters.mail_signed import is_encrypted, signed_content
from channels_in.adapters.mail_tnef import NotTnef, read_tnef
from channels_in.events import InboundFile, Invitation, Remark

LONGEST_TEXT = 1_000_000  # characters; the arrival keeps all of it
MOST_READ_BYTES = 4 * LONGEST_TEXT  # of all plain parts together, and of all HTML
MOST_WRAPPINGS = 3
MOST_FILES = 500  # of a mail, with those that other programs packed into its parts
SPOKEN = ("text/plain", "text/html", "multipart/")
CALENDARS = ("text/calendar", "application/ics")
CARDS = ("text/vcard", "text/x-vcard", "text/directory")
TNEF = ("application/ms-tnef", "application/vnd.ms-tnef")
S_MIME = ("application/pkcs7-mime", "application/x-pkcs7-mime")


@dataclass(slots=True)
class Body:
    """What a mail, or a part of it, says. text is all of the words; html is as received."""

    text: str = ""
    html: str = ""


@dataclass(slots=True)
class Content:
    """All that a mail brings. cards: a line for each business card. remark: as in InboundMessage."""

    text: str
    html: str
    files: list[InboundFile]
    invitations: tuple[Invitation, ...]
    cards: tuple[str, ...]
    remark: Remark


def content_of(mail: Part) -> Content:
    """Text without markup is preferred; where a mail has none, the words are taken from its HTML.

    Raises UnreadableArrival("mime_limits") where it brings more files than any honest mail.
    """
    reader = _Reader()
    body = reader.read(mail, top=True)
    if not body.text.strip() and not body.html.strip():
        body = reader.spare
    text = body.text if body.text.strip() or not body.html else html_to_text(body.html)
    return Content(
        text=text[:LONGEST_TEXT],
        html=body.html,
        files=with_inline_marks(reader.files, body.html),
        invitations=tuple(reader.invitations),
        cards=tuple(reader.cards),
        remark=reader.remark or ("not_whole" if len(text) > LONGEST_TEXT else ""),
    )


@dataclass(slots=True)
class _Reader:
    """files: each with whether it was declared an attachment. spare: words that count where there are no others."""

    files: list[tuple[InboundFile, bool]] = field(default_factory=list)
    invitations: dict[Invitation, None] = field(default_factory=dict)
    cards: dict[str, None] = field(default_factory=dict)
    remark: Remark = ""
    spare: Body = field(default_factory=Body)
    left: dict[bool, int] = field(default_factory=lambda: {True: MOST_READ_BYTES, False: MOST_READ_BYTES})
    wrappings: int = 0

    def read(self, part: Part, *, top: bool = False, alternative: bool = False) -> Body:
        if part.content_type == "multipart/encrypted":
            self.remark = "encrypted"
        if part.children:
            inside_alternative = part.content_type == "multipart/alternative"
            bodies = [self.read(child, alternative=inside_alternative) for child in part.children]
            return _best(bodies) if inside_alternative else _joined(bodies)
        disposition = first(part.fields, b"content-disposition")
        attached = disposition.partition(b";")[0].strip().lower() == b"attachment"
        name = declared_name(part, disposition)
        if part.content_type.startswith(SPOKEN) and not attached and (top or alternative or not name):
            return self._words(part)
        another_form = alternative and part.content_type.startswith("text/") and part.content_type not in CALENDARS
        return self._opened(part, name=name, attached=attached) if attached or not another_form else Body()

    def _words(self, part: Part) -> Body:
        content, is_html = part.content(), part.content_type == "text/html"
        if not is_html:
            unwrapped = without_blocks(content)
            content = unwrapped.text
            for block in unwrapped.blocks:
                self._keep(block.content, block.content_type, name=cleaned_name(block.name), attached=True)
            self.remark = "encrypted" if unwrapped.encrypted else self.remark
        most, self.left[is_html] = self.left[is_html], max(0, self.left[is_html] - len(content))
        text = decoded(beginning(content, most), part.charset)
        if is_html:
            return Body(html=text)
        if part.parameters.get("format", b"").lower() == b"flowed":
            text = unflowed(text, joins_words=part.parameters.get("delsp", b"").lower() == b"yes")
        return Body(text=text)

    def _opened(self, part: Part, *, name: str, attached: bool) -> Body:
        """A file is kept; of some that programs use to pack words or other files, the content is taken out."""
        content, kind = part.content(), part.content_type
        if kind in TNEF or name.lower() == "winmail.dat":
            if self._unpack_outlook(content):
                return Body()
        elif kind in S_MIME:
            entity = signed_content(content)
            self.wrappings += 1
            if entity and self.wrappings <= MOST_WRAPPINGS:
                return self.read(read_entity(entity), top=True)
            self.remark = "encrypted" if is_encrypted(content) else self.remark
        elif kind in CALENDARS:
            self.invitations.update(dict.fromkeys(invitations(decoded(content, part.charset))))
        elif kind in CARDS:
            self.cards.update(dict.fromkeys(filter(None, [business_card(decoded(content, part.charset))])))
        if content or name:
            name = name or made_up_name(part, number=len(self.files) + 1)
            self._keep(content, kind, name=name, content_id=content_id_of(part), attached=attached)
        return Body()

    def _unpack_outlook(self, content: bytes) -> bool:
        """Was everything found that is in a winmail.dat? Else the original must be kept too."""
        try:
            found = read_tnef(content)
        except NotTnef:
            self.remark = self.remark or "unopened"
            return False
        for file in found.files:
            kind = file.content_type or "application/octet-stream"
            self._keep(
                file.content, kind, name=cleaned_name(file.name), content_id=file.content_id.strip("<> "), attached=True
            )
        self.spare = Body(found.text, found.html)
        if not found.whole:
            self.remark = self.remark or "unopened"
        return found.whole

    def _keep(self, content: bytes, kind: str, *, name: str, content_id: str = "", attached: bool) -> None:
        if len(self.files) >= MOST_FILES:
            raise over_limit(f"{MOST_FILES} files")
        name = name or name_by_type(kind, number=len(self.files) + 1)
        self.files.append((InboundFile(name, kind, content, content_id=content_id[:250]), attached))


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
