"""A mail to the administrators when a channel does not work: by a mailbox that still sends, else there is none.

Not everybody looks at the desk at night. Who is told, and that it is once, is decided by whoever calls.
"""

from collections.abc import Callable
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import translation
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from channels_out.models import Outlet
from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from policies.models import Channel
from staff.models import User


def of_sending(channel: Channel, why: str, *, since: datetime, now: datetime) -> None:
    """The channel sends nothing; what is to leave by it waits."""

    def words() -> tuple[str, str]:
        waits = _("What is to leave waits, in order, and leaves by itself once it works again.")
        return _("%(channel)s does not send"), f"{why}\n\n{waits}"

    _write(channel, words, since=since, now=now)


def of_reading(channel: Channel, why: Callable[[], str], *, since: datetime, now: datetime) -> None:
    """Nothing is fetched from the mailbox; what comes waits on its server."""

    def words() -> tuple[str, str]:
        waits = _("What comes in waits on the mail server and is fetched once it works again.")
        return _("%(channel)s cannot be read"), f"{why()}\n\n{waits}"

    _write(channel, words, since=since, now=now)


def _write(channel: Channel, words: Callable[[], tuple[str, str]], *, since: datetime, now: datetime) -> None:
    mailbox = _that_sends(channel)
    if mailbox is None:
        return
    outgoing = [
        _outgoing(mailbox, channel, administrator, words, since=since)
        for administrator in User.objects.administrators()
    ]
    outbox.queue(outgoing, now=now)


def _that_sends(channel: Channel) -> Channel | None:
    """A mailbox whose way out is not known to be closed, this one before others."""
    mailboxes = Channel.objects.active().filter(kind=Channel.Kind.EMAIL)
    closed = Outlet.objects.exclude(state=Outlet.State.CLOSED).values("channel")
    able = list(mailboxes.exclude(pk__in=closed).order_by("id"))
    return min(able, key=lambda mailbox: mailbox.pk != channel.pk, default=None)


def _outgoing(
    mailbox: Channel,
    channel: Channel,
    administrator: User,
    words: Callable[[], tuple[str, str]],
    *,
    since: datetime,
) -> Outgoing:
    with translation.override(administrator.language):
        subject, said = words()
        local = since.astimezone(ZoneInfo(administrator.time_zone))
        parts = [
            _("Hello %(name)s,") % {"name": administrator.public_name or administrator.name},
            _("the channel %(channel)s (%(address)s) does not work since %(when)s.")
            % {"channel": channel.name, "address": channel.address, "when": date_format(local, "j F Y H:i")},
            said,
            _("Its page: %(address)s") % {"address": f"{settings.SITE_URL}/desk/channels/{channel.pk}/"},
        ]
    return Outgoing(
        channel=mailbox,
        recipients=[Recipient(administrator.email, administrator.name)],
        subject=subject % {"channel": channel.name},
        text="\n\n".join(parts) + "\n",
        automatic=True,
    )
