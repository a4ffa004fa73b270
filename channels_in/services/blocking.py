"""Senders from whom nothing becomes a ticket any more, and tickets that are spam at once with their senders."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime

from django.db import transaction

from channels_in.models import BlockedSender, BlockingHistory
from core.actor import Actor
from core.errors import NotAllowed
from core.history import by
from policies.models import Channel
from staff.models import User
from tickets.models import Message, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.services.handling import work

ADDRESS, DOMAIN = "address", "domain"
# Providers whose domain is everybody's: blocking it would silence half of the customers.
EVERYBODYS = frozenset(
    (
        *("gmail.com", "googlemail.com", "yahoo.com", "yahoo.co.id", "ymail.com", "rocketmail.com", "outlook.com"),
        *("hotmail.com", "live.com", "msn.com", "icloud.com", "me.com", "aol.com", "proton.me", "protonmail.com"),
        *("gmx.com", "zoho.com", "mail.com", "yandex.com", "telkom.net", "indosat.net.id", "cbn.net.id"),
    )
)


@dataclass(slots=True)
class Marked:
    """done: the tickets that changed. refused: how many the actor may not change. blocked: what is blocked now."""

    done: list[Ticket] = field(default_factory=list)
    refused: int = 0
    blocked: list[str] = field(default_factory=list)


@transaction.atomic
def mark_spam(ticket_ids: Iterable[int], *, actor: Actor, now: datetime, block: str = "", reason: str = "") -> Marked:
    """Mark tickets as spam; what is spam already, or may not be changed, is passed over.

    block: "address" or "domain" blocks who wrote them at the same time, empty blocks nobody.
    """
    marked = Marked()
    for ticket in _asked(ticket_ids, actor).exclude(status=Ticket.Status.SPAM):
        try:
            marked.done.append(work.mark_spam(ticket.pk, actor=actor, now=now))
        except NotAllowed:
            marked.refused += 1
    if block:
        marked.blocked = _block(_senders(marked.done, domains=block == DOMAIN), actor=actor, now=now, reason=reason)
    return marked


@transaction.atomic
def mark_one(ticket_id: int, *, actor: Actor, now: datetime, block: str = "", version: int | None = None) -> Marked:
    """The same for one ticket; what is refused is told.

    Raises Invalid (it is spam already), NotAllowed, Conflict, Ticket.DoesNotExist.
    """
    ticket = work.mark_spam(ticket_id, actor=actor, now=now, version=version)
    senders = _senders([ticket], domains=block == DOMAIN) if block else []
    return Marked([ticket], blocked=_block(senders, actor=actor, now=now, reason=""))


@transaction.atomic
def not_spam(ticket_ids: Iterable[int], *, actor: Actor, now: datetime, unblock: Iterable[str] = ()) -> Marked:
    """Take tickets out of the spam as they were before; unblock: what was blocked with them."""
    marked = Marked()
    for ticket in _asked(ticket_ids, actor).filter(status=Ticket.Status.SPAM):
        try:
            marked.done.append(work.not_spam(ticket.pk, actor=actor, now=now))
        except NotAllowed:
            marked.refused += 1
    if marked.done:
        _unblock(unblock, actor=actor, now=now)
    return marked


def _unblock(values: Iterable[str], *, actor: Actor, now: datetime) -> None:
    found = BlockedSender.objects.filter(value__in=list(values))
    lifted = [
        BlockingHistory(value=value, at=now, change="lifted", **by(actor))
        for value in found.values_list("value", flat=True)
    ]
    found.delete()
    BlockingHistory.objects.bulk_create(lifted)


def _asked(ticket_ids: Iterable[int], actor: Actor) -> TicketQuerySet:
    return Ticket.objects.visible_to(actor).filter(pk__in=list(ticket_ids)).order_by("pk")


def _senders(tickets: Iterable[Ticket], *, domains: bool) -> list[str]:
    """Who wrote these tickets; never one of us or whose name was forged, and no domain that is everybody's."""
    written = Message.objects.filter(ticket__in=list(tickets), kind=Message.Kind.INBOUND, from_address__contains="@")
    theirs = written.exclude(trust__in=[Message.Trust.FAILED, Message.Trust.THIRD_PARTY])
    addresses = sorted(set(theirs.values_list("from_address", flat=True)))
    own = own_domains()
    strangers = [each for each in addresses if each.rpartition("@")[2] not in own]
    if not domains:
        return strangers
    return sorted({_domain_of(each) for each in strangers})


def own_domains() -> set[str]:
    """The domains of our mailboxes and of our staff."""
    addresses = [*Channel.objects.values_list("address", flat=True), *User.objects.values_list("email", flat=True)]
    return {each.rpartition("@")[2].lower() for each in addresses if "@" in each}


def _domain_of(address: str) -> str:
    domain = address.rpartition("@")[2]
    return address if domain in EVERYBODYS else f"@{domain}"


def _block(values: Iterable[str], *, actor: Actor, now: datetime, reason: str) -> list[str]:
    """Block what is not blocked yet; returns that."""
    new = []
    for value in values:
        defaults = {"reason": reason[:200], "blocked_at": now, **by(actor)}
        _row, made = BlockedSender.objects.get_or_create(value=value, defaults=defaults)
        if made:
            new.append(value)
            BlockingHistory.objects.create(value=value, at=now, change="blocked", reason=reason[:200], **by(actor))
    return new
