"""Mails by which machines report on mails of ours: bounces, delays, read receipts, abuse reports, challenges.

What the standards describe (RFC 3464, 8098, 5965) is read here; what says the same in words, in mail_bounces.py.
"""

import re
from collections.abc import Iterator

from channels_in.adapters.mail_addresses import mailboxes, reply_tokens
from channels_in.adapters.mail_bounces import challenge_in, read_in_words, told_in_words
from channels_in.adapters.mail_charsets import decoded, one_line
from channels_in.adapters.mail_fields import Fields, first, message_id, message_ids, read_fields, with_line_feeds
from channels_in.adapters.mail_parts import Part
from channels_in.events import DeliveryReport, IdentityKey, Receipt, RecipientStatus

Report = DeliveryReport | Receipt
MOST_RECIPIENTS = 100
LOOKED_AT_BYTES = 64 * 1024
LONGEST_DETAIL = 500
STATUSES = ("message/delivery-status", "message/global-delivery-status")
DISPOSITIONS = ("message/disposition-notification", "message/global-disposition-notification")
RETURNED = (
    *("message/rfc822", "message/global", "text/rfc822-headers"),
    *("message/global-headers", "message/rfc822-headers"),
)
ADDRESSED = (b"to", b"delivered-to", b"x-original-to")
COMPLAINTS = (b"abuse", b"fraud", b"virus", b"other", b"complaint")
ACTIONS = ("failed", "delayed", "delivered", "relayed", "expanded")
BY_CLASS = {"2": "delivered", "4": "delayed", "5": "failed"}
ENHANCED = re.compile(r"\b[245]\.\d{1,3}\.\d{1,3}\b")
ID_IN_WORDS = re.compile(rb"^[>\s]*message-id\s*:\s*<([!-;=?-~]{3,250})>", re.IGNORECASE | re.MULTILINE)
TOKEN_IN_WORDS = re.compile(rb"\+([a-z0-9]{20,60})@")


def report_of(mail: Part, *, external_id: str, automatic: str) -> Report | None:
    """What the mail reports, or None where it is no report: then it is a message like others.

    automatic: why a machine wrote it, as mail_automatic says; a person's mail is never a report.
    """
    parts = list(_leaves(mail))
    kinds = {part.content_type for part in parts}
    if not automatic and not kinds.intersection(STATUSES + DISPOSITIONS):
        return None
    found = _Found(mail, parts, external_id)
    for part in parts:
        if part.content_type in STATUSES:
            statuses = tuple(_statuses(part.content()))
            return found.delivery(statuses) if statuses else None
        if part.content_type in DISPOSITIONS:
            return found.disposition(part)
        if part.content_type == "message/feedback-report":
            return found.complaint(part)
    return found.in_words()


class _Found:
    """A report with what it returns of our mail, by which it proves that it is about ours."""

    def __init__(self, mail: Part, parts: list[Part], external_id: str) -> None:
        self.fields, self.external_id = mail.fields, external_id
        self.words = b"\n".join(
            part.content()[:LOOKED_AT_BYTES] for part in parts if part.content_type == "text/plain" or part is mail
        )
        self.returned = [part.content()[:LOOKED_AT_BYTES] for part in parts if part.content_type in RETURNED]

    def delivery(self, statuses: tuple[RecipientStatus, ...]) -> DeliveryReport:
        return DeliveryReport(self.external_id, self._sender(), self._about(), statuses, tokens=self._tokens())

    def disposition(self, part: Part) -> Receipt:
        fields, _end = read_fields(with_line_feeds(part.content()), 0, LOOKED_AT_BYTES)
        named = message_ids(fields.get(b"original-message-id", ()), most=1)
        displayed = b"displayed" in first(fields, b"disposition").lower()
        return self._receipt("read" if displayed else "unread", about=named[0] if named else "")

    def complaint(self, part: Part) -> Receipt | None:
        fields, _end = read_fields(with_line_feeds(part.content()), 0, LOOKED_AT_BYTES)
        kind = first(fields, b"feedback-type").lower() or b"abuse"
        return self._receipt("abuse") if kind in COMPLAINTS else None

    def in_words(self) -> Report | None:
        text = decoded(self.words)
        told = told_in_words(self.fields, text)
        if told:
            return self.delivery(tuple(told))
        if read_in_words(self.fields, text):
            return self._receipt("read")
        return self._receipt("challenge") if challenge_in(self.fields, text) else None

    def _receipt(self, kind: str, *, about: str = "") -> Receipt:
        return Receipt(self.external_id, self._sender(), about or self._about(), kind, tokens=self._tokens())

    def _sender(self) -> IdentityKey:
        named = mailboxes(first(self.fields, b"from"))
        return IdentityKey("email", named[0].address if named else "")

    def _about(self) -> str:
        """The id of our mail: in what is returned, in the words, or what the report says it answers."""
        for returned in self.returned:
            if named := message_id(_fields_of(returned)):
                return named
        if written := ID_IN_WORDS.search(self.words):
            return written[1].decode("ascii")
        answered = [*self.fields.get(b"references", ()), *self.fields.get(b"in-reply-to", ())]
        ids = message_ids(answered, most=1)
        return ids[-1] if ids else ""

    def _tokens(self) -> tuple[str, ...]:
        """Tokens of ours: in the address it was sent to, which may be our return path, and in what is returned."""
        addressed = [value for name in ADDRESSED for value in self.fields.get(name, ())]
        found = dict.fromkeys(reply_tokens(addressed))
        for returned in self.returned:
            fields = _fields_of(returned)
            found |= dict.fromkeys(
                reply_tokens([value for name in (b"reply-to", b"return-path") for value in fields.get(name, ())])
            )
        found |= dict.fromkeys(token.decode() for token in TOKEN_IN_WORDS.findall(self.words)[:20])
        return tuple(found)


def _leaves(part: Part) -> Iterator[Part]:
    if not part.children:
        yield part
    for child in part.children:
        yield from _leaves(child)


def _fields_of(raw: bytes) -> Fields:
    lines = with_line_feeds(raw).lstrip(b"\r\n")
    return read_fields(lines, 0, len(lines))[0]


def _statuses(content: bytes) -> Iterator[RecipientStatus]:
    """The groups of fields that speak of one recipient each; the first group speaks of the mail."""
    blocks = re.split(rb"\n[ \t]*\r?\n", with_line_feeds(content))
    for block in blocks[: MOST_RECIPIENTS + 1]:
        fields = _fields_of(block)
        address = _address(fields)
        action = _action(fields)
        if address and action:
            yield RecipientStatus(address, action, _status(fields), _detail(fields))


def _address(fields: Fields) -> str:
    """As we wrote it, where the report knows that; else where it went in the end."""
    for name in (b"original-recipient", b"final-recipient", b"x-actual-recipient"):
        value = first(fields, name)
        named = mailboxes(value.rpartition(b";")[2].strip())
        if named:
            return named[0].address
    return ""


def _status(fields: Fields) -> str:
    written = ENHANCED.search(decoded(first(fields, b"status"))) or ENHANCED.search(
        decoded(first(fields, b"diagnostic-code"))
    )
    return written[0] if written else ""


def _action(fields: Fields) -> str:
    word = re.match(r"[a-z]*", decoded(first(fields, b"action")).strip().lower())
    if word and word[0] in ACTIONS:
        return word[0]
    return BY_CLASS.get(_status(fields)[:1], "")


def _detail(fields: Fields) -> str:
    return one_line(decoded(first(fields, b"diagnostic-code").partition(b";")[2]), limit=LONGEST_DETAIL)
