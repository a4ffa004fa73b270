"""winmail.dat (TNEF), in which Outlook wraps what it sends: its words and files, read under limits.

tnefparse fails on names that are not UTF-8, hands out the torn end of a file as a file, and copies the rest for every
object, so that 25 MB of empty ones keep it busy for minutes. tests/channels_in/test_mail_containers.py holds this one
to what that one finds in sound files.
"""

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field

from channels_in.adapters.mail_charsets import decoded

SIGNATURE = b"\x78\x9f\x3e\x22"
MOST_OBJECTS = 10_000
MOST_FILES = 100
MOST_PROPERTIES = 1_000
OBJECT = struct.Struct("<BHHI")
BODY, CODEPAGE, MESSAGE_PROPERTIES = 0x800C, 0x9007, 0x9003
FILE_BEGINS, FILE_TITLE, FILE_DATA, FILE_PROPERTIES = 0x9002, 0x8010, 0x800F, 0x9005
LONG_NAME, SHORT_NAME, DISPLAY_NAME, MIME_TYPE, CONTENT_ID = 0x3707, 0x3704, 0x3001, 0x370E, 0x3712
FILE_OBJECT, PLAIN_BODY, HTML_BODY = 0x3701, 0x1000, 0x1013
# How long a value of each type of property is; of the others a count and lengths tell.
FIXED = {0x02: 4, 0x03: 4, 0x04: 4, 0x05: 8, 0x06: 8, 0x07: 8, 0x0A: 4, 0x0B: 4, 0x14: 8, 0x40: 8, 0x48: 16}
BYTES_TYPES, UNICODE, OBJECT_TYPE = (0x0D, 0x1E, 0x1F, 0x102), 0x1F, 0x0D
SEVERAL, NAMED = 0x1000, 0x8000
INTERFACE_ID_BYTES = 16


class NotTnef(Exception):
    """It is no TNEF at all."""


@dataclass(slots=True)
class TnefFile:
    name: str = ""
    content_type: str = ""
    content_id: str = ""
    content: bytes = b""


@dataclass(slots=True)
class Tnef:
    """What was found. whole: nothing in it was damaged or over a limit; else the original is worth keeping."""

    text: str = ""
    html: str = ""
    files: list[TnefFile] = field(default_factory=list)
    whole: bool = True


def read_tnef(raw: bytes) -> Tnef:
    """As much as can be had, whatever is damaged in it. Raises NotTnef."""
    if not raw.startswith(SIGNATURE):
        raise NotTnef
    return _Reader(raw).read()


class _Reader:
    def __init__(self, raw: bytes) -> None:
        self.raw = raw
        self.found = Tnef()
        self.charset = "cp1252"

    def read(self) -> Tnef:
        try:
            for number, content in self._objects():
                self._take(number, content)
        except (struct.error, IndexError, OverflowError):
            self.found.whole = False
        self.found.files = [file for file in self.found.files if file.content]
        return self.found

    def _objects(self) -> Iterator[tuple[int, bytes]]:
        """The number and content of each; one whose checksum is wrong is given too."""
        at = 6
        for _ in range(MOST_OBJECTS):
            if len(self.raw) - at < OBJECT.size:
                break
            level, number, _type, length = OBJECT.unpack_from(self.raw, at)
            start, end = at + OBJECT.size, at + OBJECT.size + length
            if level not in (1, 2) or end + 2 > len(self.raw):
                break
            content = self.raw[start:end]
            if sum(content) & 0xFFFF != int.from_bytes(self.raw[end : end + 2], "little"):
                self.found.whole = False
            yield number, content
            at = end + 2
        self.found.whole &= at == len(self.raw)

    def _take(self, number: int, content: bytes) -> None:
        if number == CODEPAGE:
            self.charset = f"cp{int.from_bytes(content[:4], 'little')}"
        elif number == BODY:
            self.found.text = decoded(content.rstrip(b"\0"), self.charset)
        elif number == MESSAGE_PROPERTIES:
            self._take_body(content)
        elif number == FILE_BEGINS:
            self._begin_file()
        elif number in (FILE_TITLE, FILE_DATA, FILE_PROPERTIES) and self.found.files:
            self._fill(self.found.files[-1], number, content)

    def _begin_file(self) -> None:
        if len(self.found.files) < MOST_FILES:
            self.found.files.append(TnefFile())
        else:
            self.found.whole = False

    def _fill(self, file: TnefFile, number: int, content: bytes) -> None:
        if number == FILE_TITLE:
            file.name = file.name or decoded(content.rstrip(b"\0"), self.charset)
        elif number == FILE_DATA:
            file.content = content
        else:
            self._fill_by_properties(file, content)

    def _fill_by_properties(self, file: TnefFile, content: bytes) -> None:
        values = dict(reversed(list(self._properties(content))))
        names = [self._words(values[name]) for name in (LONG_NAME, SHORT_NAME) if name in values]
        file.name = next(filter(None, names), "") or file.name or self._words(values.get(DISPLAY_NAME))
        file.content_type = self._words(values.get(MIME_TYPE)).lower()
        file.content_id = self._words(values.get(CONTENT_ID))
        if not file.content and FILE_OBJECT in values:
            kind, value = values[FILE_OBJECT]
            file.content = value[INTERFACE_ID_BYTES:] if kind == OBJECT_TYPE else value
            file.content_type = file.content_type or "application/ms-tnef"

    def _take_body(self, content: bytes) -> None:
        for number, (kind, value) in self._properties(content):
            if number == PLAIN_BODY and not self.found.text:
                self.found.text = self._words((kind, value))
            elif number == HTML_BODY and not self.found.html:
                self.found.html = decoded(value.rstrip(b"\0"), self.charset)

    def _words(self, value: tuple[int, bytes] | None) -> str:
        if value is None:
            return ""
        kind, content = value
        if kind == UNICODE:
            return decoded(content.decode("utf-16-le", "replace").rstrip("\0").encode())
        return decoded(content.rstrip(b"\0"), self.charset)

    def _properties(self, content: bytes) -> Iterator[tuple[int, tuple[int, bytes]]]:
        """Number, type and value of each property that has a single value we know the length of."""
        at, count = 4, int.from_bytes(content[:4], "little")
        for _ in range(min(count, MOST_PROPERTIES)):
            kind, number = struct.unpack_from("<HH", content, at)
            at = _after_name(content, at + 4) if number >= NAMED else at + 4
            values = 1
            if kind & SEVERAL or kind in BYTES_TYPES:
                (values,) = struct.unpack_from("<I", content, at)
                at += 4
            kind &= ~SEVERAL
            for place in range(values):
                value, at = _value(content, at, kind)
                if place == 0:
                    yield number, (kind, value)


def _value(content: bytes, at: int, kind: int) -> tuple[bytes, int]:
    if kind in FIXED:
        size = FIXED[kind]
        return content[at : at + size], _within(content, at + size)
    if kind not in BYTES_TYPES:
        raise IndexError
    (length,) = struct.unpack_from("<I", content, at)
    start = at + 4
    return content[start : start + length], _within(content, start + (length + 3) // 4 * 4)


def _after_name(content: bytes, at: int) -> int:
    """Behind the GUID and the number or name of a named property."""
    (by_name,) = struct.unpack_from("<I", content, at + 16)
    if not by_name:
        return at + 24
    (length,) = struct.unpack_from("<I", content, at + 20)
    return _within(content, at + 24 + (length + 3) // 4 * 4)


def _within(content: bytes, at: int) -> int:
    if at > len(content) + 3:
        raise IndexError
    return at
