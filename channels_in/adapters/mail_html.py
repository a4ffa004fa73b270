"""The words of an HTML body as plain text, for reading, searching and quoting; not for showing as HTML."""

import html
import re

READ_CHARACTERS = 1_000_000

# Each runs to the end of the text when it is never closed, as in a browser: so no search is repeated.
UNSEEN = re.compile(
    r"<(?:!--.*?(?:-->|\Z)|(script|style|head|title|template|svg|math|object|textarea|select)\b[^<>]*>"
    r".*?(?:</\1\s*>|(?=<body\b)|\Z))",
    re.DOTALL | re.IGNORECASE,
)
PREFORMATTED = re.compile(r"<pre\b[^<>]*>.*?(?:</pre\s*>|\Z)", re.DOTALL | re.IGNORECASE)
QUOTE = re.compile(r"<(/?)blockquote\b[^<>]*>", re.IGNORECASE)
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
    if QUOTE.search(markup):
        return _with_quotes(markup)
    return _plain(markup)


def _with_quotes(markup: str) -> str:
    """split() gives text, slash, text, slash, text: a slash closes a quote, none opens one."""
    pieces = QUOTE.split(markup)
    texts = [_plain(pieces[0])]
    depth = 0
    for slash, piece in zip(pieces[1::2], pieces[2::2], strict=True):
        depth = max(0, depth - 1) if slash else depth + 1
        text = _plain(piece)
        if text:
            texts.append(text if not depth else "> " + text.replace("\n", "\n> "))
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
