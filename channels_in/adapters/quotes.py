"""What a mail newly says: without the history its program quoted and without the signature, in Indonesian and English.

Better a quoted word too many than a new one lost: where answers stand between quoted lines, everything stays; what a
first mail or a forwarded one quotes is new to us. Goes over the lines once, however hostile the text.
"""

import re
from collections.abc import Sequence
from typing import NamedTuple

from channels_in.adapters.signatures import is_program_line, may_hold_signature, signature_start, without_glued

LONGEST_LINE = 400  # no program writes a longer line above a quote
MOST_WRAPPED = 3
MOST_LABELS = 10
SHORTEST_RULE = 8
MOST_LINES_TOLD_BELOW = 40  # how far down somebody says that the answers stand below

# A text with none of these holds no history and no signature; nearly all first mails are done with these looks.
SIGN = re.compile(
    r"\n[ \t*]{0,8}(?:[>_-]|(?:From|Dari|Pengirim|Von|Van|De|Daripada|发件人)\b"
    r"|[Ss]ent |[Dd]ikirim |[Tt]erkirim |Get |Dapatkan |Powered by )"
)
COLON_AT_END = re.compile(r"[:：][ \t]*\n")
FIRST_LETTERS = "-_*FBPADOV发"  # of a line that may lead in or forward, unless a colon at its end tells
COLONS = (":", "：")
VERBS = r"wrote|menulis|schreef|schrieb|écrit|escribió|escreveu|scritto|写道|寫道"
SAID = re.compile(
    rf"(?:\b(?:wrote|menulis)\b.{{0,60}}|(?:{VERBS}) ?)[:：]\Z|\A\d{{4}}-\d\d-\d\d .*<\S+@\S+>:\Z", re.IGNORECASE
)
SAID_AND_GOES_ON = re.compile(r"(?:On|Pada) .{4,250}?<[^<>\s]+@[^<>\s]+>,? ?(?:wrote|menulis): ")
SOMEBODY_AT_SOME_TIME = re.compile(r"@|\d[:.]\d\d")
AT_SOME_TIME = re.compile(r"\d[:.]\d\d")
# The customer speaks of us: "You wrote last week:". What is quoted then belongs to the sentence.
TO_US = re.compile(r"\b(?:you|your|anda|kamu|kalian|saudara)\b", re.IGNORECASE)
# The rest of a wrapped line: an address, a verb, or both.
WRAPPED_REST = re.compile(r"(?:<?[^\s<>]+@[^\s<>]+>,?)? ?(?:[^\s<>@]{1,15} ?){0,2}[:：]\Z")
ORIGINAL = re.compile(
    r"[-_ ]{2,}(?:original (?:message|e-?mail|appointment)|reply message|previous message"
    r"|pesan (?:asli|sebelumnya)|e-?mail asli|mesej asal|ursprüngliche nachricht|oorspronkelijk bericht"
    r"|message d'origine|mensaje original|mensagem original|messaggio originale|原始邮件|邮件原件)"
    r"[-_ ]{2,}(?:\Z|(?:from|dari|subject|subjek)\b)",
    re.IGNORECASE,
)
FORWARDED = re.compile(
    r"[-_ ]*(?:begin |awal )?(?:forwarded (?:message|by)|pesan (?:yang )?(?:diteruskan|terusan))\b.{0,60}\Z",
    re.IGNORECASE,
)
DASHED = re.compile(r"-{3,} ?(?:On|Pada) .{4,250}(?:wrote|menulis) ?(?:-{3,}|:)\Z")
OUTLOOK_RULE = "_" * 32
GROUPWISE = re.compile(r">>> .{1,250} >>>\Z")
LABEL = re.compile(
    r"\*?(?:(?P<sender>from|dari|pengirim|von|van|de|daripada|发件人)|sent|date|dikirim|terkirim|tanggal|to|kepada|ke|untuk"
    r"|cc|tembusan|subject|subjek|perihal|hal|gesendet|datum|an|betreff|verzonden|aan|onderwerp|envoyé|date|à|objet"
    r"|dihantar|发送时间|收件人|主题)\*? ?[:：]",
    re.IGNORECASE,
)
ANSWERS_BELOW = re.compile(
    r"\b(?:answer|comment|repl(?:y|ies)|response|remark)s?\b.{0,60}\b(?:below|in-?line|in (?:red|blue|green|colou?r))\b"
    r"|\b(?:jawab\w*|balas\w*|tanggap\w*|komentar\w*)\b.{0,60}\b(?:di ?bawah|warna|merah|biru|hijau|sela-sela)\b",
    re.IGNORECASE,
)


ANSWER = re.compile(
    r"(?:\[[^]]{1,40}\] ?)*+(?:re|bls|balas|aw|antw|sv|rép?|回复|回覆)(?:\[\d+\])? ?[:：]", re.IGNORECASE
)
FORWARD = re.compile(
    r"(?:\[[^]]{1,40}\] ?)*+(?:fwd?|trs|terusan|diteruskan|teruskan|wg|tr|doorst|转发)(?:\[\d+\])? ?[:：]",
    re.IGNORECASE,
)


class _History(NamedTuple):
    """Lines start to quoted lead in what was said before; from quoted on stands what was said."""

    start: int
    quoted: int


def is_answer(subject: str, *, references: bool) -> bool:
    """Whether a mail goes on with what was said before, by its subject or by the ids it names."""
    return not is_forwarded(subject) and (references or ANSWER.match(subject) is not None)


def is_forwarded(subject: str) -> bool:
    return FORWARD.match(subject) is not None


def new_words(text: str, *, answering: bool = True, author: str = "") -> str:
    """The new part of a body, stripped. Never empty if the body has words: then all of it is new.

    answering: False for a first mail and for a forwarded one, whose quotes are news. author: the sender's name.
    """
    whole = text.strip()
    framed = f"\n{whole}\n"
    if not (
        SIGN.search(framed)
        or COLON_AT_END.search(framed)
        or "wrote: " in whole
        or "menulis: " in whole
        or may_hold_signature(whole)
    ):
        return whole
    written = whole.split("\n")
    lines = [line.strip() for line in written]
    start, stop = _new_range(lines) if answering else (0, len(lines))
    stop = signature_start(lines, start, stop, author=author)
    return without_glued("\n".join(written[start:stop]).strip()) or whole


def _new_range(lines: Sequence[str]) -> tuple[int, int]:
    history = _find_history(lines)
    if history is None or _are_below(lines[: history.start]):
        return 0, len(lines)
    if not _is_quote_next(lines, history.quoted):
        return 0, history.start
    answers = _answers(lines, history.quoted)
    if not answers:
        return 0, history.start
    if history.start == 0 and len(answers) == 1 and not any(line[:1] == ">" for line in lines[answers[0][1] :]):
        return answers[0]  # written below the quote
    return 0, len(lines)


def _are_below(new: Sequence[str]) -> bool:
    """Somebody who says that the answers stand below, in red: no mark tells them from what is quoted."""
    told = new[:MOST_LINES_TOLD_BELOW]
    return any(ANSWERS_BELOW.search(line[:LONGEST_LINE]) for line in told)


def _find_history(lines: Sequence[str]) -> _History | None:
    """Where what was said before begins. What is forwarded to us is new to us."""
    cited = False
    for index, line in enumerate(lines):
        if not line:
            continue
        if line[0] == ">":
            cited = cited or _is_cited(lines, index)
            if not cited:
                return _quote_at(lines, index)
            continue
        cited = False
        if line[0] in FIRST_LETTERS or line[-1] in COLONS:
            if FORWARDED.match(line):
                return None
            history = _lead_at(lines, index)
            if history:
                return history
    return None


def _quote_at(lines: Sequence[str], index: int) -> _History:
    if GROUPWISE.match(lines[index]):  # it marks the head alone
        return _History(index, index + 1)
    return _History(_lead_above(lines, index), index)


def _lead_at(lines: Sequence[str], index: int) -> _History | None:
    line = lines[index]
    if line[0] in "-_" and ORIGINAL.match(line[:LONGEST_LINE]):
        return _History(index, _after_labels(lines, index + 1) or index + 1)
    if line[0] == "-" and DASHED.match(line[:LONGEST_LINE]) and SOMEBODY_AT_SOME_TIME.search(line):
        return _History(index, index + 1)
    if line[0] in "OP" and SAID_AND_GOES_ON.match(line[:LONGEST_LINE]):
        return _History(index, index + 1)
    if len(line) > LONGEST_LINE:
        return None
    if line[0] in "-_":
        if len(line) >= SHORTEST_RULE and not line.strip("-_"):
            after = _after_labels(lines, index + 1, ruled=line.startswith(OUTLOOK_RULE))
            return _History(index, after) if after else None
        return None
    if line[0] in "FDPV发*" and LABEL.match(line):
        after = _after_labels(lines, index, ruled=False)
        return _History(index, after) if after else None
    return _attribution_at(lines, index)


def _attribution_at(lines: Sequence[str], index: int) -> _History | None:
    """ "On ... wrote:" or "Pada ... menulis:", also over several lines. Without quoted lines it must name a person."""
    wrapped = MOST_WRAPPED if lines[index].startswith(("On ", "Pada ")) else 1
    for after in range(index + 1, min(index + wrapped, len(lines)) + 1):
        if not lines[after - 1].endswith(COLONS):
            if lines[after - 1].endswith((".", "!", "?")):
                return None  # a sentence of the customer's
            continue
        said = " ".join(lines[index:after])
        if len(said) > LONGEST_LINE or not SAID.search(said) or TO_US.search(said):
            return None
        if _is_quote_next(lines, after):
            return _History(_lead_above(lines, after), after)
        if SOMEBODY_AT_SOME_TIME.search(said):
            return _History(index, after)
    return None


def _after_labels(lines: Sequence[str], index: int, *, ruled: bool = True) -> int:
    """Behind a block like From, Sent, To, Subject; 0 if none begins with the next words.

    ruled: a program's own line stands above it; without one it must name an address, a time, or stand above a quote.
    """
    while index < len(lines) and not lines[index]:
        index += 1
    found: set[str] = set()
    after = 0
    for place in range(index, min(index + MOST_LABELS, len(lines))):
        line = lines[place][:LONGEST_LINE]
        label = LABEL.match(line)
        if place == index and not (label and label["sender"]):
            return 0
        if label:
            found.add(label[0].lower())
            after = place + 1
        elif line and not ("@" in line or ";" in line):  # a long list of recipients is wrapped
            break
    if len(found) < 3:
        return 0
    block = "\n".join(lines[index:after])
    return after if ruled or SOMEBODY_AT_SOME_TIME.search(block) or _is_quote_next(lines, after) else 0


def _line_above(lines: Sequence[str], quote: int) -> int:
    """The last line with words above, -1 if there is none."""
    last = quote - 1
    while last >= 0 and not lines[last]:
        last -= 1
    return last


def _is_cited(lines: Sequence[str], quote: int) -> bool:
    """Whether the customer's own sentence leads in the quote: "You wrote last week:"."""
    last = _line_above(lines, quote)
    if last < 0 or not lines[last].endswith(COLONS) or len(lines[last]) > LONGEST_LINE:
        return False
    return not _begins_lead(lines, last) and _lead_above(lines, quote) == quote


def _begins_lead(lines: Sequence[str], last: int) -> bool:
    said = lines[last]
    if TO_US.search(said) and "@" not in said:
        return False
    return bool(SAID.search(said) or SOMEBODY_AT_SOME_TIME.search(said))


def _lead_above(lines: Sequence[str], quote: int) -> int:
    """Where the words that lead in a quote begin, in whatever language: a line or two that end with a colon."""
    last = _line_above(lines, quote)
    if last < 0 or not lines[last].endswith(COLONS) or len(lines[last]) > LONGEST_LINE:
        return quote
    for begin in range(last, max(-1, last - MOST_WRAPPED), -1):
        if begin < last and (not lines[begin] or lines[begin].endswith((".", "!", "?"))):
            break
        if lines[begin].startswith(("On ", "Pada ")) and not TO_US.search(lines[begin]):
            return begin
        if begin < last and AT_SOME_TIME.search(lines[begin]) and WRAPPED_REST.match(lines[last]):
            return begin
    return last if _begins_lead(lines, last) else quote


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
        elif line and not is_program_line(line):
            found[-1:] = [(found[-1][0], index + 1)] if opened else [*found[-1:], (index, index + 1)]
            opened = True
        index += 1
    return found
