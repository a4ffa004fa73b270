"""Sending what is due: claim, post, record what the provider said."""

import time
from datetime import datetime, timedelta

from django.conf import settings

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.senders import Sender, SendingFailed, sender_for
from channels_out.services.recipients import tell_upstairs
from core.claim import claim

LEASE = timedelta(seconds=50)  # a worker that dies delays its mails by less than a minute
WORK_SECONDS = 20  # then the rest of a batch goes back: one slow server must not outlive the lease
BACK_OFF = [timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180, 360, 720)]


def send_due(*, now: datetime, limit: int = 50) -> int:
    """Send up to `limit` messages whose time has come; returns how many were sent or refused."""
    _hold_the_doubtful(now=now)
    taken = {"state": Dispatch.State.SENDING, "lease_until": now + LEASE, "posting_at": None}
    batch = claim(Dispatch.objects.due(now), limit=limit, changes=taken)
    if not batch:
        return 0
    recipients = _recipients_of(batch)
    stop_at = time.monotonic() + WORK_SECONDS
    done = 0
    with sender_for(settings.EMAIL_URL) as sender:
        for dispatch in batch:
            if time.monotonic() > stop_at:
                break
            _post(dispatch, recipients[dispatch.pk], sender, now=now)
            done += 1
    left = [dispatch.pk for dispatch in batch[done:]]
    Dispatch.objects.filter(pk__in=left, posting_at=None).update(state=Dispatch.State.QUEUED, lease_until=None)
    return done


def _post(dispatch: Dispatch, recipients: list[DispatchRecipient], sender: Sender, *, now: datetime) -> None:
    Dispatch.objects.filter(pk=dispatch.pk).update(posting_at=now)
    try:
        provider_id = sender.send(dispatch, recipients)
    except SendingFailed as refused:
        _failed(dispatch, refused, now=now)
    else:
        _sent(dispatch, provider_id, now=now)


def _recipients_of(batch: list[Dispatch]) -> dict[int, list[DispatchRecipient]]:
    found: dict[int, list[DispatchRecipient]] = {dispatch.pk: [] for dispatch in batch}
    for recipient in DispatchRecipient.objects.filter(dispatch__in=batch).order_by("id"):
        found[recipient.dispatch_id].append(recipient)
    return found


def _sent(dispatch: Dispatch, provider_id: str, *, now: datetime) -> None:
    DispatchRecipient.objects.filter(dispatch=dispatch).update(state=Dispatch.State.SENT)
    Dispatch.objects.filter(pk=dispatch.pk).update(
        state=Dispatch.State.SENT, sent_at=now, provider_id=provider_id, error="", lease_until=None, posting_at=None
    )


def _failed(dispatch: Dispatch, refused: SendingFailed, *, now: datetime) -> None:
    """Again later, later each time; finally failed, and the floor above is told."""
    tries = dispatch.tries + 1
    again = None if refused.final or tries > len(BACK_OFF) else now + BACK_OFF[tries - 1]
    Dispatch.objects.filter(pk=dispatch.pk).update(
        state=Dispatch.State.QUEUED if again else Dispatch.State.FAILED,
        tries=tries,
        send_after=again or dispatch.send_after,
        error=str(refused),
        lease_until=None,
        posting_at=None,
    )
    if again is None:
        DispatchRecipient.objects.filter(dispatch=dispatch).update(state=Dispatch.State.FAILED, error=str(refused))
        tell_upstairs(dispatch.pk, now=now)


def _hold_the_doubtful(*, now: datetime) -> None:
    """A sender that died in the middle of posting may have sent: never send twice, tell the floor above instead."""
    doubtful = list(Dispatch.objects.in_doubt(now).values_list("pk", flat=True))
    for pk in doubtful:
        held = Dispatch.objects.filter(pk=pk, state=Dispatch.State.SENDING).update(
            state=Dispatch.State.FAILED,
            error="The sender stopped in the middle: this message may or may not have left.",
            lease_until=None,
        )
        if held:
            tell_upstairs(pk, now=now)
