"""The first judgement: what of that which came can become a message at all, and how far its sender is believed.

Each rule is a small function over one item and what the database knows about the whole batch.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace

from channels_in.adapters.email import LOOP_MARK
from channels_in.adapters.mail_authentication import proof_of
from channels_in.events import IdentityKey
from channels_in.models import Arrival, BlockedSender
from channels_in.models.arrival import BLOCKED
from channels_in.services.copies import Copy, copies_in
from channels_in.services.reading import Aside, Item, Read, Reported
from channels_out.models import Dispatch
from core.secrets import read_id
from policies.mailboxes import MailboxSettings
from policies.models import Channel
from staff.models import User
from tickets.models import Message
from tickets.services.outward.outgoing import LOOP_TOKEN

BOUNCES = ("report", "bounce")


@dataclass(slots=True)
class Judged:
    """kept: what becomes messages. reports: what machines tell of ours. aside: what becomes nothing.

    copies: what another mailbox of ours has too. staff: the addresses of our own people among the senders.
    """

    kept: list[Read] = field(default_factory=list)
    reports: list[Reported] = field(default_factory=list)
    aside: list[Aside] = field(default_factory=list)
    copies: list[Copy] = field(default_factory=list)
    staff: dict[str, User] = field(default_factory=dict)


@dataclass(slots=True)
class Known:
    """What the database knows of a batch. Five statements, whatever its size."""

    own_addresses: set[str]
    own_ids: set[str]
    blocked: set[str]
    seen: dict[str, dict[int, int]]
    staff: dict[str, User]

    @classmethod
    def of(cls, items: Sequence[Read]) -> "Known":
        ids = [item.event.external_id for item in items]
        senders = {item.event.sender.value for item in items}
        return cls(
            own_addresses={each.lower() for each in Channel.objects.values_list("address", flat=True) if each},
            own_ids=set(Dispatch.objects.filter(external_id__in=ids).values_list("external_id", flat=True)),
            blocked=set(BlockedSender.objects.filter(value__in=blockable(senders)).values_list("value", flat=True)),
            seen=_seen(ids),
            staff={user.email.lower(): user for user in User.objects.filter(email__in=senders)},
        )


def judge(items: Sequence[Item]) -> Judged:
    """Sort a batch by what it can become. A constant number of statements."""
    messages = [item for item in items if isinstance(item, Read)]
    found = Judged(reports=[item for item in items if isinstance(item, Reported)])
    _see_senders(messages)
    known = Known.of(messages)
    for item in messages:
        reason = next((reason for reason, rule in REFUSALS.items() if rule(item, known)), "")
        if reason:
            found.aside.append(Aside(item.arrival, Arrival.State.DISCARDED, reason))
            continue
        found.kept.append(item)
    found.copies = copies_in(found.kept, known.seen)
    elsewhere = {copy.arrival.pk for copy in found.copies}
    found.kept = [item for item in found.kept if item.arrival.pk not in elsewhere]
    _remark_repeated_ids(found.kept, known.seen)
    found.staff = known.staff
    return found


def _seen(ids: Sequence[str]) -> dict[str, dict[int, int]]:
    """The messages from customers with these ids, and by which channel each came."""
    found: dict[str, dict[int, int]] = {}
    known = Message.objects.filter(external_id__in=ids, kind=Message.Kind.INBOUND, channel__isnull=False)
    for external_id, pk, channel_id in known.values_list("external_id", "pk", "channel_id"):
        found.setdefault(external_id, {})[pk] = channel_id
    return found


def _remark_repeated_ids(items: Iterable[Read], seen: Mapping[str, object]) -> None:
    """Another mail with an id that was used before: perhaps a broken program, perhaps a stranger (threats.md E09)."""
    earlier = set(seen)
    for item in items:
        if item.event.external_id in earlier:
            item.remarks.append("repeated_id")
        earlier.add(item.event.external_id)


def _see_senders(items: Iterable[Read]) -> None:
    """Who speaks, how far that is proven, and what our own mail server thinks of it: by the mailbox's settings."""
    mailboxes: dict[int, MailboxSettings] = {}
    for item in items:
        channel = item.arrival.channel
        if channel.kind != Channel.Kind.EMAIL:
            continue
        if channel.pk not in mailboxes:
            mailboxes[channel.pk] = MailboxSettings.of(channel)
        _see_sender(item, mailboxes[channel.pk])


def _see_sender(item: Read, mailbox: MailboxSettings) -> None:
    event, written = item.event, item.event.headers.get("Authentication-Results", "")
    item.trust = proof_of(written, server=mailbox.authserv_id, sender=event.sender.value).value
    item.spam = _is_marked(event.headers, mailbox.spam_header)
    if not event.reply_to or event.reply_to == event.sender.value:
        return
    if not mailbox.reply_to_is_sender:
        item.remarks.append("other_reply_to")
        return
    automatic = "" if event.automatic == "no-reply" else event.automatic
    item.event = replace(event, sender=IdentityKey("email", event.reply_to), automatic=automatic)
    if item.trust == Message.Trust.VERIFIED:  # that the form's server is who it is says nothing about who filled it in
        item.trust = Message.Trust.UNVERIFIED


def _is_marked(headers: Mapping[str, str], mark: str) -> bool:
    """Whether the field on top that the mailbox's setting names begins with the value it names."""
    name, _colon, value = mark.partition(":")
    if not name.strip():
        return False
    written = {key.lower(): text for key, text in headers.items()}.get(name.strip().lower(), "")
    return bool(written) and written.strip().lower().startswith(value.strip().lower())


def blockable(senders: Iterable[str]) -> set[str]:
    """Under what these addresses may be blocked: as they are, by their domain, by any domain above it."""
    found: set[str] = set()
    for sender in senders:
        domain = sender.rpartition("@")[2]
        labels = domain.split(".")
        found |= {sender, *(f"@{'.'.join(labels[place:])}" for place in range(len(labels)))}
    return found


def _is_own_loop(item: Read, known: Known) -> bool:
    """Our own mail that comes back: by its id, its sender, or the mark that each of ours carries (threats.md T12)."""
    event = item.event
    mark = event.headers.get(LOOP_MARK, "")
    return (
        event.external_id in known.own_ids
        or event.sender.value in known.own_addresses
        or bool(mark and read_id(LOOP_TOKEN, mark) is not None)
    )


def _is_blocked(item: Read, known: Known) -> bool:
    return not known.blocked.isdisjoint(blockable([item.event.sender.value]))


REFUSALS: dict[str, Callable[[Read, Known], bool]] = {"own_loop": _is_own_loop, BLOCKED: _is_blocked}
