"""Mail as customers send it."""

from collections.abc import Iterator, Mapping

from channels_in.adapters.mail_addresses import mailboxes, recipients, reply_tokens
from channels_in.adapters.mail_automatic import reason_automatic
from channels_in.adapters.mail_body import content_of
from channels_in.adapters.mail_charsets import decoded, one_line
from channels_in.adapters.mail_fields import Fields, first, message_id, message_ids
from channels_in.adapters.mail_identity import made_up_id, mail_identity
from channels_in.adapters.mail_parts import read_mail
from channels_in.adapters.mail_values import sent_at, words
from channels_in.adapters.quotes import is_answer, new_words
from channels_in.events import IdentityKey, InboundMessage, UnreadableArrival

LONGEST_SUBJECT = 300
LONGEST_KEPT_VALUE = 2000
MOST_REFERENCES = 50
LOOP_MARK = "X-Tanggap-Loop"
KEPT_FIELDS = {
    name.lower().encode(): name
    for name in (
        *("Message-ID", "In-Reply-To", "Auto-Submitted", "Return-Path", "Delivered-To"),
        *("Authentication-Results", "X-Spam-Flag", LOOP_MARK),
    )
}


class EmailAdapter:
    """Reads raw RFC 5322 mail. Touches no database and knows no ticket."""

    def identify(self, body: bytes) -> tuple[str, str]:
        """What makes it the same mail when it comes twice by different ways; reads any bytes."""
        return mail_identity(body)

    def parse(self, body: bytes) -> Iterator[InboundMessage]:
        """Exactly one message.

        Raises UnreadableArrival: not_a_mail, too_large, mime_limits, no_sender, ambiguous_sender; nothing else.
        """
        mail = read_mail(body)
        fields = mail.fields
        name, address = _sender(fields)
        subject = words(first(fields, b"subject"), limit=LONGEST_SUBJECT)
        references = message_ids(
            [*fields.get(b"references", ()), *fields.get(b"in-reply-to", ())], most=MOST_REFERENCES
        )
        answering = is_answer(subject, references=bool(references))
        content = content_of(mail)
        yield InboundMessage(
            external_id=message_id(fields) or made_up_id(body),
            sender=IdentityKey("email", address),
            sender_name=name,
            subject=subject,
            text=_together(new_words(content.text, answering=answering, author=name), *content.cards),
            full_text=_together(content.text.strip(), *content.cards),
            html=content.html,
            to=recipients(fields.get(b"to", ())),
            cc=recipients(fields.get(b"cc", ())),
            references=references,
            tokens=reply_tokens(
                [
                    value
                    for field in (b"to", b"cc", b"delivered-to", b"x-original-to")
                    for value in fields.get(field, ())
                ]
            ),
            automatic=reason_automatic(fields, content_type=mail.content_type, address=address),
            sent_at=sent_at(first(fields, b"date")),
            files=tuple(content.files),
            invitations=content.invitations,
            remark=content.remark,
            headers=_kept(fields),
        )


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


def _shown(values: list[bytes] | tuple[bytes, ...]) -> str:
    return one_line(" | ".join(f"From: {decoded(value[:200])}" for value in values[:5]), limit=500)


def _kept(fields: Fields) -> Mapping[str, str]:
    """The few fields that later judgements need; of several with one name the first, which the nearest relay wrote."""
    return {
        name: one_line(decoded(values[0]), limit=LONGEST_KEPT_VALUE)
        for field, name in KEPT_FIELDS.items()
        if (values := fields.get(field))
    }
