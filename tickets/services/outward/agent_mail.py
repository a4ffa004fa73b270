"""Answering customers by mail: an agent is sent what the customer wrote, and may answer the mail.

An answer needs all three: the token that only this agent was sent for this conversation, a sender whose domain vouches
for the mail, and the right to change the ticket now (threats.md T02).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from core.secrets import read_ids, sign_id, sign_ids
from policies.models import Channel
from staff.models import User
from tickets.services.inward.incoming import Incoming
from tickets.services.outward.outgoing import LOOP_MARK, LOOP_TOKEN, mailbox_for

AGENT_TOKEN = "agent"  # noqa: S105 (what the token is for)
CUT_HERE = "##-"  # begins the line above which an agent writes, in every language
ORDER = "agent-"


@dataclass(frozen=True, slots=True)
class Key:
    """Whom a token was sent to, and what it lets them answer."""

    user_id: int
    conversation_id: int


def key_in(tokens: Iterable[str]) -> Key | None:
    """The first agent's token among these that is intact."""
    for token in tokens:
        numbers = read_ids(AGENT_TOKEN, token, 2)
        if numbers:
            return Key(*numbers)
    return None


def conversation_of(order_key: str) -> int:
    """The conversation that a notification of ours was about, by its order key; 0 where it was none."""
    number = order_key.rpartition("-")[2]
    return int(number) if order_key.startswith(ORDER) and number.isdecimal() else 0


def words_of(text: str) -> str:
    """What the agent wrote, without the notification below it."""
    return text.partition(CUT_HERE)[0].strip().rstrip(">").rstrip()


def notify(items: Sequence[Incoming], *, now: datetime) -> None:
    """Send the customer's words to owners who want them by mail. Runs in the caller's transaction."""
    owned = [item for item in items if item.ticket and item.ticket.owner_id and item.ticket.is_open]
    if not owned:
        return
    wanting = User.objects.filter(is_active=True, mail_notices=True)
    owners = wanting.in_bulk({item.ticket.owner_id for item in owned if item.ticket})
    channels = {item.channel.pk: item.channel for item in owned}
    senders = {pk: mailbox_for(channel) for pk, channel in channels.items()} if owners else {}
    outgoing = []
    for item in owned:
        owner = owners.get(item.ticket.owner_id or 0) if item.ticket else None
        mailbox = senders.get(item.channel.pk)
        if owner and mailbox and owner.email.lower() != item.from_address:
            outgoing.append(_outgoing(item, owner, mailbox))
    outbox.queue(outgoing, now=now)


def _outgoing(item: Incoming, owner: User, mailbox: Channel) -> Outgoing:
    assert item.ticket is not None
    assert item.conversation is not None
    local, _at, host = mailbox.address.partition("@")
    token = sign_ids(AGENT_TOKEN, owner.pk, item.conversation.pk)
    with translation.override(owner.language):
        name = item.from_name or item.customer.name or item.from_address
        return Outgoing(
            channel=mailbox,
            recipients=[Recipient(owner.email, owner.name)],
            subject=_("%(name)s wrote: %(subject)s [%(reference)s]")
            % {"name": name, "subject": item.ticket.subject, "reference": item.ticket.reference},
            text=_text(item, name),
            headers={
                "Reply-To": f"{local}+{token}@{host}",
                LOOP_MARK: sign_id(LOOP_TOKEN, mailbox.pk),
                "Auto-Submitted": "auto-generated",
                "X-Auto-Response-Suppress": "All",
            },
            automatic=True,
            order_key=f"{ORDER}{owner.pk}-{item.conversation.pk}",
        )


def _text(item: Incoming, name: str) -> str:
    assert item.ticket is not None
    above = _("Write your answer above this line; it goes to the customer as it is.")
    address = f"{settings.SITE_URL}/desk/t/{item.ticket.reference}/"
    words = _("%(name)s wrote on ticket %(reference)s:") % {"name": name, "reference": item.ticket.reference}
    look = _("The whole ticket: %(address)s") % {"address": address}
    return f"{CUT_HERE} {above}\n\n{words}\n\n{item.text}\n\n{look}\n"
