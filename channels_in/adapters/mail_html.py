"""The words of an HTML body as plain text, for reading, searching and quoting; not for showing as HTML."""

import html
import re

from channels_in.adapters.mail_frames import Kind, is_marked, pieces

READ_CHARACTERS = 1_000_000

# Each runs to the end of the text when it is never closed, as in a browser: so no search is repeated.
UNSEEN = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|(script|style|head|title|template|svg|math|object|textarea|select)\b[^<>]*>"
    r".*?(?:</\1\s*>|(?=<body\b)|\Z))",
    re.DOTALL | re.IGNORECASE,
)
PREFORMATTED = re.compile(r"<pre\b[^<>]*>.*?(?:</pre\s*>|\Z)", re.DOTALL | re.IGNORECASE)
RULE = "_" * 32  # as Outlook draws it in plain text
SPACES = re.compile(r"[ \t\n\r\f]{2,}|[\t\n\r\f]")
PARAGRAPH = re.compile(r"</?(?:p|h[1-6]|ul|ol|table|pre|hr)\b[^<>]*>", re.IGNORECASE)
ITEM = re.compile(r"(?:</li\s*> ?)?<li\b[^<>]*>", re.IGNORECASE)
# One after the other they make one new line, as on a screen.
BLOCKS = re.compile(
    r"(?:</?(?:div|tr|li|dt|dd|section|article|header|footer|address|center|form|figure|body|caption)\b[^<>]*> ?)++",
    re.IGNORECASE,
)
BREAK = re.compile(r"<br\b[^<>]*>", re.IGNORECASE)
CELL = re.compile(r"</t[dh]\s*>", re.IGNORECASE)
# An attribute may hold a ">" between its quotes; a "<" ends the search, so no character is read more than twice.
TAG = re.compile(r'<[a-zA-Z/!?](?:[^<>"]|"[^"<]*"|")*+>')
LONG_REFERENCE = re.compile(r"&#[xX]?[0-9a-fA-F]{8,};?")
BLANKS = re.compile(r"[ \t\xa0\u200b\u200c\ufeff]{2,}|[\t\xa0\u200b\u200c\ufeff]")
EMPTY_LINES = re.compile(r"\n{3,}")


def html_to_text(markup: str) -> str:
    """What a person would read, paragraph by paragraph; quoted lines begin with "> ". Takes linear time."""
    markup = UNSEEN.sub("", markup[:READ_CHARACTERS])
    if is_marked(markup):
        return _with_marks([(piece.kind, _plain(piece.markup)) for piece in pieces(markup)])
    return _plain(markup)


def _with_marks(found: list[tuple[Kind, str]]) -> str:
    """What a program marks in HTML, marked as in plain text: by "> ", by a rule, by "-- "."""
    spoken = [(kind, text) for kind, text in found if text]
    texts: list[str] = []
    for place, (kind, text) in enumerate(spoken):
        ends = place + 1 == len(spoken) or spoken[place + 1][0] is not Kind.PLAIN
        if kind is Kind.QUOTED:
            texts.append("> " + text.replace("\n", "\n> "))
        elif kind is Kind.RULED:
            texts.append(f"{RULE}\n{text}")
        elif kind is Kind.SIGNATURE and ends:
            texts[-1:] = [last.removesuffix("--").rstrip() for last in texts[-1:]]
            texts.append("-- \n" + text.removeprefix("--").lstrip())
        else:
            texts.append(text)
    return "\n\n".join(texts).strip()


def _plain(markup: str) -> str:
    if "<pre" in markup or "<PRE" in markup:
        markup = PREFORMATTED.sub(lambda found: found[0].replace("\n", "<br>"), markup)
    text = SPACES.sub(" ", markup)
    text = PARAGRAPH.sub("\n\n", text)
    text = ITEM.sub("\n- ", text)
    text = BLOCKS.sub("\n", text)
    text = BREAK.sub("\n", text)
    text = CELL.sub(" ", text)
    text = TAG.sub("", text)
    if "&" in text:
        text = html.unescape(LONG_REFERENCE.sub("\ufffd", text))
    text = BLANKS.sub(" ", text)
    lines = [line.strip() for line in text.split("\n")]
    return EMPTY_LINES.sub("\n\n", "\n".join(lines)).strip()
