"""Placing the open tickets in time, so that a demo begins like a good day: a tenth late, some close, the rest fine.

A ticket is moved as a whole, its own times only: what was said, when it waited, what was sent. The clocks are then
counted again from that by the rules in force, as for any other ticket, so each can be explained. Those of people with a
story of their own stay on their days.
"""

import random
from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import models
from django.db.models import F, Max

from channels_out.models import Dispatch, DispatchRecipient
from customers.models import Identity
from tickets.clocks import PAUSED, Allowed, read
from tickets.models import Conversation, Deadline, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines, events
from tickets.services.clocks.demands import Demand
from tickets.services.clocks.terms import Known, agree
from tickets.spans import Event, spans

CALM, SOON, URGENT, LATE = range(4)
SHARE_LATE, SHARE_SOON, SHARE_URGENT = 0.10, 0.09, 0.06
YOUNGEST, OLDEST, LATE_BY = timedelta(minutes=2), timedelta(days=9), timedelta(hours=5)
AWAKE, TRIES, ENOUGH = range(7, 22), 12, 6


@dataclass(frozen=True, slots=True)
class Place:
    """One open ticket and what decides how its clocks stand. last_at: when something last happened on it."""

    ticket: Ticket
    events: list[Event]
    clocks: list[tuple[Demand, Allowed]]
    last_at: datetime

    def look(self, age: timedelta, now: datetime) -> int | None:
        """How its nearest clock would stand were it that long since something happened; None where all stand still."""
        moved = now - age - self.last_at
        happened = [Event(min(each.at + moved, now), each.kind, each.status) for each in self.events]
        found: list[tuple[datetime, int]] = []
        for demand, allowed in self.clocks:
            for span in spans(self.ticket.received_at + moved, happened, pausing=demand.pauses):
                if span.goal != demand.goal or span.met_at:
                    continue
                shown = read(span, allowed, now=now)
                if shown.state != PAUSED and shown.due_at and shown.warn_at and shown.urgent_at:
                    passed = (shown.warn_at <= now) + (shown.urgent_at <= now) + (shown.due_at <= now)
                    found.append((shown.due_at, LATE if shown.due_at <= now else passed))
        return min(found)[1] if found else None

    def first_age(self, look: int, now: datetime) -> timedelta:
        """The least age at which its nearest clock stands at least like that."""
        least, most = int(YOUNGEST.total_seconds()), int(OLDEST.total_seconds())
        while least < most:
            middle = (least + most) // 2
            if (self.look(timedelta(seconds=middle), now) or CALM) >= look:
                most = middle
            else:
                least = middle + 1
        return timedelta(seconds=least)


def place(*, now: datetime, rng: random.Random, staying: Collection[str]) -> None:
    """Move the open tickets of each team to where their clocks make a good day, and count the clocks again.

    staying: addresses of the customers whose tickets keep their days.
    """
    places = _places(now, staying)
    of_team: dict[int | None, list[Place]] = defaultdict(list)
    for each in places:
        of_team[each.ticket.team_id].append(each)
    for several in of_team.values():
        rng.shuffle(several)
        several.sort(key=lambda each: each.look(YOUNGEST, now) != LATE)  # whose time has run out whatever we do
        for each, look in zip(several, _looks(len(several)), strict=True):
            _move(each.ticket, now - _age(each, look, rng, now) - each.last_at)
    _count_again([each.ticket.pk for each in places], now=now)


def _looks(count: int) -> list[int]:
    """How the tickets of a team are to stand; each kind at least once where there are enough to show it."""
    shares = (SHARE_LATE, SHARE_SOON, SHARE_URGENT)
    late, soon, urgent = (max(int(count >= ENOUGH), round(count * share)) for share in shares)
    return ([LATE] * late + [SOON] * soon + [URGENT] * urgent + [CALM] * count)[:count]


def _age(each: Place, look: int, rng: random.Random, now: datetime) -> timedelta:
    begins = each.first_age(look, now) if look else YOUNGEST
    ends = min(begins + LATE_BY, OLDEST) if look == LATE else each.first_age(look + 1, now) - timedelta(seconds=30)
    zone = ZoneInfo(each.ticket.customer.time_zone or "Asia/Jakarta")
    length = max(0.0, (ends - begins).total_seconds())
    for _try in range(TRIES):  # people write by day, if there is a day to choose
        age = begins + timedelta(seconds=int(length * rng.random()))
        if (now - age).astimezone(zone).hour in AWAKE:
            break
    return age


def _places(now: datetime, staying: Collection[str]) -> list[Place]:
    """Open tickets with clocks that run; one whose clocks all stand still is fine as it is."""
    told = Identity.objects.filter(kind=Identity.Kind.EMAIL, value__in=staying).values("customer")
    opened = Ticket.objects.open().exclude(customer__in=told)
    tickets = list(opened.select_related("customer", "channel").order_by("id"))
    known = Known()
    agree(tickets, known, now=now)
    happened = events.of_tickets(tickets, now=now)
    entries = TimelineEntry.objects.filter(ticket__in=tickets).order_by().values("ticket")
    last_at = dict(entries.annotate(last=Max("at")).values_list("ticket", "last"))
    found = [
        Place(each, happened[each.pk], known.clocks(known.terms[each.terms_id]), last_at[each.pk])
        for each in tickets
        if each.terms_id
    ]
    return [each for each in found if each.look(YOUNGEST, now) is not None]


def _move(ticket: Ticket, distance: timedelta) -> None:
    messages = Message.objects.filter(ticket=ticket)
    dispatches = list(messages.exclude(dispatch=None).values_list("dispatch", flat=True))
    for rows in (
        Ticket.objects.filter(pk=ticket.pk),
        Conversation.objects.filter(ticket=ticket),
        TimelineEntry.objects.filter(ticket=ticket),
        TicketHistory.objects.filter(ticket=ticket),
        Dispatch.objects.filter(pk__in=dispatches),
        DispatchRecipient.objects.filter(dispatch__in=dispatches),
        messages,
    ):
        _add(rows, distance)


def _add(rows: models.QuerySet[models.Model], distance: timedelta) -> None:
    fields = [each.name for each in rows.model._meta.concrete_fields if isinstance(each, models.DateTimeField)]
    rows.order_by().update(**{name: F(name) + distance for name in fields})


def _count_again(ids: Sequence[int], *, now: datetime) -> None:
    Deadline.objects.filter(ticket__in=ids).delete()
    tickets = Ticket.objects.filter(pk__in=ids).select_related("customer", "channel").order_by("id")
    deadlines.adopt(list(tickets), now=now)
