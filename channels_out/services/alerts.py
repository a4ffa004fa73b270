"""What administrators are told about the way out, as notices; each trouble once."""

from collections.abc import Collection
from datetime import datetime, timedelta

from channels_out.models import Outlet, Silence
from notices.services.telling import tell
from policies.models import Channel
from staff.models import User

A_DAY = timedelta(days=1)


def does_not_send(outlet: Outlet, *, now: datetime) -> None:
    """The channel's queue waits: its provider is away for long, or does not let us in."""
    kind = "channel_held" if outlet.state == Outlet.State.HELD else "channel_down"
    _tell(kind, outlet.channel, now=now, why=outlet.reason)


def works_again(outlet: Outlet, *, now: datetime) -> None:
    """For those who were told that it did not."""
    _tell("channel_works_again", outlet.channel, now=now)


def cannot_be_read(channel: Channel, *, now: datetime) -> None:
    """Its mailbox gives no mail for long, or lets us in no more."""
    _tell("mailbox_failing", channel, now=now)


def is_read_again(channel: Channel, *, now: datetime) -> None:
    """For those who were told that it was not."""
    _tell("mailbox_works_again", channel, now=now)


def too_much_automatic(outlet: Outlet, *, limit: int, now: datetime) -> None:
    """More automatic mail than an hour may have waits in this channel; once a day (threats.md P03)."""
    if outlet.limit_told_at is None or outlet.limit_told_at <= now - A_DAY:
        outlet.limit_told_at = now
        outlet.save(update_fields=["limit_told_at"])
        _tell("channel_automatic_limit", outlet.channel, now=now, limit=str(limit))


def silenced(addresses: Collection[str], *, now: datetime) -> None:
    """These addresses get no automatic answers any more; once a day each (threats.md T11)."""
    known = Silence.objects.filter(address__in=addresses, told_at__gt=now - A_DAY)
    new = sorted(set(addresses) - set(known.values_list("address", flat=True)))
    if not new:
        return
    rows = [Silence(address=address, told_at=now) for address in new]
    Silence.objects.bulk_create(rows, update_conflicts=True, update_fields=["told_at"], unique_fields=["address"])
    for administrator in _administrators():
        for address in new:
            tell(administrator, "address_silenced", object_kind="address", object_id=0, now=now, address=address)


def _tell(kind: str, channel: Channel, *, now: datetime, **parameters: str) -> None:
    parameters["channel"] = channel.name
    for administrator in _administrators():
        tell(administrator, kind, object_kind="channel", object_id=channel.pk, now=now, **parameters)


def _administrators() -> list[int]:
    return list(User.objects.administrators().values_list("pk", flat=True))
