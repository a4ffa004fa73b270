"""How channels do: what a page, the API and `doctor` say of them. Reads, never writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Q

from channels_in.models import Mailbox
from channels_in.troubles import sentence
from channels_out.models import Outlet
from policies.models import Channel


class Condition(StrEnum):
    """ok: works, as far as is known. warning: works, but something is left to be put right. starting: not tried yet."""

    OK = "ok"
    WARNING = "warning"
    STARTING = "starting"
    FAILING = "failing"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True)
class Health:
    """incoming, outgoing: the sentence of what is wrong there, empty where nothing is. backlog: mails on the server."""

    condition: Condition
    incoming: str = ""
    outgoing: str = ""
    failing_since: datetime | None = None
    last_ok_at: datetime | None = None
    last_received_at: datetime | None = None
    next_try_at: datetime | None = None
    backlog: int = 0


def health_of(channels: Sequence[Channel]) -> dict[int, Health]:
    """By the ids of the channels, in the language of whoever asks. Two statements."""
    ids = [channel.pk for channel in channels]
    mailboxes = {row.channel_id: row for row in Mailbox.objects.filter(channel__in=ids)}
    outlets = {row.channel_id: row for row in Outlet.objects.filter(channel__in=ids)}
    return {each.pk: _health(each, mailboxes.get(each.pk), outlets.get(each.pk)) for each in channels}


@dataclass(frozen=True, slots=True)
class Outage:
    """A channel of which the administrators were told that it does not work: since when it is not read, or sends."""

    channel_id: int
    name: str
    not_read_since: datetime | None
    not_sending_since: datetime | None

    @property
    def since(self) -> datetime:
        return min(moment for moment in (self.not_read_since, self.not_sending_since) if moment)


def outages(*, limit: int = 20) -> list[Outage]:
    """One statement."""
    not_read = Q(mailbox__told_at__isnull=False, mailbox__failing_since__isnull=False)
    told = not_read | Q(outlet__alerted_at__isnull=False)
    rows = Channel.objects.active().filter(told).order_by("name", "id")
    wanted = ("pk", "name", "mailbox__failing_since", "mailbox__told_at", "outlet__opened_at", "outlet__alerted_at")
    return [
        Outage(pk, name, failing if told_of_reading else None, opened if told_of_sending else None)
        for pk, name, failing, told_of_reading, opened, told_of_sending in rows.values_list(*wanted)[:limit]
    ]


def failing(*, limit: int = 20) -> list[tuple[str, str]]:
    """Names of channels whose mailbox cannot be read now, each with its sentence."""
    rows = Mailbox.objects.failing().filter(channel__state=Channel.State.ACTIVE).select_related("channel")
    return [(row.channel.name, sentence(row.trouble, row.trouble_facts)) for row in rows.order_by("id")[:limit]]


def count_failing() -> int:
    return Mailbox.objects.failing().filter(channel__state=Channel.State.ACTIVE).count()


def _health(channel: Channel, mailbox: Mailbox | None, outlet: Outlet | None) -> Health:
    incoming = sentence(mailbox.trouble, mailbox.trouble_facts) if mailbox and mailbox.trouble else ""
    blocked = outlet is not None and outlet.state != Outlet.State.CLOSED
    outgoing = outlet.reason if outlet and blocked else ""
    return Health(
        condition=_condition(channel, mailbox, broken=bool(blocked)),
        incoming=incoming,
        outgoing=outgoing,
        failing_since=mailbox.failing_since if mailbox else None,
        last_ok_at=mailbox.last_ok_at if mailbox else None,
        last_received_at=mailbox.last_mail_at if mailbox else None,
        next_try_at=mailbox.next_poll_at if mailbox else None,
        backlog=mailbox.backlog if mailbox else 0,
    )


def _condition(channel: Channel, mailbox: Mailbox | None, *, broken: bool) -> Condition:
    if channel.state == Channel.State.PAUSED:
        return Condition.PAUSED
    if broken or (mailbox and mailbox.failures):
        return Condition.FAILING
    if mailbox and mailbox.trouble:
        return Condition.WARNING
    fetched = channel.kind == Channel.Kind.EMAIL and bool((channel.settings.get("imap") or {}).get("host"))
    return Condition.STARTING if fetched and not (mailbox and mailbox.last_ok_at) else Condition.OK
