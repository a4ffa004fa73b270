"""Text that its sender's program broke into lines for old screens, put together again (RFC 3676)."""

import re

QUOTED = re.compile(r">*+")
SIGNATURE = "-- "


def unflowed(text: str, *, joins_words: bool) -> str:
    """Paragraphs on one line each; quoted lines begin with "> " as many times as they are quoted.

    joins_words: the parameter DelSp=yes; the space at the end of a broken line then belongs to nobody.
    """
    finished: list[str] = []
    pieces: list[str] = []
    open_depth = 0
    for line in text.split("\n"):
        depth = QUOTED.match(line).end()  # type: ignore[union-attr]
        words = line[depth:].removeprefix(" ")
        if pieces and (depth != open_depth or words == SIGNATURE):
            finished.append(_line(open_depth, pieces))
            pieces = []
        open_depth = depth
        goes_on = words.endswith(" ") and words != SIGNATURE
        pieces.append(words[:-1] if goes_on and joins_words else words)
        if not goes_on:
            finished.append(_line(depth, pieces))
            pieces = []
    if pieces:
        finished.append(_line(open_depth, pieces))
    return "\n".join(finished)


def _line(depth: int, pieces: list[str]) -> str:
    return "> " * depth + "".join(pieces)
