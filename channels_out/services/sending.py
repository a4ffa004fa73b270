"""Sending what is due, channel by channel: claim, post, record what the provider said."""

import time
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import DatabaseError
from django.db.models import Sum
from django.utils.translation import gettext_lazy

from channels_out.models import Dispatch, DispatchRecipient, Outlet
from channels_out.senders import sender_for
from channels_out.senders.base import InDoubt, Later, NoAccess, Parcel, Refused, Sender, Unreachable
from channels_out.services import attached, outcomes, outlets
from channels_out.services.outlets import LEASE
from channels_out.ways import WayOut
from core.claim import claim, stopping
from files.models import StoredFile

WORK_SECONDS = 20  # then the rest of a batch goes back: other channels wait for this worker too
SLOW_SECONDS = 10
BYTES_PER_SECOND = 100_000  # a large message may take longer than its lease would be
DIED = gettext_lazy("The sender stopped in the middle: this message may or may not have left.")


class Round:
    """One outlet's turn: who waits, what was done. Time goes on from the moment it was given.

    set_aside: how many messages a file keeps back.
    """

    def __init__(self, outlet: Outlet, *, now: datetime) -> None:
        self.outlet, self.way = outlet, WayOut.of(outlet.channel)
        self.began, self._clock = now, time.monotonic()
        self.answered = self.automatic = self.set_aside = 0

    @property
    def seconds(self) -> int:
        return int(time.monotonic() - self._clock)

    @property
    def now(self) -> datetime:
        return self.began + timedelta(seconds=self.seconds)


def send_due(*, now: datetime, limit: int = 50) -> int:
    """Send what may leave, at most `limit` messages at a stretch for each channel; returns how many were answered.

    Ends when no outlet is ready, or the one whose turn it is has nothing to give after all.
    """
    for pk in Dispatch.objects.in_doubt(now).values_list("pk", flat=True):
        outcomes.in_doubt(pk, str(DIED), now=now)
    outlets.open_new(now=now)
    done, began = 0, time.monotonic()
    while outlet := outlets.take(now=now + timedelta(seconds=int(time.monotonic() - began))):
        turn = Round(outlet, now=now + timedelta(seconds=int(time.monotonic() - began)))
        troubled = _serve(turn, limit=limit)
        done += turn.answered
        if not (turn.answered or turn.set_aside or troubled):
            break
    return done


def _serve(turn: Round, *, limit: int) -> bool:
    """Send for one outlet until its batch or its time is used up; whether the provider gave trouble."""
    batch = _claim(turn, limit=limit)
    left = {dispatch.pk for dispatch in batch}
    try:
        _work_off(turn, batch, left)
    except (Unreachable, NoAccess) as problem:
        outcomes.put_back(left, why=problem.why)
        outlets.trouble(turn.outlet, problem, now=turn.now)
        outcomes.give_up_the_expired(turn.outlet.channel_id, problem.why, now=turn.now)
        return True
    outcomes.put_back(left)
    slow = turn.seconds > SLOW_SECONDS
    counts = {"answered": turn.answered, "automatic": turn.automatic}
    outlets.give_back(turn.outlet, turn.way, **counts, slow=slow, now=turn.now)
    return False


def _work_off(turn: Round, batch: Sequence[Dispatch], left: set[int]) -> None:
    """Post one after the other, as long as there is time. left: those that were not posted."""
    recipients = _recipients_of(batch)
    kept_back = attached.obstacles(batch, now=turn.now)
    with sender_for(turn.outlet.channel, now=turn.now) as sender:
        for dispatch in batch:
            if turn.seconds > WORK_SECONDS or stopping.is_set():
                break
            dispatch.channel, everyone = turn.outlet.channel, recipients[dispatch.pk]
            if met := kept_back.get(dispatch.pk):
                attached.set_aside(dispatch, _pending(everyone), met, now=turn.now)
                turn.set_aside += 1
            else:
                _post(turn, sender, Parcel(dispatch, everyone, _pending(everyone)))
            left.remove(dispatch.pk)


def _claim(turn: Round, *, limit: int) -> list[Dispatch]:
    """What this outlet may send now; automatic messages only while their hour is not used up."""
    due = Dispatch.objects.due(turn.now).filter(channel=turn.outlet.channel_id)
    automatic = outlets.automatic_allowance(turn.outlet, turn.way, now=turn.now)
    if automatic <= 0:
        outlets.postpone_automatic(turn.outlet, turn.way, now=turn.now)
        due = due.filter(automatic=False)
    allowed = outlets.allowance(turn.outlet, turn.way, limit=limit, now=turn.now)
    most = min(allowed, automatic) if automatic > 0 else allowed
    taken = {"state": Dispatch.State.SENDING, "lease_until": turn.now + LEASE, "posting_at": None}
    return claim(due, limit=most, changes=taken) if most > 0 else []


def _recipients_of(batch: Sequence[Dispatch]) -> dict[int, list[DispatchRecipient]]:
    found: dict[int, list[DispatchRecipient]] = {dispatch.pk: [] for dispatch in batch}
    for recipient in DispatchRecipient.objects.filter(dispatch__in=batch).order_by("id"):
        found[recipient.dispatch_id].append(recipient)
    return found


def _pending(everyone: Sequence[DispatchRecipient]) -> list[DispatchRecipient]:
    return [recipient for recipient in everyone if recipient.state in (Dispatch.State.QUEUED, Dispatch.State.HELD)]


def _post(turn: Round, sender: Sender, parcel: Parcel) -> None:
    """Hand one message over and settle it. Raises Unreachable or NoAccess, after which it has not left."""
    dispatch, pending = parcel.dispatch, parcel.pending
    sender.connect()
    lease = turn.now + LEASE + _time_for(dispatch)
    Dispatch.objects.filter(pk=dispatch.pk).update(posting_at=turn.now, lease_until=lease)
    turn.automatic += dispatch.automatic
    try:
        result = sender.send(parcel)
    except Refused as problem:
        outcomes.refused(dispatch, pending, problem.why, now=turn.now)
    except Later as problem:
        outcomes.later(dispatch, pending, problem.why, after=problem.after, now=turn.now)
    except InDoubt as problem:
        outcomes.in_doubt(dispatch.pk, problem.why, now=turn.now)
    except (Unreachable, NoAccess, DatabaseError):
        raise
    except Exception as problem:  # noqa: BLE001 (the row turns failed, with the reason, for a person to look at)
        outcomes.refused(dispatch, pending, f"{type(problem).__name__}: {problem}", now=turn.now)
    else:
        outcomes.posted(dispatch, pending, result, now=turn.now)
    turn.answered += 1


def _time_for(dispatch: Dispatch) -> timedelta:
    """What the attachments add to the time that a slow line needs."""
    files = [item["file"] for item in dispatch.attachments]
    size = StoredFile.objects.filter(pk__in=files).aggregate(size=Sum("size"))["size"] if files else 0
    return timedelta(seconds=1.4 * (size or 0) / BYTES_PER_SECOND)
