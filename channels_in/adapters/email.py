"""Mail as customers send it."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from channels_in.adapters.mail_addresses import mailboxes, recipients, reply_tokens
from channels_in.adapters.mail_automatic import reason_automatic
from channels_in.adapters.mail_body import content_of
from channels_in.adapters.mail_charsets import decoded, one_line
from channels_in.adapters.mail_fields import (
    Fields,
    after_envelope,
    first,
    message_id,
    message_ids,
    read_fields,
    with_line_feeds,
)
from channels_in.adapters.mail_identity import made_up_id, mail_identity
from channels_in.adapters.mail_parts import Part, read_mail
from channels_in.adapters.mail_reports import report_of
from channels_in.adapters.mail_values import content_type, sent_at, words
from channels_in.adapters.quotes import is_answer, is_forwarded, new_words
from channels_in.events import IdentityKey, InboundEvent, InboundMessage, UnreadableArrival

LONGEST_SUBJECT = 300
LONGEST_KEPT_VALUE = 2000
MOST_REFERENCES = 50
LOOP_MARK = "X-Tanggap-Loop"
KEPT_FIELDS = {
    name.lower().encode(): name
    for name in (
        *("Message-ID", "In-Reply-To", "Auto-Submitted", "Return-Path", "Delivered-To"),
        *("Reply-To", LOOP_MARK),
    )
}
MOST_RESULTS = 10
# The marks of spam filters; which of them is believed, and with which value, is a setting of the mailbox.
SPAM_FIELD = re.compile(rb"x-[a-z0-9-]*(?:spam|scl|junk|virus|rspamd)[a-z0-9-]*")


class EmailAdapter:
    """Reads raw RFC 5322 mail. Touches no database and knows no ticket."""

    def identify(self, body: bytes) -> tuple[str, str]:
        """What makes it the same mail when it comes twice by different ways; reads any bytes."""
        return mail_identity(body)

    def parse(self, body: bytes) -> Iterator[InboundEvent]:
        """Exactly one event: what somebody says, or what a machine reports on mail of ours.

        Raises UnreadableArrival: not_a_mail, too_large, mime_limits, no_sender, ambiguous_sender; nothing else.
        """
        mail = read_mail(body)
        fields = mail.fields
        external_id = message_id(fields) or made_up_id(body)
        automatic = reason_automatic(fields, content_type=mail.content_type, address=_claimed(fields))
        report = report_of(mail, external_id=external_id, automatic=automatic)
        if report:
            yield report
            return
        yield _message(mail, external_id=external_id, automatic=automatic)


@dataclass(frozen=True, slots=True)
class Writer:
    """Who wrote a mail of which only the header was kept. automatic: why a machine did; results: as in `headers`."""

    name: str
    address: str
    subject: str
    automatic: str
    results: str


def writer_of(header: bytes) -> Writer | None:
    """Reads a header alone; None where it is not plain who wrote."""
    lines = with_line_feeds(header)
    fields, _end = read_fields(lines, after_envelope(lines), len(lines))
    try:
        name, address = _sender(fields)
    except UnreadableArrival:
        return None
    kind = content_type(first(fields, b"content-type"))
    automatic = reason_automatic(fields, content_type=kind, address=address)
    subject = words(first(fields, b"subject"), limit=LONGEST_SUBJECT)
    return Writer(name, address, subject, automatic, _kept(fields).get("Authentication-Results", ""))


def _message(mail: Part, *, external_id: str, automatic: str) -> InboundMessage:
    """What somebody says. Raises UnreadableArrival: no_sender, ambiguous_sender."""
    fields = mail.fields
    name, address = _sender(fields)
    subject = words(first(fields, b"subject"), limit=LONGEST_SUBJECT)
    references = message_ids([*fields.get(b"references", ()), *fields.get(b"in-reply-to", ())], most=MOST_REFERENCES)
    tokens = _tokens(fields)
    content = content_of(mail)
    text, answer = _newly_said(content.text, subject, name, references=bool(references), tokens=bool(tokens))
    return InboundMessage(
        external_id=external_id,
        sender=IdentityKey("email", address),
        sender_name=name,
        subject=subject,
        text=_together(text, *content.cards),
        full_text=_together(content.text.strip(), *content.cards),
        answer=_together(answer, *content.cards) if answer else "",
        html=content.html,
        reply_to=_reply_to(fields),
        to=recipients(fields.get(b"to", ())),
        cc=recipients(fields.get(b"cc", ())),
        references=references,
        tokens=tokens,
        automatic=automatic,
        sent_at=sent_at(first(fields, b"date")),
        files=tuple(content.files),
        invitations=content.invitations,
        remark=content.remark,
        headers=_kept(fields),
    )


def _tokens(fields: Fields) -> tuple[str, ...]:
    addressed = (b"to", b"cc", b"delivered-to", b"x-original-to")
    return reply_tokens([value for field in addressed for value in fields.get(field, ())])


def _newly_said(text: str, subject: str, author: str, *, references: bool, tokens: bool) -> tuple[str, str]:
    """The new words, and those there are if it is an answer without saying so: sent to what may be a reply address."""
    said = new_words(text, answering=is_answer(subject, references=references), author=author)
    if references or not tokens or is_forwarded(subject):
        return said, ""
    answer = new_words(text, author=author)
    return said, answer if answer != said else ""


def _sender(fields: Fields) -> tuple[str, str]:
    """Name and address of the one who wrote. Where it is not plain who that is, nobody is taken."""
    values = fields.get(b"from", ())
    found = [mailbox for value in values[:2] for mailbox in mailboxes(value)]
    if len(values) > 1 or len(found) > 1:
        raise UnreadableArrival("ambiguous_sender", _shown(values))
    if not found:
        raise UnreadableArrival("no_sender", _shown(values))
    return found[0].name, found[0].address


def _together(*texts: str) -> str:
    return "\n\n".join(filter(None, texts))


def _reply_to(fields: Fields) -> str:
    """Where the sender wants answers, where that is one address."""
    found = {mailbox.address for value in fields.get(b"reply-to", ()) for mailbox in mailboxes(value)}
    return found.pop() if len(found) == 1 else ""


def _claimed(fields: Fields) -> str:
    """What stands as the sender, which mail systems often give without a domain; only to tell machines by."""
    written = first(fields, b"from")
    found = mailboxes(written)
    return found[0].address if found else f"{decoded(written[:100]).strip(' <>').lower()}@"


def _shown(values: list[bytes] | tuple[bytes, ...]) -> str:
    return one_line(" | ".join(f"From: {decoded(value[:200])}" for value in values[:5]), limit=500)


def _kept(fields: Fields) -> Mapping[str, str]:
    """The few fields that later judgements need; of several with one name the first, which the nearest relay wrote.

    Of Authentication-Results all, one a line, from the top: one mail server may write several.
    """
    kept = {
        name: one_line(decoded(values[0]), limit=LONGEST_KEPT_VALUE)
        for field, name in KEPT_FIELDS.items()
        if (values := fields.get(field))
    }
    kept |= {
        decoded(field).title(): one_line(decoded(values[0]), limit=LONGEST_KEPT_VALUE)
        for field, values in fields.items()
        if SPAM_FIELD.match(field)
    }
    results = fields.get(b"authentication-results", ())[:MOST_RESULTS]
    if results:
        lines = (one_line(decoded(value), limit=LONGEST_KEPT_VALUE) for value in results)
        kept["Authentication-Results"] = "\n".join(lines)
    return kept
