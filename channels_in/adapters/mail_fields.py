"""The header fields of a mail, as bytes without folds. What a value means is read in mail_values.py."""

import re
from collections.abc import Sequence

LARGEST_HEADER = 1024 * 1024  # what is read; a mail with more is refused
LARGEST_FIELD = 64 * 1024  # of one field; a longer one is cut
LONGEST_ID = 250  # what the columns that hold one can keep

# A mailbox file or a pipe may put its own "From " line in front.
ENVELOPE = re.compile(rb">?From [^\n]*+\n")
# The header ends with the first line that is neither a field nor goes on with one: what follows would be a body to
# every relay before us, so it must be one to us.
HEADER = re.compile(rb"(?:[!-9;-~]++[ \t]*+:[^\n]*+(?:\n|\Z)(?:[ \t][^\n]*+(?:\n|\Z))*+)*+")
FIELD = re.compile(rb"([!-9;-~]+)[ \t]*:([^\n]*+(?:\n[ \t][^\n]*+)*+)(?:\n|\Z)")
FOLD = re.compile(rb"\r?\n[ \t]+")
MESSAGE_ID = re.compile(rb"<([!-;=?-~]+)>")
LONE_MESSAGE_ID = re.compile(rb"[!-;=?-~]+@[!-;=?-~]+")

Fields = dict[bytes, list[bytes]]


def read_fields(raw: bytes, start: int, end: int) -> tuple[Fields, int]:
    """The fields that stand from `start` on, by lower-case name in their order, and where the body begins."""
    matched = HEADER.match(raw, start, min(end, start + LARGEST_HEADER + 1))
    header_end = matched.end() if matched else start
    fields: Fields = {}
    for name, value in FIELD.findall(raw, start, header_end):
        unfolded = FOLD.sub(b" ", value) if b"\n" in value else value
        fields.setdefault(name.lower(), []).append(_cut(unfolded.strip(), name))
    if raw.startswith(b"\n", header_end):
        header_end += 1
    elif raw.startswith(b"\r\n", header_end):
        header_end += 2
    return fields, min(header_end, end)


def _cut(value: bytes, name: bytes) -> bytes:
    """Of ten thousand references the last are the nearest; of anything else the beginning tells."""
    if len(value) <= LARGEST_FIELD:
        return value
    return value[-LARGEST_FIELD:] if name.lower() == b"references" else value[:LARGEST_FIELD]


def with_line_feeds(raw: bytes) -> bytes:
    """A mail from a system that ends its lines with a carriage return alone is made readable; any other is itself."""
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def after_envelope(raw: bytes) -> int:
    """Where the header begins."""
    envelope = ENVELOPE.match(raw)
    return envelope.end() if envelope else 0


def first(fields: Fields, name: bytes) -> bytes:
    """The first value of that name, empty where there is none."""
    values = fields.get(name)
    return values[0] if values else b""


def message_id(fields: Fields) -> str:
    """The Message-ID without its brackets; empty where it is missing, doubled or malformed."""
    values = fields.get(b"message-id", ())
    if len(values) != 1:
        return ""
    matched = MESSAGE_ID.match(values[0])
    value = matched[1] if matched else values[0]
    if not matched and not LONE_MESSAGE_ID.fullmatch(value):
        return ""
    return value.decode("ascii") if len(value) <= LONGEST_ID else ""


def message_ids(values: Sequence[bytes], *, most: int) -> tuple[str, ...]:
    """The last `most` different ids that stand in these values, in their order; one named twice stands last."""
    nearest_first: dict[bytes, None] = {}
    for value in reversed(values):
        for found in reversed(MESSAGE_ID.findall(value)):
            if len(found) <= LONGEST_ID:
                nearest_first.setdefault(found)
            if len(nearest_first) == most:
                break
    return tuple(found.decode("ascii") for found in reversed(list(nearest_first)[:most]))
