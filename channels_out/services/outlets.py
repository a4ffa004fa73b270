"""The outlets: whose turn it is to send, and what becomes of a channel whose provider is away.

A breaker in the manner of fuses: after a few failed connections in a row nothing is tried for a while, then one message
tries alone. The queue waits meanwhile, in order, and costs no tries (threats.md W18, W20, D19).
"""

import hashlib
import json
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q

from channels_out import windows
from channels_out.models import Dispatch, Outlet
from channels_out.senders.base import Busy, NoAccess, Unreachable
from channels_out.services import alerts, by_mail
from channels_out.ways import WayOut
from core.claim import claim
from core.hints import nudge
from policies.models import Channel

LEASE = timedelta(seconds=50)  # a worker that dies delays its mails by less than a minute
SLOW_TOGETHER = 2  # workers that slow outlets may occupy at the same time; the others stay free for those that answer
FAILURES_TO_OPEN = 3
FIRST_PAUSE, SHORTEST_PROBE, LONGEST_PROBE = timedelta(seconds=5), timedelta(seconds=30), timedelta(minutes=5)
HELD_PROBE = timedelta(hours=1)
ALERT_AFTER = timedelta(minutes=10)
MINUTE, HOUR, GRAIN = timedelta(minutes=1), timedelta(hours=1), 60
State = Outlet.State
# What the worker writes that serves an outlet; alerted_at is not its own: `tend` may tell while a try is on its way.
SERVED = (
    "lease_until",
    "rest_until",
    "slow",
    "reason",
    "state",
    "failures",
    "opened_at",
    "next_probe_at",
    "failed_with",
)


def open_new(*, now: datetime) -> None:
    """An outlet for each channel that has something to send and none yet."""
    due = Dispatch.objects.due(now).filter(channel=OuterRef("pk"))
    new = list(Channel.objects.filter(Exists(due), outlet=None))
    if new:
        Outlet.objects.bulk_create([Outlet(channel=channel) for channel in new], ignore_conflicts=True)


def take(*, now: datetime) -> Outlet | None:
    """Claim the outlet whose turn it is, until `give_back` or the end of its lease."""
    ready = Outlet.objects.ready(now)
    if Outlet.objects.filter(slow=True, lease_until__gte=now).count() >= SLOW_TOGETHER:
        ready = ready.filter(slow=False)
    taken = claim(ready, limit=1, changes={"lease_until": now + LEASE, "served_at": now})
    if not taken:
        return None
    outlet = taken[0]
    if outlet.state == State.OPEN:
        outlet.state = State.HALF_OPEN
        outlet.save(update_fields=["state"])
    return outlet


def allowance(outlet: Outlet, way: WayOut, *, limit: int, now: datetime) -> int:
    """How many messages it may send now: one where it is only tried, and no more than its own limit by the minute."""
    if outlet.state == State.HALF_OPEN:
        return 1
    if not way.max_per_minute:
        return limit
    return min(limit, way.max_per_minute - windows.counted(outlet.minute, now=now, span=MINUTE))


def automatic_allowance(outlet: Outlet, way: WayOut, *, now: datetime) -> int:
    """How many messages that no person wrote may leave by it within this hour."""
    return way.automatic_per_hour - windows.counted(outlet.hour, now=now, span=HOUR, grain=GRAIN)


def postpone_automatic(outlet: Outlet, way: WayOut, *, now: datetime) -> None:
    """What no person wrote has used up its hour: the rest waits for the next, behind nobody and before nobody."""
    free_at = windows.free_at(outlet.hour, span=HOUR, grain=GRAIN, now=now)
    automatic = Dispatch.objects.filter(channel=outlet.channel_id, state=Dispatch.State.QUEUED, automatic=True)
    if automatic.filter(send_after__lte=now).update(send_after=free_at, order_key=""):
        alerts.too_much_automatic(outlet, limit=way.automatic_per_hour, now=now)


def give_back(outlet: Outlet, way: WayOut, *, answered: int, automatic: int, slow: bool, now: datetime) -> None:
    """After a round that met no trouble with the provider: the breaker closes, the limits are counted.

    answered: how many messages the provider took or refused; automatic: how many of them no person wrote.
    """
    outlet.minute = windows.added(outlet.minute, answered, now=now, span=MINUTE) if way.max_per_minute else {}
    outlet.hour = windows.added(outlet.hour, automatic, now=now, span=HOUR, grain=GRAIN)
    if way.max_per_minute and windows.counted(outlet.minute, now=now, span=MINUTE) >= way.max_per_minute:
        outlet.rest_until = windows.free_at(outlet.minute, span=MINUTE, now=now)
    outlet.slow, outlet.lease_until = slow, None
    with transaction.atomic():
        if answered:
            _close(outlet, now=now)
        outlet.save(update_fields=[*SERVED, "minute", "hour"])


def _close(outlet: Outlet, *, now: datetime) -> None:
    """It works: whoever was told that it does not learns of it."""
    if Outlet.objects.filter(pk=outlet.pk, alerted_at__isnull=False).update(alerted_at=None):
        alerts.works_again(outlet, now=now)
    outlet.state, outlet.reason, outlet.failures = State.CLOSED, "", 0
    outlet.opened_at = outlet.next_probe_at = None


@transaction.atomic
def note_that_it_sends(channel_id: int, *, now: datetime) -> None:
    """Somebody has just sent a mail by it outside the queue, which may now follow."""
    broken = Outlet.objects.exclude(state=State.CLOSED).filter(pk=channel_id).select_related("channel")
    for outlet in broken.select_for_update(of=("self",)):
        _close(outlet, now=now)
        outlet.save(update_fields=SERVED)
        _release(now=now)


def trouble(outlet: Outlet, problem: Unreachable | NoAccess, *, now: datetime) -> None:
    """The provider could not be reached, wants a pause, or does not let us in."""
    outlet.lease_until, outlet.reason = None, problem.why
    if isinstance(problem, Busy):
        outlet.rest_until = now + problem.after
        if outlet.state != State.CLOSED:
            outlet.next_probe_at = outlet.rest_until
        outlet.save(update_fields=SERVED)
        return
    outlet.failures += 1
    outlet.opened_at, outlet.slow, outlet.failed_with = outlet.opened_at or now, True, _digest(outlet.channel)
    if isinstance(problem, NoAccess):
        outlet.state, outlet.next_probe_at = State.HELD, now + HELD_PROBE
    elif outlet.failures >= FAILURES_TO_OPEN or outlet.state != State.CLOSED:
        outlet.state, outlet.next_probe_at = State.OPEN, now + _pause(outlet.failures)
    else:
        outlet.rest_until = now + FIRST_PAUSE * outlet.failures
    outlet.save(update_fields=SERVED)
    if outlet.state == State.HELD:
        alert(outlet, now=now)


def _digest(channel: Channel) -> str:
    """What people set the channel to and when they connected it, apart from the tokens that we fetch ourselves."""
    ours = ("access_", "graph_", "refresh_")  # providers may change the last, too, each time they are asked
    lasting = {name: value for name, value in channel.secrets.items() if not name.startswith(ours)}
    written = json.dumps([channel.address, channel.settings, lasting], sort_keys=True, default=str)
    return hashlib.sha256(written.encode()).hexdigest()


def _pause(failures: int) -> timedelta:
    doubled: int = 2 ** min(max(0, failures - FAILURES_TO_OPEN), 10)
    return min(SHORTEST_PROBE * doubled, LONGEST_PROBE)


@transaction.atomic
def alert(outlet: Outlet, *, now: datetime) -> None:
    """Tell the administrators, by notice and by mail, once until it works again."""
    if Outlet.objects.filter(pk=outlet.pk, alerted_at=None).update(alerted_at=now):
        alerts.does_not_send(outlet, now=now)
        by_mail.of_sending(outlet.channel, outlet.reason, since=outlet.opened_at or now, now=now)


def tend(*, now: datetime) -> None:
    """What is to be done while nothing is sent: hold, release, try, tell. Changes nothing where all is well."""
    long = Outlet.objects.filter(state__in=[State.OPEN, State.HALF_OPEN], opened_at__lte=now - ALERT_AFTER)
    for outlet in long.filter(alerted_at=None).select_related("channel"):
        alert(outlet, now=now)
    for outlet in Outlet.objects.exclude(state=State.CLOSED).select_related("channel"):
        changed = outlet.next_probe_at and outlet.next_probe_at > now and outlet.failed_with != _digest(outlet.channel)
        waited = outlet.state == State.HELD and outlet.next_probe_at and outlet.next_probe_at <= now
        if changed or waited:
            resume(outlet.channel_id, now=now)
    _hold(now=now)
    _release(now=now)


def _hold(*, now: datetime) -> None:
    """What cannot leave because of its channel is held: not failed, and not counted as late."""
    blocked = Outlet.objects.blocked().values("channel_id")
    paused = Channel.objects.filter(state=Channel.State.PAUSED).values("pk")
    due = Dispatch.objects.filter(Q(channel__in=blocked) | Q(channel__in=paused), state=Dispatch.State.QUEUED)
    waiting = due.filter(send_after__lte=now)
    if waiting.exists():
        waiting.update(state=Dispatch.State.HELD)


def _release(*, now: datetime) -> None:
    """In their old order, each with a day from now."""
    blocked = Outlet.objects.blocked().values("channel_id")
    free = Dispatch.objects.filter(state=Dispatch.State.HELD, channel__state=Channel.State.ACTIVE)
    released = free.exclude(channel__in=blocked)
    if released.exists():
        released.update(state=Dispatch.State.QUEUED, expires_at=now + timedelta(days=1))
        nudge("channels_out.tasks.send_dispatches")


def resume(channel_id: int, *, now: datetime) -> None:
    """Somebody renewed the credentials, or it is time to try: one message goes ahead, the queue follows in order."""
    held = Outlet.objects.filter(pk=channel_id, state__in=[State.HELD, State.OPEN, State.HALF_OPEN])
    if held.update(state=State.OPEN, next_probe_at=now, rest_until=None):
        _release(now=now)
