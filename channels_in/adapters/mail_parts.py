"""A mail taken apart into its parts, as places in its bytes: nothing is copied or decoded before it is asked for.

The standard library's parser goes line by line and has no limits; on the same mails it needs five times as long,
and a mail with 5,000 nested parts ends it with a RecursionError. tests/channels_in/test_mail_parts.py holds this one to
the same results.
"""

import binascii
import re
from collections.abc import Iterator

from channels_in.adapters.mail_charsets import decoded
from channels_in.adapters.mail_fields import LARGEST_HEADER, Fields, after_envelope, first, read_fields, with_line_feeds
from channels_in.adapters.mail_values import content_type, from_base64, parameters
from channels_in.events import UnreadableArrival

LARGEST_MAIL = 25 * 1024 * 1024
DEEPEST = 30
MOST_PARTS = 500
MOST_BOUNDARY_LOOKS = 100_000  # lines that begin like a boundary, over all levels

AFTER_BOUNDARY = re.compile(rb"(--)?[ \t]*+\r?(?:\n|\Z)")
# A boundary nobody declared: the first line that looks like one.
LIKELY_BOUNDARY = re.compile(rb"^--([!-~]{4,70})[ \t]*\r?\n[!-9;-~]++:", re.MULTILINE)
BASE64_LINE = re.compile(rb"\s*+[A-Za-z0-9+/=]++\s*?(?:\n|\Z)")


class Part:
    """One part of a mail. What lies inside an attached mail is not its child; a leaf that calls itself multipart is one
    in which no boundary was found.
    """

    __slots__ = ("children", "content_type", "end", "fields", "parameters", "raw", "start")

    def __init__(self, raw: bytes, fields: Fields, start: int, end: int, default_type: str) -> None:
        declared = first(fields, b"content-type")
        self.raw, self.fields, self.start, self.end = raw, fields, start, end
        self.content_type = content_type(declared) or default_type
        self.parameters = parameters(declared)
        self.children: list[Part] = []

    @property
    def charset(self) -> str:
        return decoded(self.parameters.get("charset", b""))

    def content(self) -> bytes:
        """What was sent, its transfer encoding undone; damaged as little as a damaged encoding allows."""
        body = self.raw[self.start : self.end]
        encoding = first(self.fields, b"content-transfer-encoding").lower()
        if encoding == b"quoted-printable":
            return binascii.a2b_qp(body)
        if encoding == b"base64":
            mislabelled = self.content_type.startswith("text/") and not BASE64_LINE.match(body)
            return body if mislabelled else from_base64(body)
        return body


def read_mail(raw: bytes) -> Part:
    """The mail as a tree of parts. Raises UnreadableArrival: not_a_mail, too_large, mime_limits."""
    if len(raw) > LARGEST_MAIL:
        raise UnreadableArrival("too_large", f"{len(raw)} bytes; at most {LARGEST_MAIL} are read")
    raw = with_line_feeds(raw)
    return _Reader(raw).part(after_envelope(raw), len(raw), depth=0, default_type="text/plain")


def read_entity(raw: bytes) -> Part:
    """What was wrapped inside a part and has a header of its own, as a tree of parts. Raises UnreadableArrival."""
    raw = with_line_feeds(raw)
    return _Reader(raw).part(0, len(raw), depth=1, default_type="text/plain")


def over_limit(what: str) -> UnreadableArrival:
    return UnreadableArrival("mime_limits", f"the mail has more than {what}")


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.parts = 0
        self.header_bytes = 0
        self.boundary_looks = 0

    def part(self, start: int, end: int, *, depth: int, default_type: str) -> Part:
        self.parts += 1
        if self.parts > MOST_PARTS or depth > DEEPEST:
            raise over_limit(f"{MOST_PARTS} parts" if depth <= DEEPEST else f"{DEEPEST} levels of parts")
        fields, body_start = read_fields(self.raw, start, end)
        self.header_bytes += body_start - start
        if self.header_bytes > LARGEST_HEADER:
            raise over_limit(f"{LARGEST_HEADER} bytes of headers")
        if not fields and depth == 0:
            raise UnreadableArrival("not_a_mail", "it begins with no header line")
        part = Part(self.raw, fields, body_start, end, default_type)
        if part.content_type.startswith("multipart/"):
            self._add_children(part, depth=depth)
        elif part.content_type == "message/rfc822":
            self.part(body_start, end, depth=depth + 1, default_type="text/plain")  # only for the limits
        return part

    def _add_children(self, part: Part, *, depth: int) -> None:
        default_type = "message/rfc822" if part.content_type == "multipart/digest" else "text/plain"
        for start, end in self._places(part):
            part.children.append(self.part(start, end, depth=depth + 1, default_type=default_type))

    def _places(self, part: Part) -> Iterator[tuple[int, int]]:
        """From where to where each part inside reaches; a missing last boundary is the end of what is around it."""
        boundary = part.parameters.get("boundary", b"").rstrip()
        opened = -1
        for delimiter_start, delimiter_end, last in self._delimiters(part, boundary):
            if opened >= 0:
                yield opened, max(opened, delimiter_start)
            opened = -1 if last else delimiter_end
        if opened >= 0:
            yield opened, part.end

    def _delimiters(self, part: Part, boundary: bytes) -> Iterator[tuple[int, int, bool]]:
        """Where the line end before each boundary begins, where its own line ends, and whether it is the last."""
        raw, end = self.raw, part.end
        mark = b"\n--" + boundary
        if not boundary or raw.find(mark, part.start - 1, end) < 0:
            likely = LIKELY_BOUNDARY.search(raw, part.start, min(end, part.start + 10_000))
            if not likely:
                return
            mark = b"\n--" + likely[1]
        at = part.start - 2
        while (at := raw.find(mark, at + 1, end)) >= 0:
            self.boundary_looks += 1
            if self.boundary_looks > MOST_BOUNDARY_LOOKS:
                raise over_limit(f"{MOST_BOUNDARY_LOOKS} lines like a boundary")
            after = AFTER_BOUNDARY.match(raw, at + len(mark), end)
            if after is None:
                continue
            yield at - raw.startswith(b"\r", at - 1), after.end(), bool(after[1])
            if after[1]:
                return
