"""Intake: arrivals become messages, a batch at a time; the rows of each commit together with its outcome."""

import traceback
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path

from django.db import InterfaceError, OperationalError, transaction
from django.db.models import F

from channels_in.models import LEASE, MOST_TRIES, Arrival
from channels_in.parsing import spool
from channels_in.services import agents, copies, judging, reading, reports, threading
from channels_in.services.judging import Judged
from channels_in.services.reading import Aside, Item, Read
from channels_in.services.translating import incoming, speaker_of
from core import bulk
from core.claim import claim
from core.errors import CouldNotStore
from customers.models import Identity
from customers.services import identities
from policies.models import Channel
from tickets.models import Message
from tickets.services.inward import inbound

BATCH = 200
EARLY_WAITS = timedelta(milliseconds=300)
RETRY_WAITS = timedelta(seconds=20)


class LeaseLost(Exception):
    """Another worker has taken these arrivals since: whatever was made of them here must not be kept."""


def claim_batch(*, now: datetime) -> list[Arrival]:
    """Take arrivals for this worker, committed before they are looked at; up to 200, or one whose worker died."""
    taken = {"state": Arrival.State.PROCESSING, "tries": F("tries") + 1, "lease_until": now + LEASE}
    orphaned = Arrival.objects.orphaned(now)
    batch = claim(orphaned, limit=1, changes=taken) or claim(Arrival.objects.waiting(now), limit=BATCH, changes=taken)
    channels = Channel.objects.in_bulk({arrival.channel_id for arrival in batch}) if batch else {}
    for arrival in batch:
        arrival.channel = channels[arrival.channel_id]
    return batch


def process(batch: Sequence[Arrival], *, now: datetime) -> int:
    """Make messages of a claimed batch, or park what cannot become one; returns how many arrivals were looked at."""
    worn_out = [arrival for arrival in batch if arrival.tries > MOST_TRIES]
    _set_aside(
        [Aside(each, Arrival.State.PARKED, "worker_died", "It stopped its worker more than once.") for each in worn_out]
    )
    try:
        with spool.folder() as folder:
            _work_off([arrival for arrival in batch if arrival.tries <= MOST_TRIES], folder=folder, now=now)
    except (OperationalError, InterfaceError, OSError):
        _give_back(batch)
        raise
    return len(batch)


def _work_off(batch: Sequence[Arrival], *, folder: Path, now: datetime) -> None:
    found = reading.read(batch, folder=folder)
    _set_aside(found.aside)
    _give_back(found.unread)
    _look_later(found.postponed, at=now + RETRY_WAITS)
    for arrival, why in found.failed:
        _again(arrival, reason=why.reason, detail=why.detail, now=now)
    _settle(found.understood, now=now)


def _settle(items: Sequence[Item], *, now: datetime) -> None:
    """Write a batch whole; if the database refuses, halve it until the guilty one stands alone.

    Who speaks is committed first: two workers that meet the same new customer would otherwise wait for each other's
    whole batch. Should the batch fail, the customer stays, without a message, and the next try finds them.
    """
    if not items:
        return
    try:
        judged = judging.judge(items)
        messages, answers, away = agents.sort_out(judged.kept, judged.staff)
        with transaction.atomic():
            known = identities.resolve([speaker_of(item) for item in messages], now=now)
        with transaction.atomic():
            _take_as_done([item.arrival for item in items])
            _set_aside([*judged.aside, *away, *reports.record(judged.reports, now=now)])
            _write(messages, [known[speaker_of(item).key] for item in messages], now=now)
            _set_aside(agents.send(answers, now=now))
            _join(judged)
    except (OperationalError, InterfaceError):
        raise
    except LeaseLost:
        return
    except Exception as problem:  # noqa: BLE001 (halved down to one, whose row is tried again or parked with the reason)
        if len(items) == 1:
            _refused(items[0].arrival, problem, now=now)
            return
        middle = len(items) // 2
        _settle(items[:middle], now=now)
        _settle(items[middle:], now=now)


def _write(items: Sequence[Read], speakers: Sequence[Identity], *, now: datetime) -> None:
    """Threads, tickets, messages and the outcome, in the caller's transaction."""
    threads = threading.find(items, speakers)
    early = [item.arrival for item, thread in zip(items, threads, strict=True) if thread.early]
    _look_later(early, at=now + EARLY_WAITS)
    pointless = [each for item, thread in zip(items, threads, strict=True) if (each := _pointless(item, thread))]
    _set_aside(pointless)
    dropped = {arrival.pk for arrival in early} | {each.arrival.pk for each in pointless}
    proven = [speaker for item, speaker in zip(items, speakers, strict=True) if item.trust == Message.Trust.VERIFIED]
    identities.mark_reachable(proven)
    taken = incoming(items, speakers, threads, without=dropped, now=now)
    inbound.take_in([each for _arrival, each in taken], now=now)
    bulk.insert(
        Arrival.messages.through(arrival_id=arrival.pk, message_id=each.message.pk)
        for arrival, each in taken
        if each.message
    )


def _join(judged: Judged) -> None:
    """Another mailbox has brought the same mail: this arrival points to the same message (threats.md T17)."""
    ids = [copy.arrival.pk for copy in judged.copies]
    if ids:
        _close(ids, state=Arrival.State.DUPLICATE, reason="other_mailbox")
        copies.link(judged.copies)


def _pointless(item: Read, thread: threading.Thread) -> Aside | None:
    """A machine's mail that belongs to no ticket: a bounce, or its answer to a mail of ours that is on none either."""
    if not item.event.automatic or thread.early or thread.conversation or thread.follows is not None:
        return None
    if item.event.automatic in judging.BOUNCES:
        return Aside(item.arrival, Arrival.State.PARKED, "bounce")
    return Aside(item.arrival, Arrival.State.DISCARDED, "answers_no_ticket") if thread.off_ticket else None


def _take_as_done(arrivals: Sequence[Arrival]) -> None:
    """Mark them done before anything is made of them: the rows are locked, and a stolen lease is noticed at once."""
    ours = Arrival.objects.filter(
        pk__in=[arrival.pk for arrival in arrivals],
        state=Arrival.State.PROCESSING,
        lease_until=arrivals[0].lease_until,
    )
    if ours.update(state=Arrival.State.DONE, lease_until=None) != len({arrival.pk for arrival in arrivals}):
        raise LeaseLost


def _close(ids: Sequence[int], *, state: str, reason: str = "", detail: str = "") -> None:
    Arrival.objects.filter(pk__in=ids).update(state=state, reason=reason, detail=detail, lease_until=None)


def _set_aside(aside: Sequence[Aside]) -> None:
    for each in aside:
        _close([each.arrival.pk], state=each.state, reason=each.reason, detail=each.detail)


def _look_later(arrivals: Sequence[Arrival], *, at: datetime) -> None:
    """Not now: another worker has what they answer, or there is no room. It costs no try."""
    Arrival.objects.filter(pk__in=[arrival.pk for arrival in arrivals]).update(
        state=Arrival.State.NEW, tries=F("tries") - 1, due_at=at, lease_until=None
    )


def _refused(arrival: Arrival, problem: Exception, *, now: datetime) -> None:
    """The database or the storage refused this one alone; a full storage is nobody's fault and costs no try."""
    if isinstance(problem, CouldNotStore):
        _look_later([arrival], at=now + RETRY_WAITS)
        return
    detail = "".join(traceback.format_exception(problem, limit=-3))
    _again(arrival, reason="could_not_write", detail=detail, now=now)


def _again(arrival: Arrival, *, reason: str, detail: str, now: datetime) -> None:
    """It failed alone, in the parser or in the database: once more later, finally parked with the reason."""
    if arrival.tries >= MOST_TRIES:
        _close([arrival.pk], state=Arrival.State.PARKED, reason=reason, detail=detail)
        return
    Arrival.objects.filter(pk=arrival.pk).update(
        state=Arrival.State.NEW, due_at=now + RETRY_WAITS, detail=detail, lease_until=None
    )


def _give_back(arrivals: Sequence[Arrival]) -> None:
    """The database was locked, two batches met or the time ran out: not their fault, so it costs no try."""
    Arrival.objects.filter(pk__in=[arrival.pk for arrival in arrivals], state=Arrival.State.PROCESSING).update(
        state=Arrival.State.NEW, tries=F("tries") - 1, lease_until=None
    )
