"""What machines report on our mail: believed only if it names what only a receiver of ours can know (T13-T15)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from channels_in.events import DeliveryReport, Receipt, RecipientStatus
from channels_in.models import Arrival
from channels_in.services.reading import Aside, Reported
from channels_out import ids
from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services import recipients
from channels_out.services.recipients import Status
from core import bulk
from core.secrets import read_id
from customers.services import identities
from tickets.models import Message
from tickets.services.inward import news
from tickets.services.inward.news import News
from tickets.services.outward.outgoing import REPLY_TOKEN

FOREIGN = "foreign_report"
STATES = {"failed": Dispatch.State.FAILED, "delayed": Dispatch.State.SENT, "delivered": Dispatch.State.DELIVERED}
# What is wrong with the message or for the moment, and says nothing about the address: RFC 3463.
NOT_THE_ADDRESS = ("4.", "5.2.2", "5.2.3", "5.3.", "5.6.", "5.7.")


@dataclass(slots=True)
class _Found:
    """A report with the message of ours that it is about."""

    report: Reported
    dispatch: Dispatch
    message: Message | None


def record(reports: Sequence[Reported], *, now: datetime) -> list[Aside]:
    """Take in what they say; returns those that are not about anything of ours, parked: somebody may know them.

    In the caller's transaction; a handful of statements, and a few for each message of ours that is concerned.
    """
    if not reports:
        return []
    found = _about_ours(reports)
    statuses = [status for each in found for status in _statuses(each)]
    recipients.mark(statuses, now=now)
    identities.mark_undeliverable({each for one in found for each in _dead_addresses(one)}, now=now)
    news.record([piece for each in found for piece in _news(each)], now=now)
    bulk.insert(
        Arrival.messages.through(arrival_id=each.report.arrival.pk, message_id=each.message.pk)
        for each in found
        if each.message
    )
    known = {each.report.arrival.pk for each in found}
    return [
        Aside(report.arrival, Arrival.State.PARKED, FOREIGN, f"about <{report.event.about}>")
        for report in reports
        if report.arrival.pk not in known
    ]


def _about_ours(reports: Sequence[Reported]) -> list[_Found]:
    """By our Message-ID, which nobody can guess, by our return path, or by the reply token in what is returned."""
    by_id = {report.event.about for report in reports} - {""}
    by_path = {number for report in reports for token in report.event.tokens if (number := ids.dispatch_of(token))}
    known = Dispatch.objects.filter(external_id__in=by_id) | Dispatch.objects.filter(pk__in=by_path)
    dispatches = list(known.prefetch_related("recipients"))
    latest = _latest_in({number for report in reports for number in _conversations(report)})
    by_external_id = {dispatch.external_id: dispatch for dispatch in dispatches}
    by_pk = {dispatch.pk: dispatch for dispatch in dispatches}
    chosen: list[tuple[Reported, Dispatch]] = []
    for report in reports:
        paths = (by_pk.get(ids.dispatch_of(token) or 0) for token in report.event.tokens)
        threads = (latest.get(number) for number in _conversations(report))
        ours = by_external_id.get(report.event.about) or next(filter(None, (*paths, *threads)), None)
        if ours:
            chosen.append((report, ours))
    messages = Message.objects.filter(dispatch__in=[dispatch.pk for _report, dispatch in chosen])
    by_dispatch = {message.dispatch_id: message for message in messages.select_related("ticket")}
    return [_Found(report, dispatch, by_dispatch.get(dispatch.pk)) for report, dispatch in chosen]


def _conversations(report: Reported) -> list[int]:
    return [number for token in report.event.tokens if (number := read_id(REPLY_TOKEN, token))]


def _latest_in(conversations: Iterable[int]) -> dict[int, Dispatch]:
    """The last message we sent in each conversation: a report that names none else is about that."""
    if not conversations:
        return {}
    sent = Message.objects.filter(conversation__in=conversations, dispatch__isnull=False).order_by("received_at", "id")
    rows = sent.select_related("dispatch").prefetch_related("dispatch__recipients")
    return {row.conversation_id: row.dispatch for row in rows if row.conversation_id and row.dispatch}


def _statuses(found: _Found) -> list[Status]:
    event = found.report.event
    if isinstance(event, Receipt):
        reader = _recipient(found.dispatch, event.sender.value, alone=True)
        return [Status(found.dispatch.pk, Dispatch.State.READ, reader)] if event.kind == "read" and reader else []
    return [
        Status(found.dispatch.pk, STATES[status.action], address, _sentence(status))
        for status, address in _matched(found.dispatch, event)
        if status.action in STATES
    ]


def _matched(dispatch: Dispatch, event: DeliveryReport) -> list[tuple[RecipientStatus, str]]:
    """What is said of those we wrote to. Where we wrote to one alone, a report about one is about that one: its mail
    was passed on to another address.
    """
    alone = len({status.address for status in event.recipients}) == 1
    pairs = [(status, _recipient(dispatch, status.address, alone=alone)) for status in event.recipients]
    return [(status, address) for status, address in pairs if address]


def _recipient(dispatch: Dispatch, address: str, *, alone: bool) -> str:
    known: list[DispatchRecipient] = list(dispatch.recipients.all())
    exact = next((each.address for each in known if each.address.lower() == address.lower()), "")
    return exact or (known[0].address if alone and len(known) == 1 else "")


def _sentence(status: RecipientStatus) -> str:
    if status.action == "delivered":
        return ""
    return " ".join(part for part in (status.status, status.detail) if part) or status.action


def _dead_addresses(found: _Found) -> list[str]:
    event = found.report.event
    if isinstance(event, Receipt):
        return []
    return [
        address.lower()
        for status, address in _matched(found.dispatch, event)
        if status.action == "failed" and not status.status.startswith(NOT_THE_ADDRESS)
    ]


def _news(found: _Found) -> list[News]:
    """What stands on the ticket's timeline afterwards."""
    event, message = found.report.event, found.message
    if message is None:
        return []
    at = found.report.arrival.received_at
    if isinstance(event, Receipt):
        return [News(message, at, event.kind, event.sender.value)]
    told = [(status, address) for status, address in _matched(found.dispatch, event) if status.action in STATES]
    return [
        News(message, at, status.action, f"{address}: {_sentence(status)}".rstrip(": ")) for status, address in told
    ]
