"""What a mail newly says: without the history its program quoted and without the signature, in Indonesian and English.

Better a quoted word too many than a new one lost: where answers stand between quoted lines, everything stays. Goes over
the lines once, however hostile the text.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

LONGEST_LINE = 400  # no program writes a longer line above a quote
MOST_WRAPPED = 3
MOST_LABELS = 10
LONGEST_SIGNATURE = 12  # lines; a "--" with more below it was a mere divider
SHORTEST_RULE = 8

# A text with neither holds no history and no signature; nearly all first mails are done with these two looks.
SIGN = re.compile(
    r"\n[ \t*]{0,8}(?:[>_-]|(?:From|Dari|Pengirim)\b|[Ss]ent |[Dd]ikirim |[Tt]erkirim |Get Outlook|Dapatkan Outlook)"
)
COLON_AT_END = re.compile(r":[ \t]*\n")
FIRST_LETTERS = "-_*FBPADO"  # of a line that may lead in or forward, unless a colon at its end tells
SAID = re.compile(r"\b(?:wrote|menulis)\b.{0,60}:\Z|\A\d{4}-\d\d-\d\d .*<\S+@\S+>:\Z", re.IGNORECASE)
SOMEBODY_AT_SOME_TIME = re.compile(r"@|\d[:.]\d\d")
ORIGINAL = re.compile(
    r"[-_ ]{2,}(?:original (?:message|e-?mail|appointment)|reply message|previous message"
    r"|pesan (?:asli|sebelumnya)|e-?mail asli)[-_ ]{2,}\Z",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"[-_ ]*(?:begin |awal )?(?:forwarded (?:message|by)|pesan (?:yang )?(?:diteruskan|terusan))\b.{0,60}\Z",
    re.IGNORECASE,
)
LABEL = re.compile(
    r"\*?(?:(?P<sender>from|dari|pengirim)|sent|date|dikirim|terkirim|tanggal|to|kepada|ke|untuk|cc|tembusan"
    r"|subject|subjek|perihal|hal)\*? ?:",
    re.IGNORECASE,
)
PHONE_SIGNATURE = re.compile(
    r"(?:(?:sent|dikirim|terkirim) (?:from|via|using|dari|melalui|menggunakan|lewat)\b.{0,60}?"
    r"\b(?:iphone|ipad|android|samsung|galaxy|xiaomi|redmi|oppo|vivo|realme|huawei|blackberry|outlook|yahoo|gmail|mail"
    r"|hp|ponsel|smartphone|phone|mobile|tablet)\b|(?:get|dapatkan) outlook (?:for|untuk)\b).{0,60}\Z",
    re.IGNORECASE,
)


class _History(NamedTuple):
    """Lines start to quoted lead in what was said before; from quoted on stands what was said."""

    start: int
    quoted: int


def new_words(text: str) -> str:
    """The new part of a body, stripped. Never empty if the body has words: then all of it is new."""
    whole = text.strip()
    framed = f"\n{whole}\n"
    if not SIGN.search(framed) and not COLON_AT_END.search(framed):
        return whole
    written = whole.split("\n")
    lines = [line.strip() for line in written]
    start, stop = _new_range(lines)
    stop = _signature_start(lines, start, stop)
    return "\n".join(written[start:stop]).strip() or whole


def _new_range(lines: Sequence[str]) -> tuple[int, int]:
    history = _find_history(lines)
    if history is None:
        return 0, len(lines)
    if not _is_quote_next(lines, history.quoted):
        return 0, history.start
    answers = _answers(lines, history.quoted)
    if not answers:
        return 0, history.start
    if history.start == 0 and len(answers) == 1 and not any(line[:1] == ">" for line in lines[answers[0][1] :]):
        return answers[0]  # written below the quote
    return 0, len(lines)


def _find_history(lines: Sequence[str]) -> _History | None:
    """Where what was said before begins. What is forwarded to us is new to us."""
    for index, line in enumerate(lines):
        if not line:
            continue
        if line[0] == ">":
            return _History(_lead_above(lines, index), index)
        if line[0] in FIRST_LETTERS or line[-1] == ":":
            if FORWARDED.match(line):
                return None
            history = _lead_at(lines, index)
            if history:
                return history
    return None


def _lead_at(lines: Sequence[str], index: int) -> _History | None:
    line = lines[index]
    if len(line) > LONGEST_LINE:
        return None
    if line[0] in "-_":
        if ORIGINAL.match(line):
            return _History(index, _after_labels(lines, index + 1) or index + 1)
        if len(line) >= SHORTEST_RULE and not line.strip("-_"):
            after = _after_labels(lines, index + 1)
            return _History(index, after) if after else None
        return None
    if line[0] in "FDP*" and LABEL.match(line):
        after = _after_labels(lines, index)
        return _History(index, after) if after else None
    return _attribution_at(lines, index)


def _attribution_at(lines: Sequence[str], index: int) -> _History | None:
    """ "On ... wrote:" or "Pada ... menulis:", also over several lines. Without quoted lines it must name a person."""
    wrapped = MOST_WRAPPED if lines[index].startswith(("On ", "Pada ")) else 1
    for after in range(index + 1, min(index + wrapped, len(lines)) + 1):
        if not lines[after - 1].endswith(":"):
            continue
        said = " ".join(lines[index:after])
        if len(said) > LONGEST_LINE or not SAID.search(said):
            return None
        if SOMEBODY_AT_SOME_TIME.search(said) or _is_quote_next(lines, after):
            return _History(index, after)
    return None


def _after_labels(lines: Sequence[str], index: int) -> int:
    """Behind a block like From, Sent, To, Subject; 0 if none begins with the next words."""
    while index < len(lines) and not lines[index]:
        index += 1
    found: set[str] = set()
    after = 0
    for place in range(index, min(index + MOST_LABELS, len(lines))):
        label = LABEL.match(lines[place][:LONGEST_LINE])
        if place == index and not (label and label["sender"]):
            return 0
        if label:
            found.add(label[0].lower())
            after = place + 1
    return after if len(found) > 2 else 0


def _lead_above(lines: Sequence[str], quote: int) -> int:
    """Where the words that lead in a quote begin, in whatever language: a line or two that end with a colon."""
    last = quote - 1
    while last >= 0 and not lines[last]:
        last -= 1
    if last < 0 or not lines[last].endswith(":") or len(lines[last]) > LONGEST_LINE:
        return quote
    for begin in range(last, max(-1, last - MOST_WRAPPED), -1):
        if lines[begin].startswith(("On ", "Pada ")):
            return begin
    return last


def _is_quote_next(lines: Sequence[str], index: int) -> bool:
    while index < len(lines) and not lines[index]:
        index += 1
    return index < len(lines) and lines[index][0] == ">"


def _answers(lines: Sequence[str], index: int) -> list[tuple[int, int]]:
    """The runs of lines that are written between and below quoted ones."""
    found: list[tuple[int, int]] = []
    opened = False
    while index < len(lines):
        line = lines[index]
        lead = _lead_at(lines, index) if line and line[0] != ">" else None
        if line == "--" or (lead and not _is_quote_next(lines, lead.quoted)):
            break
        if lead:
            index = lead.quoted
            continue
        if line[:1] == ">":
            opened = False
        elif line and not PHONE_SIGNATURE.match(line):
            found[-1:] = [(found[-1][0], index + 1)] if opened else [*found[-1:], (index, index + 1)]
            opened = True
        index += 1
    return found


def _signature_start(lines: Sequence[str], start: int, stop: int) -> int:
    """Where the signature begins, or `stop` if there is none."""
    for index in range(max(start + 1, stop - LONGEST_SIGNATURE - 1), stop):
        if lines[index] == "--":
            stop = index
            break
    while stop > start and (not lines[stop - 1] or PHONE_SIGNATURE.match(lines[stop - 1])):
        stop -= 1
    return stop
