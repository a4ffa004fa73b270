"""The outbox: every message to a customer waits here as a row until its sender takes it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count, Q

from channels_out.headers import checked
from channels_out.ids import new_message_id
from channels_out.models import Dispatch, DispatchRecipient
from channels_out.models.dispatch import UNSENT
from channels_out.services import alerts
from channels_out.services.recipients import error_of, state_of
from core import bulk
from core.hints import nudge
from policies.models import Channel

AUTOMATIC_PER_HOUR, AUTOMATIC_PER_DAY = 5, 20
TRY_FOR = timedelta(hours=24)
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
        headers=checked(item.headers, automatic=item.automatic),
        attachments=list(item.attachments),
        order_key=item.order_key,
        created_at=now,
        send_after=now + item.delay,
        expires_at=now + item.delay + TRY_FOR,
    )


def withdraw(dispatch_id: int) -> bool:
    """Take a message back that no sender has taken yet; False when it is too late. The row is gone afterwards."""
    taken_back = Dispatch.objects.filter(pk=dispatch_id, state=Dispatch.State.QUEUED, tries=0)
    held = taken_back.update(state=Dispatch.State.HELD)
    return bool(held)


def drop(dispatch_id: int) -> None:
    """Remove a message that was withdrawn, once nothing points to it."""
    Dispatch.objects.filter(pk=dispatch_id, state=Dispatch.State.HELD).delete()


@transaction.atomic
def retry(dispatch_id: int, *, now: datetime) -> bool:
    """Queue a message that failed once more, for at once and a day; False when nobody is left to reach.

    It goes to those it did not reach, under the same Message-ID: who got it after all sees that it is the same. One
    that was superseded does not come back. Its tries stay counted: what fails again in the same way is soon told again.
    """
    dispatch = Dispatch.objects.select_for_update().filter(pk=dispatch_id, superseded_by=None).first()
    if dispatch is None or dispatch.state in UNSENT:
        return False
    missed = DispatchRecipient.objects.filter(dispatch=dispatch, state__in=[Dispatch.State.FAILED, *UNSENT])
    if dispatch.state != Dispatch.State.FAILED and not missed.filter(state=Dispatch.State.FAILED).exists():
        return False
    missed.update(state=Dispatch.State.QUEUED, error="")
    dispatch.state, dispatch.send_after, dispatch.expires_at = Dispatch.State.QUEUED, now, now + TRY_FOR
    dispatch.error, dispatch.lease_until, dispatch.posting_at, dispatch.doubtful = "", None, None, False
    dispatch.save(update_fields=["state", "send_after", "expires_at", "error", "lease_until", "posting_at", "doubtful"])
    nudge(SEND_DISPATCHES)
    return True


@transaction.atomic
def cancel(dispatch_id: int, *, reason: str) -> bool:
    """Stop a message that waits, tried before or not; False where it is on its way or has left.

    It counts as failed for this reason, so it can be sent again or superseded as any that failed.
    """
    waiting = (Dispatch.State.QUEUED, Dispatch.State.HELD)
    dispatch = Dispatch.objects.select_for_update().filter(pk=dispatch_id, state__in=waiting).first()
    if dispatch is None:
        return False
    recipients = list(DispatchRecipient.objects.filter(dispatch=dispatch).order_by("id"))
    for recipient in recipients:
        if recipient.state in waiting:
            recipient.state, recipient.error = Dispatch.State.FAILED, reason
    DispatchRecipient.objects.bulk_update(recipients, ["state", "error"])
    dispatch.state, dispatch.error = state_of(recipients), error_of(recipients)
    dispatch.save(update_fields=["state", "error"])
    return True


def supersede(dispatch_id: int, *, by: Dispatch) -> bool:
    """Note that somebody sent another message in place of one that failed; False where it has not failed."""
    failed = Dispatch.objects.filter(pk=dispatch_id, state=Dispatch.State.FAILED, superseded_by=None)
    return bool(failed.update(superseded_by=by))


def within_budget(addresses: Collection[str], *, now: datetime) -> set[str]:
    """Those of the addresses that may still get an automatic message: 5 an hour and 20 a day each.

    Two robots that answer each other fall silent by this even when neither says that it is one (threats.md T11), and
    administrators are told of it in the caller's transaction.
    """
    left = _left_of_budget(addresses, now=now)
    return {address for address in addresses if left[address] > 0}


def fitting(addresses: Sequence[str], *, now: datetime) -> list[bool]:
    """The same for several messages at once: for each of them in order whether it may still go to its address."""
    left = _left_of_budget(set(addresses), now=now)
    found = []
    for address in addresses:
        found.append(left[address] > 0)
        left[address] -= 1
    return found


def _left_of_budget(addresses: Collection[str], *, now: datetime) -> dict[str, int]:
    recent = DispatchRecipient.objects.filter(
        address__in=addresses, automatic=True, created_at__gt=now - timedelta(days=1)
    )
    counts = recent.values("address").annotate(
        day=Count("id"), hour=Count("id", filter=Q(created_at__gt=now - timedelta(hours=1)))
    )
    left = dict.fromkeys(addresses, AUTOMATIC_PER_HOUR)
    left |= {row["address"]: min(AUTOMATIC_PER_HOUR - row["hour"], AUTOMATIC_PER_DAY - row["day"]) for row in counts}
    if spent := {address for address, most in left.items() if most <= 0}:
        alerts.silenced(spent, now=now)
    return left
