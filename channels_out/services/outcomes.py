"""What a sender's answer makes of a message. Each is settled as a whole or not at all."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta

from django.db import transaction

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.models.dispatch import UNSENT
from channels_out.senders.base import Posted, Refusal
from channels_out.services.recipients import error_of, state_of, tell_upstairs

MOST_TRIES = 8
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]
JITTER = 0.2  # a try is up to a fifth later, so that what failed together does not come back together
State = Dispatch.State
FREE: dict[str, None] = {"lease_until": None, "posting_at": None}


def posted(dispatch: Dispatch, pending: Sequence[DispatchRecipient], result: Posted, *, now: datetime) -> None:
    """The provider took it, for all or for some of those it was still to reach."""
    if result.refused:
        _settle(dispatch, pending, result, now=now)
        return
    with transaction.atomic():
        waiting = DispatchRecipient.objects.filter(dispatch=dispatch, state=State.QUEUED)
        reached = waiting.update(state=State.SENT, error="")
        sent = {"state": State.SENT, "error": "", "sent_at": now, "provider_id": result.provider_id}
        if reached != dispatch.recipients.count():  # some it reached before, or a bounce was faster than we
            everyone = list(dispatch.recipients.order_by("id"))
            sent |= {"state": state_of(everyone), "error": error_of(everyone)}
        Dispatch.objects.filter(pk=dispatch.pk).update(**sent, **FREE)


def refused(dispatch: Dispatch, pending: Sequence[DispatchRecipient], why: str, *, now: datetime) -> None:
    """It will never be taken as it is."""
    _settle(dispatch, pending, _nobody(pending, Refusal(why, final=True)), now=now)


def later(
    dispatch: Dispatch, pending: Sequence[DispatchRecipient], why: str, *, after: timedelta | None, now: datetime
) -> None:
    """It may be taken later, `after` at the earliest where the provider says so."""
    _settle(dispatch, pending, _nobody(pending, Refusal(why, final=False)), after=after, now=now)


def in_doubt(dispatch_id: int, why: str, *, now: datetime) -> None:
    """It may have left. It is not sent again by itself: a person decides, or a status shows what became of it."""
    with transaction.atomic():
        taken = Dispatch.objects.filter(pk=dispatch_id, state=State.SENDING)
        if not taken.update(state=State.FAILED, doubtful=True, error=why, **FREE):
            return
        waiting = DispatchRecipient.objects.filter(dispatch_id=dispatch_id, state__in=UNSENT)
        waiting.update(state=State.FAILED, error=why)
        tell_upstairs(dispatch_id, now=now)


def put_back(dispatch_ids: Collection[int], *, why: str = "") -> None:
    """It waits on as before and has cost no try: the trouble is the channel's, which is the reason given."""
    taken = Dispatch.objects.filter(pk__in=dispatch_ids, state=State.SENDING)
    taken.update(state=State.QUEUED, **FREE, **({"error": why} if why else {}))


def wait(dispatch_id: int, why: str, *, until: datetime) -> None:
    """It waits for something else than its provider, until this moment, and has cost no try."""
    taken = Dispatch.objects.filter(pk=dispatch_id, state=State.SENDING)
    taken.update(state=State.QUEUED, send_after=until, error=why, **FREE)


def give_up_the_expired(channel_id: int, why: str, *, now: datetime) -> None:
    """A channel that cannot send for a day fails what waited that long, so that somebody looks for another way."""
    expired = Dispatch.objects.filter(channel=channel_id, state=State.QUEUED, send_after__lte=now, expires_at__lte=now)
    for dispatch in expired.order_by("id"):
        pending = list(dispatch.recipients.filter(state=State.QUEUED).order_by("id"))
        refused(dispatch, pending, why, now=now)


def _nobody(pending: Sequence[DispatchRecipient], refusal: Refusal) -> Posted:
    return Posted(refused={recipient.address: refusal for recipient in pending})


@transaction.atomic
def _settle(
    dispatch: Dispatch,
    pending: Sequence[DispatchRecipient],
    result: Posted,
    *,
    now: datetime,
    after: timedelta | None = None,
) -> None:
    """Note it at each address, and let the message follow. What a bounce has told meanwhile stays."""
    row = Dispatch.objects.select_for_update().get(pk=dispatch.pk)
    everyone = list(DispatchRecipient.objects.filter(dispatch=row).order_by("id"))
    asked = {recipient.pk for recipient in pending}
    row.tries += bool(result.refused)
    last = row.tries >= MOST_TRIES or (row.expires_at is not None and row.expires_at <= now)
    changed = [item for item in everyone if item.pk in asked and item.state == State.QUEUED]
    for recipient in changed:
        refusal = result.refused.get(recipient.address)
        final = refusal and (refusal.final or last)
        recipient.error = refusal.why if refusal else ""
        recipient.state = State.SENT if not refusal else State.FAILED if final else State.QUEUED
    DispatchRecipient.objects.bulk_update(changed, ["state", "error"])
    row.state, row.error, row.lease_until, row.posting_at = state_of(everyone), error_of(everyone), None, None
    if row.state == State.QUEUED:
        row.send_after = _next_try(row, after, now=now)
    elif any(item.state == State.SENT for item in changed):
        row.sent_at, row.provider_id = now, result.provider_id or row.provider_id
    row.save()
    if any(item.state == State.FAILED for item in changed):
        tell_upstairs(row.pk, now=now)


def _next_try(dispatch: Dispatch, after: timedelta | None, *, now: datetime) -> datetime:
    """Later each time, not before the provider wants it, and once more at the end of the day it has."""
    wait = BACK_OFF[min(dispatch.tries, len(BACK_OFF)) - 1]
    share = (dispatch.pk * 2654435761 % 2**32) / 2**32  # even over the ids (Knuth), the same at each look
    planned = now + max(wait * (1 + JITTER * share), after or timedelta(0))
    return min(planned, dispatch.expires_at) if dispatch.expires_at and dispatch.expires_at > now else planned
