"""What became of a message at each of its addresses, and what that makes of the message.

A status only moves forward: queued < sending < sent < delivered < read; failed is final until a person tries again.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.models.dispatch import UNSENT
from core.services import errands

DISPATCH_FAILED = "dispatch_failed"
State = Dispatch.State
FORWARD = [State.QUEUED, State.HELD, State.SENDING, State.SENT, State.DELIVERED, State.READ]
MAY_BOUNCE = (State.QUEUED, State.HELD, State.SENDING, State.SENT)


@dataclass(frozen=True, slots=True)
class Status:
    """What somebody outside says of a message of ours, having proved that they had it.

    address: one recipient, or empty for all of them. state: sent, delivered, read or failed; sent with an error means
    that it is only late. error: the sentence to show.
    """

    dispatch_id: int
    state: str
    address: str = ""
    error: str = ""


def state_of(recipients: Collection[DispatchRecipient]) -> str:
    """The state of a dispatch, which follows from its recipients alone.

    What still waits makes it wait. Else those it is written *to* decide, copies only where there is nobody else: it
    failed where nobody of them is reached, and has come as far as the least of those who are.
    """
    for waiting in (State.SENDING, State.QUEUED, State.HELD):
        if any(recipient.state == waiting for recipient in recipients):
            return waiting
    addressed = [item for item in recipients if item.kind == DispatchRecipient.Kind.TO] or list(recipients)
    reached = [item.state for item in addressed if item.state != State.FAILED]
    return min(reached, key=_rank) if reached else State.FAILED


def error_of(recipients: Iterable[DispatchRecipient]) -> str:
    """What is to be known of those whom it did not reach, or not yet; said once where all have the same trouble."""
    troubled = [recipient for recipient in recipients if recipient.error]
    sentences = {recipient.error for recipient in troubled}
    if len(sentences) == 1:
        return sentences.pop()
    return "\n".join(f"{recipient.address}: {recipient.error}" for recipient in troubled)


def _rank(state: str) -> int:
    return FORWARD.index(State(state))


@transaction.atomic
def mark(statuses: Sequence[Status], *, now: datetime) -> set[int]:
    """Take in what bounces, receipts and providers tell; what is known better already stays.

    Returns the dispatches that somebody will now not get, for each of which the errand `dispatch_failed` is asked.
    A handful of statements, and one more for each row that changes.
    """
    ids = sorted({status.dispatch_id for status in statuses})
    dispatches = {row.pk: row for row in Dispatch.objects.select_for_update().filter(pk__in=ids).order_by("pk")}
    recipients: dict[int, list[DispatchRecipient]] = {pk: [] for pk in dispatches}
    for recipient in DispatchRecipient.objects.filter(dispatch__in=dispatches).order_by("id"):
        recipients[recipient.dispatch_id].append(recipient)
    failed: set[int] = set()
    for pk, dispatch in dispatches.items():
        told = [status for status in statuses if status.dispatch_id == pk]
        changed = [item for item in recipients[pk] if _take_in_all(item, told, dispatch)]
        if any(item.state == State.FAILED for item in changed):
            failed.add(pk)
        if changed:
            _save(dispatch, changed, recipients[pk], now=now)
    for pk in sorted(failed):
        tell_upstairs(pk, now=now)
    return failed


def tell_upstairs(dispatch_id: int, *, now: datetime) -> None:
    """Ask the floor above to say on the ticket that somebody will not get this message."""
    errands.ask(DISPATCH_FAILED, dispatch_id, now=now)


def _take_in_all(recipient: DispatchRecipient, told: Iterable[Status], dispatch: Dispatch) -> bool:
    news = [_take_in(recipient, status, dispatch) for status in told]  # each of them, not only up to the first news
    return any(news)


def _take_in(recipient: DispatchRecipient, status: Status, dispatch: Dispatch) -> bool:
    """Change the recipient as far as the status is news; whether it was."""
    if status.address and status.address.lower() != recipient.address.lower():
        return False
    before = (recipient.state, recipient.error)
    if status.state == State.FAILED:
        if recipient.state in MAY_BOUNCE or dispatch.doubtful:
            recipient.state, recipient.error = State.FAILED, status.error
    elif recipient.state == State.FAILED and not dispatch.doubtful:
        return False
    elif recipient.state == State.FAILED or _rank(status.state) > _rank(recipient.state):
        recipient.state, recipient.error = status.state, status.error
    elif status.state == recipient.state == State.SENT:
        recipient.error = status.error
    return before != (recipient.state, recipient.error)


def _save(
    dispatch: Dispatch, changed: Sequence[DispatchRecipient], everyone: Collection[DispatchRecipient], *, now: datetime
) -> None:
    """That it arrived or bounced also settles what was in doubt. A sender that has it now will settle the rest."""
    DispatchRecipient.objects.bulk_update(changed, ["state", "error"])
    state = state_of(everyone)
    taken = dispatch.state == State.SENDING and state in UNSENT
    dispatch.state, dispatch.error, dispatch.doubtful = State.SENDING if taken else state, error_of(everyone), False
    if dispatch.state in (State.SENT, State.DELIVERED, State.READ):
        dispatch.sent_at = dispatch.sent_at or now
    dispatch.save(update_fields=["state", "error", "sent_at", "doubtful"])
