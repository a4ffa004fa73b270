"""How a message of ours is addressed: through which channel, to whom, with which threading headers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from django.utils.translation import gettext as _

from channels_out.models import DispatchRecipient
from channels_out.services.outbox import Outgoing, Recipient
from core.errors import Invalid
from core.secrets import sign_id
from customers.models import Identity
from policies.models import Channel
from policies.wording import signature
from staff.models import User
from tickets.models import Conversation, Message, Ticket

LOOKED_AT = 200  # the latest messages of a ticket, by which it is known who takes part
NOT_THEIRS = (Message.Trust.THIRD_PARTY, Message.Trust.FAILED)
REPLY_TOKEN = "conversation"  # noqa: S105 (what the token is for)


def mailbox_for(channel: Channel) -> Channel | None:
    """The mailbox that writes for this channel: itself, the one it names in its settings, or the first there is."""
    if channel.kind == Channel.Kind.EMAIL:
        return channel
    mailboxes = Channel.objects.active().filter(kind=Channel.Kind.EMAIL)
    named = channel.settings.get("answers_by")
    return (mailboxes.filter(pk=named).first() if named else None) or mailboxes.first()


@dataclass(frozen=True, slots=True)
class Way:
    """The way a reply takes: from which mailbox, to whom.

    known: every address that was part of this ticket before; whoever is new sees only what comes from now on.
    """

    channel: Channel
    to: Sequence[Recipient]
    cc: Sequence[Recipient] = ()
    known: frozenset[str] = frozenset()

    @property
    def newcomers(self) -> list[str]:
        """Those who were never part of this ticket."""
        return [each.address for each in (*self.to, *self.cc) if each.address.lower() not in self.known]


def route(ticket: Ticket, *, to: Sequence[Recipient] = (), cc: Sequence[Recipient] | None = None) -> Way:
    """The way a reply would take now: to the customer's address that wrote last, else to any that we know of.

    to, cc: whom somebody chose instead. Raises Invalid with what to do where there is no way.
    """
    channel = mailbox_for(ticket.channel)
    theirs, known = _people(ticket)
    if channel is None:
        raise Invalid(_("There is no mailbox to write from. An administrator can add one under Channels."))
    if theirs is None and not to:
        raise Invalid(_("We know no e-mail address of this customer. Call, and write a note about what was said."))
    if to or cc:
        refuse_our_own([*to, *(cc or ())])
    chosen = to or [theirs] if theirs else to
    known |= {theirs.address.lower()} if theirs else set()
    return Way(channel, chosen, without(cc or (), chosen), frozenset(known))


def without(copies: Iterable[Recipient], to: Iterable[Recipient]) -> list[Recipient]:
    """Who gets a copy and is not written to already."""
    written_to = {each.address.lower() for each in to}
    found = {each.address.lower(): each for each in copies if each.address.lower() not in written_to}
    return [replace(each, kind=DispatchRecipient.Kind.CC) for each in found.values()]


def _people(ticket: Ticket) -> tuple[Recipient | None, set[str]]:
    """Where the customer of this ticket reads mail, and who ever wrote or was written to on it."""
    columns = ("kind", "automatic", "trust", "from_address", "from_name", "to", "cc")
    with_customer = ticket.messages.exclude(kind=Message.Kind.NOTE)
    with_customer = with_customer.exclude(conversation__kind=Conversation.Kind.THIRD_PARTY)
    last, known = None, set[str]()
    for kind, automatic, trust, address, name, to, cc in with_customer.order_by("-received_at", "-id").values_list(
        *columns
    )[:LOOKED_AT]:
        known |= {each.lower() for each in (address, *to, *cc)}
        theirs = kind == Message.Kind.INBOUND and not automatic and trust not in NOT_THEIRS
        if last is None and theirs and "@" in address:
            last = Recipient(address, name)
    if last:
        return last, known
    wrote = Identity.objects.filter(customer__root_id=ticket.customer.root_id, kind=Identity.Kind.EMAIL).first()
    return (Recipient(wrote.value, ticket.customer.name) if wrote else None), known


def recipient_for(ticket: Ticket) -> Recipient | None:
    """Where the customer of this ticket reads mail, as far as we know."""
    return _people(ticket)[0]


def refuse_our_own(recipients: Iterable[Recipient]) -> None:
    """Raises Invalid where one of our own mailboxes is written to: it would only come back."""
    mailboxes = Channel.objects.filter(kind=Channel.Kind.EMAIL).values_list("address", flat=True)
    own = {address.lower() for address in mailboxes}
    for each in recipients:
        if each.address.lower() in own:
            raise Invalid(
                _("%(address)s is a mailbox of ours: what we send there only comes back.") % {"address": each.address},
                field=str(each.kind),
            )


def conversation_on(ticket: Ticket, channel: Channel) -> Conversation:
    """The customer's thread on a channel; begun when there is none yet."""
    known = ticket.conversations.with_customer().filter(channel=channel).order_by("-id").first()
    return known or Conversation.objects.create(
        customer=ticket.customer, channel=channel, ticket=ticket, started_at=ticket.received_at
    )


def reply_address(channel: Channel, conversation_id: int) -> str:
    """The channel's address with a signed token that brings the answer back to this conversation."""
    local, _at, host = channel.address.partition("@")
    return f"{local}+{sign_id(REPLY_TOKEN, conversation_id)}@{host}"


def headers(channel: Channel, conversation_id: int, answered: Sequence[str], *, automatic: bool) -> dict[str, str]:
    """Threading headers (RFC 5322 3.6.4), the way back, and for machines that a machine wrote (RFC 3834)."""
    found = {"Reply-To": reply_address(channel, conversation_id), "X-Tanggap-Loop": "1"}
    if answered:
        found["In-Reply-To"] = f"<{answered[-1]}>"
        found["References"] = " ".join(f"<{external_id}>" for external_id in answered[-10:])
    if automatic:
        found |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "auto_reply"}
    return found


def subject_line(ticket: Ticket, *, before: str = "Re: ") -> str:
    """The subject with the reference, so that even a new mail that names it can find its way.

    before: what says how it follows on what was written; empty for the first word.
    """
    subject = ticket.subject
    bare = subject[3:].strip() if subject[:3].lower() == "re:" else subject
    return f"{before}{bare} [{ticket.reference}]"


def signed(text: str, channel: Channel, ticket: Ticket, *, author_id: int | None, language: str) -> str:
    """An agent's words with the channel's signature below, which names the agent as customers may know them."""
    author = User.objects.filter(pk=author_id).first() if author_id else None
    agent = (author.public_name or author.name) if author else ""
    below = signature(channel, language=language, agent=agent, reference=ticket.reference)
    return f"{text.rstrip()}\n\n{below}" if below else text


def compose(
    ticket: Ticket,
    conversation: Conversation,
    *,
    channel: Channel,
    recipients: Sequence[Recipient],
    text: str,
    delay: timedelta,
    subject: str = "",
    attachments: Sequence[dict[str, object]] = (),
) -> Outgoing:
    """A message of the staff in a thread, ready for the outbox. text: all that is read, signature included."""
    earlier = conversation.messages.exclude(external_id="").order_by("received_at", "id")
    answered = list(earlier.values_list("external_id", flat=True))
    return Outgoing(
        channel=channel,
        recipients=recipients,
        subject=subject or subject_line(ticket),
        text=text,
        headers=headers(channel, conversation.pk, answered, automatic=False),
        attachments=attachments,
        delay=delay,
        order_key=f"conversation-{conversation.pk}",
    )
