"""What a channel hands to the tickets: the words of one utterance and where it belongs."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from customers.models import Customer, Identity
from files.models import StoredFile
from policies.models import Channel
from tickets.models import Conversation, Message, Ticket


@dataclass(slots=True)
class IncomingFile:
    """A file that came with a message, already stored."""

    stored: StoredFile
    name: str
    inline: bool = False
    content_id: str = ""


@dataclass(slots=True)
class Incoming:
    """One inbound message on its way into a ticket.

    conversation: the thread it belongs to, or None for a new matter. follows: an earlier item of the same batch whose
    thread it belongs to; then conversation is None. taking_part: a third party whom the staff has confirmed.
    spam: the company's own mail server says so. remarks: codes of what is odd about it.
    reference, query_type and facts: what a form already settled.
    `message`, `ticket`, `opened` and `reopened` are filled in by take_in.
    """

    channel: Channel
    customer: Customer
    identity: Identity
    received_at: datetime
    text: str
    subject: str = ""
    full_text: str = ""
    html: str = ""
    from_address: str = ""
    from_name: str = ""
    to: Sequence[str] = ()
    cc: Sequence[str] = ()
    external_id: str = ""
    automatic: str = ""
    trust: str = Message.Trust.UNVERIFIED
    threaded_by: str = ""
    taking_part: bool = False
    spam: bool = False
    remarks: Sequence[str] = ()
    sent_at: datetime | None = None
    files: Sequence[IncomingFile] = ()
    conversation: Conversation | None = None
    follows: "Incoming | None" = None
    reference: str = ""
    query_type_id: int | None = None
    team_id: int | None = None
    priority: str = ""
    facts: dict[str, object] = field(default_factory=dict)
    language: str = ""

    message: Message | None = None
    ticket: Ticket | None = None
    opened: bool = False
    reopened: bool = False

    @property
    def is_aside(self) -> bool:
        """Whether it is part of a thread with a third party, beside the customer's."""
        thread = self.conversation or (self.follows.conversation if self.follows else None)
        return thread is not None and thread.kind == Conversation.Kind.THIRD_PARTY

    @property
    def is_held_back(self) -> bool:
        """Read by the staff alone until somebody lets it in: from somebody else, or not from who it says."""
        return self.trust in (Message.Trust.FAILED, Message.Trust.THIRD_PARTY) and not self.taking_part

    @property
    def is_quiet(self) -> bool:
        """No word of the customer's: it reopens nothing, stops no wait, gets no answer (threats.md T01, T06, T10)."""
        return bool(self.automatic) or self.is_held_back
