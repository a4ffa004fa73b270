"""The first look at what came, before or without understanding it: who seems to have sent it, and about what."""

import json
from dataclasses import dataclass
from typing import Any

from channels_in.adapters.mail_addresses import Mailbox, mailboxes
from channels_in.adapters.mail_fields import after_envelope, first, read_fields, with_line_feeds
from channels_in.adapters.mail_values import words
from policies.models import Channel

HEAD_BYTES = 16 * 1024
SENDER_CHARACTERS, SUBJECT_CHARACTERS = 200, 300


@dataclass(frozen=True, slots=True)
class Glance:
    """As far as it can be read; nothing here is proven."""

    sender: str = ""
    subject: str = ""


def glance(kind: str, head: bytes) -> Glance:
    """kind: of the channel it came by. head: its first bytes. Never raises."""
    return _mail(head) if kind == Channel.Kind.EMAIL else _form(head)


def _mail(head: bytes) -> Glance:
    raw = with_line_feeds(head)
    fields, _end = read_fields(raw, after_envelope(raw), len(raw))
    value = first(fields, b"from") or first(fields, b"sender")
    named = mailboxes(value)
    sender = _written(named[0]) if named else words(value, limit=SENDER_CHARACTERS).strip(" <>,;")
    return Glance(sender[:SENDER_CHARACTERS], words(first(fields, b"subject"), limit=SUBJECT_CHARACTERS))


def _written(mailbox: Mailbox) -> str:
    return f"{mailbox.name} <{mailbox.address}>" if mailbox.name else mailbox.address


def _form(head: bytes) -> Glance:
    try:
        told: Any = json.loads(head)
    except (ValueError, RecursionError):
        return Glance()
    if not isinstance(told, dict):
        return Glance()
    sender = " ".join(str(told[name]) for name in ("name", "email", "phone") if told.get(name))
    return Glance(sender[:SENDER_CHARACTERS], str(told.get("subject") or told.get("text") or "")[:SUBJECT_CHARACTERS])
