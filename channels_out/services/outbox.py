"""The outbox: every message to a customer waits here as a row until its sender takes it."""

import secrets
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import Count, Q

from channels_out.models import Dispatch, DispatchRecipient
from core import bulk
from core.hints import nudge
from policies.models import Channel

AUTOMATIC_PER_HOUR, AUTOMATIC_PER_DAY = 5, 20
SEND_DISPATCHES = "channels_out.tasks.send_dispatches"


@dataclass(frozen=True, slots=True)
class Recipient:
    address: str
    name: str = ""
    kind: str = DispatchRecipient.Kind.TO


@dataclass(slots=True)
class Outgoing:
    """One message to be sent, whole: the sender reads nothing else.

    attachments: `{"file": StoredFile id, "name": ...}` each. delay: how long it may be taken back.
    """

    channel: Channel
    recipients: Sequence[Recipient]
    subject: str
    text: str
    html: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attachments: Sequence[dict[str, object]] = ()
    automatic: bool = False
    delay: timedelta = timedelta(0)
    order_key: str = ""


def new_message_id(channel: Channel) -> str:
    """A Message-ID that nobody can guess, so that naming it proves having had the message (RFC 5322 3.6.4)."""
    host = channel.address.rpartition("@")[2] or "tanggap.invalid"
    return f"{secrets.token_hex(16)}@{host}"


def queue(outgoing: Sequence[Outgoing], *, now: datetime) -> list[Dispatch]:
    """Put messages into the outbox, in the caller's transaction, in the order given."""
    dispatches = bulk.insert(_dispatch(item, now=now) for item in outgoing)
    bulk.insert(
        DispatchRecipient(
            dispatch=dispatch,
            kind=recipient.kind,
            address=recipient.address,
            name=recipient.name,
            automatic=item.automatic,
            created_at=now,
        )
        for item, dispatch in zip(outgoing, dispatches, strict=True)
        for recipient in item.recipients
    )
    return dispatches


def _dispatch(item: Outgoing, *, now: datetime) -> Dispatch:
    return Dispatch(
        channel=item.channel,
        automatic=item.automatic,
        external_id=new_message_id(item.channel),
        subject=item.subject[:500],
        text=item.text,
        html=item.html,
        headers=item.headers,
        attachments=list(item.attachments),
        order_key=item.order_key,
        created_at=now,
        send_after=now + item.delay,
    )


def withdraw(dispatch_id: int) -> bool:
    """Take a message back that no sender has taken yet; False when it is too late. The row is gone afterwards."""
    taken_back = Dispatch.objects.filter(pk=dispatch_id, state=Dispatch.State.QUEUED, tries=0)
    held = taken_back.update(state=Dispatch.State.HELD)
    return bool(held)


def drop(dispatch_id: int) -> None:
    """Remove a message that was withdrawn, once nothing points to it."""
    Dispatch.objects.filter(pk=dispatch_id, state=Dispatch.State.HELD).delete()


def retry(dispatch_id: int, *, now: datetime) -> bool:
    """Queue a message that failed once more, for at once; False when it has not failed.

    Its tries stay counted: what fails again in the same way is soon told again.
    """
    failed = Dispatch.objects.filter(pk=dispatch_id, state=Dispatch.State.FAILED)
    queued = failed.update(state=Dispatch.State.QUEUED, send_after=now, error="", lease_until=None, posting_at=None)
    if queued:
        recipients = DispatchRecipient.objects.filter(dispatch_id=dispatch_id)
        recipients.update(state=Dispatch.State.QUEUED, error="")
        nudge(SEND_DISPATCHES)
    return bool(queued)


def within_budget(addresses: Collection[str], *, now: datetime) -> set[str]:
    """Those of the addresses that may still get an automatic message: 5 an hour and 20 a day each.

    Two robots that answer each other fall silent by this even when neither says that it is one (threats.md T11).
    """
    recent = DispatchRecipient.objects.filter(
        address__in=addresses, automatic=True, created_at__gt=now - timedelta(days=1)
    )
    counts = recent.values("address").annotate(
        day=Count("id"), hour=Count("id", filter=Q(created_at__gt=now - timedelta(hours=1)))
    )
    spent = {row["address"] for row in counts if row["hour"] >= AUTOMATIC_PER_HOUR or row["day"] >= AUTOMATIC_PER_DAY}
    return set(addresses) - spent
