"""S/MIME that wraps a whole mail: what is only signed can be read, what is encrypted cannot (RFC 8551, RFC 5652).

Nothing is verified: no trust comes from it. ASN.1 is walked by its lengths, both in the definite form and in the
indefinite one that programs use which do not know the length when they begin.
"""

from collections.abc import Iterator
from typing import NamedTuple

SIGNED_DATA = bytes.fromhex("2a864886f70d010702")
ENCRYPTED = (bytes.fromhex("2a864886f70d010703"), bytes.fromhex("2a864886f70d0109100117"))
SEQUENCE, OBJECT_ID, OCTETS, OCTETS_IN_PIECES, WRAPPED = 0x30, 0x06, 0x04, 0x24, 0xA0
DEEPEST = 10
END = b"\0\0"


class _Value(NamedTuple):
    """A tag, from where to where its content reaches, and where the next value begins."""

    tag: int
    start: int
    stop: int
    after: int


class _Damaged(Exception):
    """It is not the ASN.1 that it should be."""


def is_encrypted(wrapping: bytes) -> bool:
    """Does it say of itself that only its recipient can open it?"""
    try:
        kind, _content = _content_info(wrapping)
    except _Damaged:
        return False
    return kind in ENCRYPTED


def signed_content(wrapping: bytes) -> bytes:
    """The MIME entity inside signed data, empty where there is none to be read."""
    try:
        kind, content = _content_info(wrapping)
        if kind != SIGNED_DATA:
            return b""
        encapsulated = next((part for part in _inside(wrapping, content) if part.tag == SEQUENCE), None)
        parts = list(_inside(wrapping, encapsulated)) if encapsulated else []
        if len(parts) < 2 or parts[1].tag != WRAPPED:
            return b""
        return b"".join(_octets(wrapping, part, depth=0) for part in _inside(wrapping, parts[1]))
    except _Damaged:
        return b""


def _content_info(raw: bytes) -> tuple[bytes, _Value]:
    """The kind of what is wrapped, and its own sequence."""
    parts = list(_inside(raw, _value(raw, 0, len(raw), depth=0)))
    if len(parts) < 2 or parts[0].tag != OBJECT_ID or parts[1].tag != WRAPPED:
        raise _Damaged
    content = next(_inside(raw, parts[1]), None)
    if content is None:
        raise _Damaged
    return raw[parts[0].start : parts[0].stop], content


def _inside(raw: bytes, value: _Value) -> Iterator[_Value]:
    at = value.start
    while at < value.stop:
        inner = _value(raw, at, value.stop, depth=0)
        yield inner
        at = inner.after


def _octets(raw: bytes, value: _Value, *, depth: int) -> bytes:
    if value.tag == OCTETS:
        return raw[value.start : value.stop]
    if value.tag != OCTETS_IN_PIECES or depth > DEEPEST:
        raise _Damaged
    return b"".join(_octets(raw, piece, depth=depth + 1) for piece in _inside(raw, value))


def _value(raw: bytes, at: int, end: int, *, depth: int) -> _Value:
    if depth > DEEPEST or at + 2 > end:
        raise _Damaged
    tag, length, start = raw[at], raw[at + 1], at + 2
    if length == 0x80:
        stop = start
        while not raw.startswith(END, stop, end):
            stop = _value(raw, stop, end, depth=depth + 1).after
        return _Value(tag, start, stop, stop + len(END))
    if length > 0x80:
        digits = length & 0x7F
        length, start = int.from_bytes(raw[start : start + digits], "big"), start + digits
    stop = min(start + length, end)  # a mail that was cut off is read as far as it goes
    return _Value(tag, start, stop, stop)
