"""Files that were written into the text of a mail, as before MIME: uuencode, yEnc, and what PGP wraps in dashes."""

import binascii
import re
from dataclasses import dataclass, field

from channels_in.adapters.mail_charsets import decoded

MOST_BLOCKS = 50
UU_BEGIN = re.compile(rb"^begin [0-7]{3,4} ([^\r\n]{1,200})\r?\n", re.MULTILINE)
UU_LINE = re.compile(rb"([ -`]{1,90})\r?(?:\n|\Z)")
UU_END = re.compile(rb"[` ]?\r?\n?end[ \t]*\r?(?:\n|\Z)")
Y_BEGIN = re.compile(rb"^=ybegin [^\r\n]*?\bname=([^\r\n]{1,200})\r?\n(?:=ypart [^\r\n]*\r?\n)?", re.MULTILINE)
Y_END = re.compile(rb"^=yend [^\r\n]*\r?(?:\n|\Z)", re.MULTILINE)
Y_ESCAPED = re.compile(rb"=(.)", re.DOTALL)
Y_SHIFTED = bytes((code - 42) % 256 for code in range(256))
PGP_MESSAGE = re.compile(rb"^-----BEGIN PGP MESSAGE-----.*?(?:^-----END PGP MESSAGE-----[^\n]*\n?|\Z)", re.M | re.S)
PGP_SIGNED = re.compile(rb"^-----BEGIN PGP SIGNED MESSAGE-----[^\n]*\n(?:[A-Za-z-]+:[^\n]*\n)*\r?\n?", re.M)
PGP_SIGNATURE = re.compile(
    rb"^-----BEGIN PGP SIGNATURE-----.*?(?:^-----END PGP SIGNATURE-----[^\n]*\n?|\Z)", re.M | re.S
)
DASH_ESCAPED = re.compile(rb"^- (?=-)", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Block:
    """A file that stood in the text."""

    name: str
    content_type: str
    content: bytes


@dataclass(slots=True)
class Unwrapped:
    """The text without the files; encrypted: something in it cannot be read."""

    text: bytes
    blocks: list[Block] = field(default_factory=list)
    encrypted: bool = False


def without_blocks(text: bytes) -> Unwrapped:
    """Take the files out of a plain text, decoded. What only looks like one stays where it is. Takes linear time."""
    found = Unwrapped(text)
    if b"begin " in text:  # of yEnc too
        found.text = _without_uuencode(found.text, found.blocks)
        found.text = _without_yenc(found.text, found.blocks)
    if b"-----BEGIN PGP " in text:
        _unwrap_pgp(found)
    return found


def _without_uuencode(text: bytes, blocks: list[Block]) -> bytes:
    kept: list[bytes] = []
    at = 0
    for begin in UU_BEGIN.finditer(text):
        if begin.start() < at or len(blocks) >= MOST_BLOCKS:
            continue
        content, end = _uudecoded(text, begin.end())
        if not content:
            continue
        blocks.append(Block(decoded(begin[1]).strip(), "application/octet-stream", content))
        kept.append(text[at : begin.start()])
        at = end
    return b"".join((*kept, text[at:]))


def _uudecoded(text: bytes, at: int) -> tuple[bytes, int]:
    """What the lines from here on hold, as far as they are uuencoded, and where they end."""
    pieces: list[bytes] = []
    while line := UU_LINE.match(text, at):
        end = UU_END.match(text, at)
        if end:
            return b"".join(pieces), end.end()
        length = (line[1][0] - 32) & 63
        if len(line[1].rstrip()) > 1 + (length + 2) // 3 * 4 + 2:
            break  # words that follow a block which was cut off
        try:
            pieces.append(binascii.a2b_uu(line[1]))
        except binascii.Error:
            break
        at = line.end()
    return b"".join(pieces), at


def _without_yenc(text: bytes, blocks: list[Block]) -> bytes:
    kept: list[bytes] = []
    at = 0
    for begin in Y_BEGIN.finditer(text):
        if begin.start() < at or len(blocks) >= MOST_BLOCKS:
            continue
        end = Y_END.search(text, begin.end())
        stop, after = (end.start(), end.end()) if end else (len(text), len(text))
        lines = text[begin.end() : stop].replace(b"\r", b"").replace(b"\n", b"")
        content = Y_ESCAPED.sub(_unescaped, lines).translate(Y_SHIFTED)
        blocks.append(Block(decoded(begin[1]).strip(), "application/octet-stream", content))
        kept.append(text[at : begin.start()])
        at = after
    return b"".join((*kept, text[at:]))


def _unescaped(escaped: re.Match[bytes]) -> bytes:
    return bytes(((escaped[1][0] - 64) % 256,))


def _unwrap_pgp(found: Unwrapped) -> None:
    """A signed text is read as it is; of an encrypted one only the wrapping can be kept."""
    for block in PGP_MESSAGE.findall(found.text)[: MOST_BLOCKS - len(found.blocks)]:
        found.blocks.append(Block("message.asc", "application/pgp-encrypted", block))
        found.encrypted = True
    found.text = PGP_MESSAGE.sub(b"", found.text)
    if not PGP_SIGNED.search(found.text):
        return
    for block in PGP_SIGNATURE.findall(found.text)[: MOST_BLOCKS - len(found.blocks)]:
        found.blocks.append(Block("signature.asc", "application/pgp-signature", block))
    signed = PGP_SIGNED.sub(b"", PGP_SIGNATURE.sub(b"", found.text))
    found.text = DASH_ESCAPED.sub(b"", signed)
