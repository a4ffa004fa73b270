"""Frames on a pipe: two lengths, JSON, then the bytes that JSON cannot hold, one after another."""

import json
import struct
from typing import Any

from channels_in.parsing.codec import MalformedFrame, decoder, encoder

HEAD = struct.Struct(">II")
LARGEST_FRAME = 512 * 1024 * 1024


def packed(kind: Any, value: object) -> bytes:
    """One frame that holds a value of this dataclass or union of dataclasses."""
    blobs: list[bytes] = []
    plain = encoder(kind)(value, blobs)
    text = json.dumps([plain, [len(blob) for blob in blobs]], separators=(",", ":")).encode("ascii")
    content = b"".join(blobs)
    return b"".join((HEAD.pack(len(text), len(content)), text, content))


def lengths(head: bytes) -> tuple[int, int]:
    """How long the JSON and the bytes are that follow a frame's head. Raises MalformedFrame."""
    text, content = HEAD.unpack(head)
    if text + content > LARGEST_FRAME:
        raise MalformedFrame("the frame is larger than any of ours")
    return text, content


def unpacked(kind: Any, text: bytes, content: bytes) -> Any:
    """The value of a frame, which must be of this dataclass or union of dataclasses. Raises MalformedFrame."""
    try:
        plain, sizes = json.loads(text)
        blobs, at = [], 0
        for size in sizes:
            blobs.append(content[at : at + size])
            at += size
        return decoder(kind)(plain, blobs)
    except (ValueError, TypeError, KeyError, IndexError, RecursionError) as wrong:
        raise MalformedFrame(str(wrong)) from wrong
