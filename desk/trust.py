"""How far the sender of a message is proven, in words; and what else is known of the message."""

from dataclasses import dataclass
from datetime import timedelta

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.models import Channel
from tickets.models import Message
from web.templatetags.web import when

FAR = timedelta(hours=1)

# state: its picture, its words, and what they mean.
BADGES: dict[str, tuple[str, Promise, Promise]] = {
    Message.Trust.VERIFIED: (
        "shield-check",
        gettext_lazy("sender verified"),
        gettext_lazy("Our mail server found that the sender's domain vouches for this mail."),
    ),
    Message.Trust.UNVERIFIED: (
        "help-circle",
        gettext_lazy("sender not checked"),
        gettext_lazy("Nobody vouches for this sender, and nobody disowns them: anybody could have written this."),
    ),
    Message.Trust.FAILED: (
        "alert-triangle",
        gettext_lazy("sender check failed"),
        gettext_lazy("Our mail server found that this does not come from where it says. Do not trust it."),
    ),
    Message.Trust.THIRD_PARTY: (
        "user-question",
        gettext_lazy("third party"),
        gettext_lazy("Written by somebody else than the customer, who has a mail of ours."),
    ),
}
REASONS: dict[str, Promise] = {
    "token": gettext_lazy("it was sent to the reply address of this conversation"),
    "our_message": gettext_lazy("it answers a message of ours"),
    "references": gettext_lazy("it answers an earlier message of the same customer"),
    "subject": gettext_lazy("its subject names this ticket, and the customer is the same"),
    "agent": gettext_lazy("it wants to answer a notification that we sent to one of us"),
    "agent_notice": gettext_lazy("it wants to answer a notification that we sent to one of us"),
}


@dataclass(frozen=True, slots=True)
class Trust:
    """state: the value of Message.trust; sign: its picture; why: what it means, a sentence."""

    state: str
    sign: str
    words: str
    why: str


def trust_of(message: Message, channel: Channel | None) -> Trust | None:
    """The badge of a mail that came in; of what is not a mail only that a third party wrote it."""
    by_mail = channel is not None and channel.kind == Channel.Kind.EMAIL
    if message.kind != Message.Kind.INBOUND or not (by_mail or message.trust == Message.Trust.THIRD_PARTY):
        return None
    sign, words, why = BADGES[message.trust]
    return Trust(message.trust, sign, str(words), str(why))


def details_of(message: Message) -> list[tuple[str, str]]:
    """Who wrote to whom, and why it stands on this ticket; nothing for what we wrote.

    When it was written is the sender's word alone (threats.md E12), so it is told only where it is far from ours.
    """
    if message.kind != Message.Kind.INBOUND:
        return []
    why = REASONS.get(message.threaded_by)
    found = [
        (_("From"), message.from_address),
        (_("To"), ", ".join(message.to)),
        (_("Copy to"), ", ".join(message.cc)),
        (_("Written, as it says"), _claimed(message)),
        (_("Stands on this ticket because"), str(why) if why else ""),
    ]
    return [(name, value) for name, value in found if value]


def _claimed(message: Message) -> str:
    sent_at = message.sent_at
    return when(sent_at, "full") if sent_at and abs(message.received_at - sent_at) > FAR else ""
