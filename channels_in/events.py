"""What an adapter makes of a stranger's bytes: our words for what happened on a channel."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

Remark = Literal["", "encrypted", "unopened", "not_whole"]


@dataclass(frozen=True, slots=True)
class IdentityKey:
    """An address as the database keeps it: a kind of customers.Identity; e-mail lower-cased, phone as E.164."""

    kind: str
    value: str


@dataclass(frozen=True, slots=True)
class InboundFile:
    """A file that came along. `content` is the decoded bytes; `content_id` is without angle brackets.

    stored_id: the files.StoredFile that already holds the bytes, for channels that upload first; then content is empty.
    spooled: the name of the file in the batch's folder that holds the bytes of a large one; then content is empty.
    """

    name: str
    content_type: str
    content: bytes = b""
    spooled: str = ""
    stored_id: int = 0
    inline: bool = False
    content_id: str = ""


@dataclass(frozen=True, slots=True)
class Invitation:
    """An event that a calendar program wrote about. Nothing is answered or accepted.

    method: request, cancel, reply, publish ... starts_at, ends_at: None where the moment is not certain; written then
    tells what stands there. whole_day: the day of starts_at in UTC, wherever one is.
    """

    method: str
    summary: str
    starts_at: datetime | None = None
    ends_at: datetime | None = None
    whole_day: bool = False
    written: str = ""
    repeats: bool = False
    location: str = ""
    organizer: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a complaint form asked beyond the words; all empty for a mail."""

    reference: str = ""
    query_type: str = ""
    desired_remedy: str = ""
    language: str = ""
    preferred_channel: str = ""
    phone: str = ""
    email: str = ""
    occurred_on: str = ""
    service_number: str = ""
    area: str = ""
    impact: str = ""


@dataclass(frozen=True, slots=True)
class InboundMessage:
    """One utterance of a customer, as its channel tells it.

    text: what is newly said, without quotes and signature; full_text: all of it; html: as received where an adapter
    gives it, made safe by channels_in.sanitise where the parse child does. answer: what is newly said where it turns
    out to answer us though it does not say so, empty where that is the same.
    external_id: the channel's own id (for mail the Message-ID without angle brackets, never empty).
    references: ids this message answers, the nearest last. tokens: reply tokens found in its recipient addresses.
    invitations: what a calendar part tells. remark: what a reader must know about the mail, as a code: "encrypted" (we
    cannot read it), "unopened" (a winmail.dat is damaged and kept as it came), "not_whole" (it is too large, or its
    markup too deep, to be shown whole), or empty.
    reply_to: the one address at which the sender wants the answer, empty where there is none.
    automatic: the reason why a machine wrote it ("auto-submitted", "list", ...), empty for a person.
    sent_at: the sender's claim, or None; never used for order or clocks.
    """

    external_id: str
    sender: IdentityKey
    sender_name: str
    subject: str
    text: str
    full_text: str
    answer: str = ""
    html: str = ""
    to: tuple[str, ...] = ()
    cc: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    tokens: tuple[str, ...] = ()
    reply_to: str = ""
    automatic: str = ""
    sent_at: datetime | None = None
    files: tuple[InboundFile, ...] = ()
    invitations: tuple[Invitation, ...] = ()
    remark: Remark = ""
    facts: Facts = field(default_factory=Facts)
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class RecipientStatus:
    """What a delivery report says of one recipient (RFC 3464 2.3).

    action: failed, delayed, delivered, relayed or expanded. status: an enhanced code such as 5.1.1, or empty.
    """

    address: str
    action: str
    status: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class DeliveryReport:
    """A mail server tells what became of a message of ours. Never a message on a ticket.

    about: the Message-ID of what it reports on, empty where it does not say. tokens: reply tokens found in what it
    returns; with an id that we gave out they prove that it speaks of our message (threats.md T13, T14).
    """

    external_id: str
    sender: IdentityKey
    about: str
    recipients: tuple[RecipientStatus, ...]
    tokens: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """A machine reports on a message of ours without being an answer. kind: read, unread (deleted unread), abuse or
    challenge.
    """

    external_id: str
    sender: IdentityKey
    about: str
    kind: str
    tokens: tuple[str, ...] = ()
    headers: Mapping[str, str] = field(default_factory=dict)


InboundEvent = InboundMessage | DeliveryReport | Receipt


class UnreadableArrival(Exception):
    """The bytes cannot become a message. `reason` is a short code such as `no_sender`, shown on the staff page."""

    def __init__(self, reason: str, detail: str = "") -> None:
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
