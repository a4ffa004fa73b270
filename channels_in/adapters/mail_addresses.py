"""Who speaks and who is spoken to: mailboxes in From, To and the like. Nothing here ever raises."""

import re
from collections.abc import Sequence
from typing import NamedTuple

from channels_in.adapters.mail_charsets import decoded
from channels_in.adapters.mail_values import words

LONGEST_ADDRESS = 254
LONGEST_NAME = 200
MOST_RECIPIENTS = 50
MOST_LISTED = 1000

# Nearly every mailbox looks like one of these two; the rest is taken apart piece by piece.
USUAL = re.compile(rb'(?:"?([^"<>,;:()@\\]*+)"?[ \t]*+)?<([^<>\s,;:()"\\@]++@[^<>\s,;:()"\\@]++)>')
BARE = re.compile(rb'[^<>\s,;:()"\\@]++@[^<>\s,;:()"\\@]++')
PIECE = re.compile(
    r'(?P<word>=\?[^?\s]+\?[bBqQ]\?[^?]*+\?=)|"(?P<quoted>(?:[^"\\]|\\.){0,500}+)"|<(?P<address>[^<>]*+)>'
    r'|\((?P<comment>[^()]*+)\)|(?P<mark>[,;:])|(?P<text>[^",;:<>()=]++|.)',
    re.DOTALL,
)
# An encoded word inside an address is nobody's address: it must never be read as somebody's.
ADDRESS = re.compile(r'(?!=\?)[^\s<>()\[\]\\,;:"@]{1,200}@(?:[^\s<>()\[\]\\,;:"@]{1,200}|\[[0-9a-fA-F.:]{2,50}\])')
ESCAPED = re.compile(r"\\(.)", re.DOTALL)
TOKEN = re.compile(r"[a-z0-9]{20,60}")


class Mailbox(NamedTuple):
    """A display name, which may be empty, and an address in lower case."""

    name: str
    address: str


def mailboxes(value: bytes) -> list[Mailbox]:
    """Everybody who is named in an address field with an address that can be one; names of groups are passed over."""
    usual = USUAL.fullmatch(value)
    if usual:
        return _valid(words(usual[1] or b"", limit=LONGEST_NAME), usual[2].decode("utf-8", "replace"))
    if BARE.fullmatch(value):
        return _valid("", value.decode("utf-8", "replace"))
    return _taken_apart(decoded(value))


def recipients(values: Sequence[bytes]) -> tuple[str, ...]:
    """The different addresses in these fields; a mail to a thousand people is cut, the raw mail keeps them."""
    listed = [mailbox.address for value in values for mailbox in mailboxes(value)[:MOST_RECIPIENTS]]
    return tuple(dict.fromkeys(listed))[:MOST_RECIPIENTS]


def reply_tokens(values: Sequence[bytes]) -> tuple[str, ...]:
    """What stands behind the last plus of a recipient's address and may be a token of ours.

    Only as it was given out: what a gateway has written in capitals is not intact (threats.md T05).
    """
    found: dict[str, None] = {}
    for value in values:
        if b"+" not in value:
            continue
        for mailbox in mailboxes(value)[:MOST_LISTED]:
            token = mailbox.address.rpartition("@")[0].rpartition("+")[2]
            if TOKEN.fullmatch(token) and token.encode() in value:
                found.setdefault(token)
    return tuple(found)


def _valid(name: str, address: str) -> list[Mailbox]:
    address = address.strip().lower()
    if len(address) > LONGEST_ADDRESS or not ADDRESS.fullmatch(address) or not address.isprintable():
        return []
    return [Mailbox(name, address)]


def _taken_apart(value: str) -> list[Mailbox]:
    found: list[Mailbox] = []
    phrase, address, comment = "", "", ""
    for piece in PIECE.finditer(value + ","):
        kind, text = piece.lastgroup, piece[piece.lastgroup or 0]
        if kind == "address":
            address = text
        elif kind == "comment":
            comment = text
        elif kind != "mark":
            phrase += ESCAPED.sub(r"\1", text) if kind == "quoted" else text
        else:
            found += _finished(phrase.strip(), address, comment)
            phrase = phrase.strip()
            goes_on = text == "," and not address and "@" not in phrase  # Santoso, Budi <budi@...>
            phrase = f"{phrase}, " if goes_on and 0 < len(phrase) < LONGEST_NAME else ""
            address = comment = ""
        if len(found) >= MOST_LISTED:
            break
    return found


def _finished(phrase: str, address: str, comment: str) -> list[Mailbox]:
    if address:
        return _valid(_name(phrase or comment), address)
    bare = [word for word in phrase.split() if "@" in word]
    rest = " ".join(word for word in phrase.split() if "@" not in word)
    return [mailbox for address in bare for mailbox in _valid(_name(comment or rest), address)]


def _name(text: str) -> str:
    return words(text.encode("utf-8", "replace"), limit=LONGEST_NAME)
