"""Bytes of any charset, honest or mislabelled, become clean text. Nothing here ever raises."""

import re
from encodings.aliases import aliases
from unicodedata import normalize

# Codecs a mail may name. The rest of Python's list (zip, idna, unicode_escape ...) is not for strangers.
STATEFUL = frozenset({"utf_7", "hz", *(codec for codec in aliases.values() if codec.startswith("iso2022_"))})
MULTIBYTE = frozenset(
    (
        *("big5", "big5hkscs", "cp932", "cp949", "cp950", "gb18030", "gb2312", "gbk", "johab", "euc_kr"),
        *("euc_jp", "euc_jis_2004", "euc_jisx0213", "shift_jis", "shift_jis_2004", "shift_jisx0213"),
        *("utf_16", "utf_16_be", "utf_16_le", "utf_32", "utf_32_be", "utf_32_le"),
    )
)
SINGLE_BYTE = frozenset(
    codec
    for codec in {"ascii", "cp874", "koi8_t", "koi8_u", *aliases.values()}
    if codec.startswith(("ascii", "cp12", "cp43", "cp7", "cp8", "iso8859_", "koi8_", "latin_1", "mac_", "tis_", "ptcp"))
)
# What senders mean when they say so: the larger set that contains the named one, as browsers do.
MEANT = {
    "ascii": "cp1252",
    "latin_1": "cp1252",
    "iso8859_9": "cp1254",
    "iso8859_11": "cp874",
    "tis_620": "cp874",
    "euc_kr": "cp949",
    "gb2312": "gb18030",
    "gbk": "gb18030",
    "shift_jis": "cp932",
}
NOT_IN_PYTHON = {
    "windows-874": "cp874",
    "windows-31j": "cp932",
    "x-sjis": "cp932",
    "x-gbk": "gb18030",
    "iso-8859-8-i": "iso8859_8",
    "utf8mb4": "utf_8",
}
CODECS = NOT_IN_PYTHON | {
    name.replace("_", "-"): MEANT.get(codec, codec)
    for codec in STATEFUL | MULTIBYTE | SINGLE_BYTE | {"utf_8"}
    for name in {codec, *(alias for alias, target in aliases.items() if target == codec)}
}
LABEL = re.compile(r"[a-z0-9][a-z0-9:.+-]{0,39}")
STRIPPED_BYTES = bytes(code for code in range(32) if code not in b"\t\n\r") + b"\x7f"
# C0 and C1 controls, halves of surrogate pairs and noncharacters: no database column and no screen wants them.
STRIPPED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff\ufdd0-\ufdef\ufffe\uffff]")
# Marks that reorder or hide what a person reads; harmless in a body, a trick in a name.
MISLEADING = re.compile("[\u200b\u200e\u200f\u202a-\u202e\u2060\u2066-\u2069\ufeff]")
SPACES = re.compile(r"\s+")


def decoded(content: bytes, charset: str = "") -> str:
    """The text of a body: lines end in a newline, no control characters.

    charset: as the sender labelled it; may be empty, unknown or wrong. Valid UTF-8 wins over a single-byte label,
    because such a label fits any bytes and is the one most often wrong.
    """
    codec = codec_named(charset) if charset else ""
    if content.isascii() and codec not in STATEFUL and codec not in MULTIBYTE:
        text = content.translate(None, STRIPPED_BYTES).decode("ascii")
    else:
        text = without_controls(_guessed(content, codec))
    if "\r" in text:
        text = text.replace("\r\n", "\n").replace("\r", "\n")
    return text


def beginning(content: bytes, most: int) -> bytes:
    """At most so many bytes of a text, not cut inside a character where that can be told."""
    if len(content) <= most:
        return content
    end = content.rfind(b"\n", most - 1000, most) + 1 or most
    while content[end] & 0xC0 == 0x80 and end > most - 4:  # goes on with a character of UTF-8
        end -= 1
    return content[:end]


def codec_named(charset: str) -> str:
    """The codec meant by a label, empty if it names none that we read."""
    label = charset.strip(" \t\"'").lower().replace("_", "-")
    return CODECS.get(label, "") if LABEL.fullmatch(label) else ""


def without_controls(text: str) -> str:
    return STRIPPED.sub("", text)


def one_line(text: str, *, limit: int) -> str:
    """Text for a subject or a name: one line, single spaces, nothing invisible, at most `limit` characters."""
    if text.isprintable() and "  " not in text:
        return text.strip()[:limit].rstrip()
    text = MISLEADING.sub("", text)
    return SPACES.sub(" ", without_controls(SPACES.sub(" ", text))).strip()[:limit].rstrip()


def _guessed(content: bytes, codec: str) -> str:
    if codec in STATEFUL or codec in MULTIBYTE:
        candidates = (codec, "utf_8")
    elif codec:
        candidates = ("utf_8", codec)
    else:
        candidates = ("utf_8", "cp1252")
    for candidate in candidates:
        try:
            text = content.decode(candidate)
            return normalize("NFC", text) if candidate == "cp1258" else text  # it writes accents apart
        except UnicodeError:
            continue
    return content.decode(codec or "cp1252", "replace")
