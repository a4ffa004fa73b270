"""What mail programs mark in their HTML: quotes, the heads of quotes, signatures."""

import re
from collections import Counter
from collections.abc import Iterator
from enum import Enum
from typing import NamedTuple

MARKS = (
    *("<blockquote", "<BLOCKQUOTE", "<Blockquote", "border-left", "yahoo_quoted", "divRplyFwdMsg", "OLK_SRC_BODY"),
    *("gmail_", "moz-", "protonmail_", "composer_signature", 'id="Signature', "id=Signature"),
)
FRAME = re.compile(r"<(/?)(blockquote|div|span)\b([^<>]*)>", re.IGNORECASE)
QUOTED = re.compile(r"yahoo_quoted|OLK_SRC_BODY_SECTION|border-left:[^;\"']*\b(?:solid|\d)", re.IGNORECASE)
SIGNATURE = re.compile(
    r"\b(?:gmail_signature|moz-signature|protonmail_signature_block|composer_signature)\b|id=[\"']?Signature\b"
)
HEAD = re.compile(r"gmail_attr|moz-cite-prefix|protonmail_quote")
RULED_HEAD = "divRplyFwdMsg"
BLOCKQUOTES = ("blockquote", "BLOCKQUOTE")


class Kind(Enum):
    """What stands in a frame; the first that holds counts, however deep it lies."""

    QUOTED, RULED, HEAD, SIGNATURE, PLAIN = range(5)


class Piece(NamedTuple):
    """Markup that lies in frames of one kind."""

    kind: Kind
    markup: str


def is_marked(markup: str) -> bool:
    """A quick look; where none of the marks stands, nothing is looked at twice."""
    return any(mark in markup for mark in MARKS)


def pieces(markup: str) -> Iterator[Piece]:
    """The markup in its order, cut where the kind of what stands there changes and where a quote begins or ends."""
    frames = _Frames()
    place, kind = 0, Kind.PLAIN
    for tag in FRAME.finditer(markup):
        if tag[1]:
            frames.close(tag[2].lower())
        else:
            frames.open(tag[2].lower(), tag[3])
        if frames.kind is not kind or tag[2] in BLOCKQUOTES:
            yield Piece(kind, markup[place : tag.start()])
            place, kind = tag.start(), frames.kind
    yield Piece(kind, markup[place:])


class _Frames:
    """The elements that are open. One that is closed closes those left open inside it, as in a browser."""

    def __init__(self) -> None:
        self._opened: list[tuple[str, Kind]] = []
        self._names: Counter[str] = Counter()
        self._kinds: Counter[Kind] = Counter()

    @property
    def kind(self) -> Kind:
        return next((kind for kind in Kind if self._kinds[kind]), Kind.PLAIN)

    def open(self, name: str, attributes: str) -> None:
        kind = _kind(name, attributes)
        self._opened.append((name, kind))
        self._names[name] += 1
        self._kinds[kind] += 1

    def close(self, name: str) -> None:
        closed = "" if self._names[name] else name
        while closed != name:
            closed, kind = self._opened.pop()
            self._names[closed] -= 1
            self._kinds[kind] -= 1


def _kind(name: str, attributes: str) -> Kind:
    if name == "blockquote" or QUOTED.search(attributes):
        return Kind.QUOTED
    if RULED_HEAD in attributes:
        return Kind.RULED
    if HEAD.search(attributes):
        return Kind.HEAD
    return Kind.SIGNATURE if SIGNATURE.search(attributes) else Kind.PLAIN
