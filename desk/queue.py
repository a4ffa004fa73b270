"""The queue: who waits for us, the longest wait first, with its views, counts and filters."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

from django.db import connection
from django.db.models import IntegerField, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from core.actor import Actor
from desk import narrowing
from desk.cards import Card, cards
from policies.models import Channel, Priority, QueryType
from staff.models import Team, User
from tickets.models import Ticket
from tickets.models.ticket import TicketQuerySet
from web.templatetags.web import named

PAGE = 30
MOST = 100  # a count goes no further: 99 and more is shown as "99+"
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MINE, UNASSIGNED, UNSORTED, OPEN, RESOLVED = "mine", "unassigned", "unsorted", "open", "resolved"
SPAM, WROTE_AFTER = "spam", "wrote-after"
TEAM = "team-"


class CappedCount(Subquery):
    """How many rows a query has, counted in the database up to where the query is cut."""

    template = "(SELECT COUNT(*) FROM (%(subquery)s) capped)"
    output_field = IntegerField()


@dataclass(frozen=True, slots=True)
class Choice:
    """What somebody wants to see of the queue: all of it stands in the address, so that it can be passed on."""

    view: str = ""
    type: str = ""
    channel: str = ""
    priority: str = ""
    team: str = ""
    owner: str = ""
    clock: str = ""
    status: str = ""
    area: str = ""
    since: str = ""
    until: str = ""
    escalated: str = ""
    before: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str], *, actor: Actor) -> "Choice":
        """From an address; what is not known there is left out."""
        view = given.get("view", "")
        known = view in (MINE, UNASSIGNED, UNSORTED, OPEN, WROTE_AFTER, RESOLVED, SPAM) or view.startswith(TEAM)
        channel, priority = given.get("channel", ""), given.get("priority", "")
        return cls(
            view=view if known else default_view(actor),
            type=given.get("type", "")[:50],
            channel=channel if channel in Channel.Kind.values else "",
            priority=priority if priority in Priority.values else "",
            **narrowing.read(given),
            before=given.get("before", "")[:60],
        )

    @property
    def filters(self) -> dict[str, str]:
        named_filters = {"type": self.type, "channel": self.channel, "priority": self.priority}
        named_filters |= {name: getattr(self, name) for name in narrowing.NAMES}
        return {name: value for name, value in named_filters.items() if value}

    def address(self, **changes: str) -> str:
        """The part of the address behind the question mark, changed as told; without a place in the list."""
        chosen = replace(self, **{"before": "", **changes})
        return urlencode(
            {"view": chosen.view, **chosen.filters, **({"before": chosen.before} if chosen.before else {})}
        )


@dataclass(frozen=True, slots=True)
class View:
    key: str
    label: str
    count: int
    address: str
    current: bool


@dataclass(frozen=True, slots=True)
class Filter:
    """A filter that is set; its address is the list without it."""

    label: str
    address: str


@dataclass(frozen=True, slots=True)
class QueuePage:
    """One page of the queue. more: the address of the next page, empty at the end."""

    choice: Choice
    views: list[View]
    filters: list[Filter]
    cards: list[Card]
    more: str

    @property
    def current(self) -> View:
        return next((view for view in self.views if view.current), self.views[0])

    @property
    def address(self) -> str:
        return self.choice.address()

    @property
    def unassigned(self) -> View:
        return next(view for view in self.views if view.key == UNASSIGNED)


def default_view(actor: Actor) -> str:
    """Agents begin with their own tickets, those who lead with everybody's."""
    return OPEN if actor.leads else MINE


def queue_page(choice: Choice, *, actor: Actor, teams: Collection[Team], now: datetime) -> QueuePage:
    """Two statements: the counts of all views, and the cards; one more names the type of an empty list, one more finds
    the channels of a kind.
    """
    found, more = cards_of(choice, actor=actor, now=now)
    return QueuePage(
        choice=choice,
        views=_views(choice, actor=actor, teams=teams),
        filters=_filters(choice, found),
        cards=found,
        more=more,
    )


def cards_of(choice: Choice, *, actor: Actor, now: datetime) -> tuple[list[Card], str]:
    """The tickets of one page, and the address of the page after it."""
    tickets = _of_view(choice.view, Ticket.objects.visible_to(actor), actor=actor)
    found = cards(_after(choice, _ordered(choice.view, _filtered(choice, tickets, now=now)))[: PAGE + 1], now=now)
    more = choice.address(before=_position(found[PAGE - 1])) if len(found) > PAGE else ""
    return found[:PAGE], more


def _of_view(view: str, tickets: TicketQuerySet, *, actor: Actor) -> TicketQuerySet:
    if view in (RESOLVED, SPAM):
        return tickets.filter(status=view)
    if view == WROTE_AFTER:
        return tickets.filter(wrote_after=True)
    tickets = tickets.open()
    if view == MINE:
        return tickets.filter(owner_id=actor.id)
    if view == UNASSIGNED:
        return tickets.filter(owner=None)
    if view == UNSORTED:
        return tickets.filter(query_type=_only(QueryType.objects.unsorted()))
    if view.startswith(TEAM):
        return tickets.filter(team=_only(Team.objects.filter(slug=view.removeprefix(TEAM))))
    return tickets


def _only(rows: QuerySet[Any]) -> Subquery:
    """The one row there is, as a value: so an index serves condition and order together, which no join would let it."""
    return Subquery(rows.order_by("pk").values("pk")[:1])


def _filtered(choice: Choice, tickets: TicketQuerySet, *, now: datetime) -> TicketQuerySet:
    if choice.type:
        tickets = tickets.filter(query_type=_only(QueryType.objects.filter(slug=choice.type)))
    if choice.channel:
        kind = Channel.objects.filter(kind=choice.channel)
        tickets = tickets.filter(channel__in=list(kind.values_list("pk", flat=True)))
    if choice.priority:
        tickets = tickets.filter(priority=choice.priority)
    return narrowing.narrowed(tickets, choice.filters, now=now)


def _ordered(view: str, tickets: TicketQuerySet) -> TicketQuerySet:
    if view == SPAM:
        return tickets.order_by("-queue_at", "-id")
    return tickets.order_by("-resolved_at", "-id") if view == RESOLVED else tickets.in_queue_order()


def _position(card: Card) -> str:
    """Where a ticket stands in the order of its view, as it is written in an address."""
    due, ball, moment = card.position
    return f"{_ticks(due)}_{ball}_{_ticks(moment)}_{card.pk}"


def _ticks(moment: datetime) -> int:
    return (moment - EPOCH) // timedelta(microseconds=1)


def _after(choice: Choice, tickets: TicketQuerySet) -> TicketQuerySet:
    """What comes after a position; a position that nobody could have been given is passed over."""
    parts = choice.before.split("_")
    if len(parts) != 4 or not all(part.isascii() and part.isdigit() and len(part) < 18 for part in parts):
        return tickets
    ball, pk = int(parts[1]), int(parts[3])
    due, moment = (EPOCH + timedelta(microseconds=int(part)) for part in (parts[0], parts[2]))
    if choice.view == RESOLVED:
        return tickets.filter(Q(resolved_at__lt=moment) | Q(resolved_at=moment, id__lt=pk))
    if choice.view == SPAM:
        return tickets.filter(Q(queue_at__lt=moment) | Q(queue_at=moment, id__lt=pk))
    behind = Q(ball__gt=ball) | Q(ball=ball, queue_at__gt=moment) | Q(ball=ball, queue_at=moment, id__gt=pk)
    return tickets.filter(Q(queue_due_at__gt=due) | Q(Q(queue_due_at=due) & behind), queue_due_at__gte=due)


def _views(choice: Choice, *, actor: Actor, teams: Collection[Team]) -> list[View]:
    labels = {MINE: _("Mine")} | {f"{TEAM}{team.slug}": named(team) for team in teams}
    labels |= {UNASSIGNED: _("Unassigned"), UNSORTED: _("Unsorted"), OPEN: _("All open"), RESOLVED: _("Resolved")}
    labels |= {WROTE_AFTER: _("Wrote after solution"), SPAM: _("Spam")}
    if choice.view not in labels:  # a colleague's team, from an address that was passed on
        labels[choice.view] = choice.view.removeprefix(TEAM)
    counts = _counts(list(labels), actor=actor)
    return [
        View(key, label, counts.get(key, 0), Choice(view=key).address(), current=key == choice.view)
        for key, label in labels.items()
    ]


def _counts(keys: Sequence[str], *, actor: Actor) -> dict[str, int]:
    """All counts in one statement, each cut at a hundred: it reads no more however many tickets there are.

    They count in the order of their views: without it the database guesses that any hundred rows are soon found, and
    reads the whole table where there are few.
    """
    statement, parameters = _counting(tuple(keys), actor)
    with connection.cursor() as cursor:
        cursor.execute(statement, parameters)
        found = cursor.fetchone()
    return dict(zip(keys, found or (), strict=False))


@lru_cache(maxsize=1000)
def _counting(keys: tuple[str, ...], actor: Actor) -> tuple[str, tuple[Any, ...]]:
    """The statement that counts; building it takes longer than running it, and it stays the same for a person."""
    columns = {}
    for number, key in enumerate(keys):
        tickets = _of_view(key, Ticket.objects.visible_to(actor), actor=actor)
        columns[f"count_{number}"] = CappedCount(_ordered(key, tickets).values("pk")[:MOST])
    asked = User.objects.filter(pk=actor.id or 0).annotate(**columns).values_list(*columns)
    statement, parameters = asked.query.sql_with_params()
    return statement, tuple(parameters)


def _filters(choice: Choice, found: Sequence[Card]) -> list[Filter]:
    labels = {}
    if choice.type:
        labels["type"] = _type_name(choice.type, found)
    if choice.channel:
        labels["channel"] = str(Channel.Kind(choice.channel).label)
    if choice.priority:
        labels["priority"] = str(Priority(choice.priority).label)
    labels |= narrowing.labels(choice.filters)
    return [Filter(label, choice.address(**{name: ""})) for name, label in labels.items()]


def _type_name(slug: str, found: Sequence[Card]) -> str:
    """The cards know the name; only an empty list must ask for it."""
    if found:
        return found[0].type
    return named(QueryType.objects.filter(slug=slug).first()) or slug
