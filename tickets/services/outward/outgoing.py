"""How a message of ours is addressed: through which channel, to whom, with which threading headers."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.db.models import Exists
from django.utils.translation import gettext as _

from channels_out.models import DispatchRecipient
from channels_out.services.outbox import Outgoing, Recipient
from channels_out.ways import delivers_plus
from core.errors import Invalid
from core.secrets import sign_id
from customers.models import Identity
from policies.models import Channel
from policies.wording import signature
from staff.models import User
from tickets.models import Conversation, Message, Participant, Ticket

LOOKED_AT = 200  # the latest messages of a ticket, by which it is known who takes part
NOT_THEIRS = (Message.Trust.THIRD_PARTY, Message.Trust.FAILED)
REPLY_TOKEN = "conversation"  # noqa: S105 (what the token is for)
LOOP_TOKEN = "loop"  # noqa: S105
LOOP_MARK = "X-Tanggap-Loop"
MOST_REFERENCES = 10


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
    """The way a reply would take now: to the customer's address that wrote last, else to any that we know of, with
    copies to those who take part.

    to, cc: whom somebody chose instead. Raises Invalid with what to do where there is no way.
    """
    channel = mailbox_for(ticket.channel)
    people = _people(ticket)
    if channel is None:
        raise Invalid(_("There is no mailbox to write from. An administrator can add one under Channels."))
    chosen = to or ([people.customer] if people.customer else ())
    if not chosen:
        raise Invalid(_("We know no e-mail address of this customer. Call, and write a note about what was said."))
    if to or cc:
        refuse_our_own([*to, *(cc or ())])
    copies = people.in_copy if cc is None else cc
    return Way(channel, chosen, without(copies, chosen), frozenset(people.known))


def without(copies: Iterable[Recipient], to: Iterable[Recipient]) -> list[Recipient]:
    """Who gets a copy and is not written to already."""
    written_to = {each.address.lower() for each in to}
    found = {each.address.lower(): each for each in copies if each.address.lower() not in written_to}
    return [replace(each, kind=DispatchRecipient.Kind.CC) for each in found.values()]


@dataclass(slots=True)
class _People:
    """customer: where they read mail. in_copy: who gets our answers too. known: who ever wrote or was written to."""

    customer: Recipient | None = None
    in_copy: Sequence[Recipient] = ()
    known: set[str] = field(default_factory=set)


def _people(ticket: Ticket) -> _People:
    """One statement; one more where somebody besides the customer takes part, or where the customer never wrote."""
    taking_part = Participant.objects.filter(conversation__in=ticket.conversations.with_customer()).confirmed()
    said = ticket.messages.exclude(kind=Message.Kind.NOTE).order_by("-received_at", "-id")
    said = said.exclude(conversation__kind=Conversation.Kind.THIRD_PARTY).annotate(others=Exists(taking_part))
    people, others_take_part = _People(), False
    for message in said.only("ticket", "kind", "automatic", "trust", "from_address", "from_name", "to", "cc")[
        :LOOKED_AT
    ]:
        others_take_part = bool(getattr(message, "others", False))
        people.known |= {each.lower() for each in (message.from_address, *message.to, *message.cc)}
        if people.customer is None and _is_theirs(message):
            people.customer = Recipient(message.from_address, message.from_name)
    if others_take_part:
        people.in_copy = [Recipient(*each) for each in taking_part.values_list("address", "name")]
    if people.customer is None:
        wrote = Identity.objects.filter(customer__root_id=ticket.customer.root_id, kind=Identity.Kind.EMAIL).first()
        people.customer = Recipient(wrote.value, ticket.customer.name) if wrote else None
    people.known |= {each.address.lower() for each in (people.customer, *people.in_copy) if each}
    return people


def _is_theirs(message: Message) -> bool:
    """Whether it was said by the customer, as far as anybody knows, at an address that takes mail."""
    by_a_person = message.kind == Message.Kind.INBOUND and not message.automatic
    return by_a_person and message.trust not in NOT_THEIRS and "@" in message.from_address


def recipient_for(ticket: Ticket) -> Recipient | None:
    """Where the customer of this ticket reads mail, as far as we know."""
    return _people(ticket).customer


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
    """The channel's address with a signed token that brings the answer back to this conversation.

    Where the mail server does not deliver such addresses the bare one: answers then thread by their headers alone.
    """
    if not delivers_plus(channel):
        return channel.address
    local, _at, host = channel.address.partition("@")
    return f"{local}+{sign_id(REPLY_TOKEN, conversation_id)}@{host}"


def headers(channel: Channel, conversation_id: int, answered: Sequence[str], *, automatic: bool) -> dict[str, str]:
    """Threading headers (RFC 5322 3.6.4), the way back, and for machines that a machine wrote (RFC 3834).

    answered: the ids of what was said so far, that which is answered last. One without @ was made up by us for a mail
    that brought none: its writer's program knows nothing of it.
    """
    answered = [external_id for external_id in answered if "@" in external_id]
    found = {"Reply-To": reply_address(channel, conversation_id), LOOP_MARK: sign_id(LOOP_TOKEN, channel.pk)}
    if answered:
        found["In-Reply-To"] = f"<{answered[-1]}>"
        found["References"] = " ".join(f"<{external_id}>" for external_id in _shortened(answered))
    if automatic:
        found |= {"Auto-Submitted": "auto-replied", "X-Auto-Response-Suppress": "All", "Precedence": "auto_reply"}
    return found


def _shortened(ids: Sequence[str]) -> list[str]:
    """The one that began it and the latest: what mail programs need to find the thread."""
    return [*ids[:1], *ids[1:][1 - MOST_REFERENCES :]]


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


def _said_in(conversation: Conversation) -> list[str]:
    """The ids of its messages, as far as others know them; last the latest that a person wrote: that is answered."""
    said = conversation.messages.filter(external_id__contains="@").order_by("received_at", "id")
    ids = list(said.values_list("external_id", "automatic"))
    by_people = [external_id for external_id, automatic in ids if not automatic]
    answered = by_people[-1:] or [external_id for external_id, _automatic in ids[-1:]]
    return [external_id for external_id, _automatic in ids if external_id not in answered] + answered


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
    answered = _said_in(conversation)
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
