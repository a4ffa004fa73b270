"""The board as its page shows it: every number with its words and the address of exactly the tickets it counts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlencode

from django.template.defaultfilters import floatformat
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from desk.cards import COLUMNS, Card, cards_of_rows
from desk.narrowing import NONE
from policies.models import Channel, LadderStep
from reports.board import Board, Load, board
from reports.escalations import Raised
from reports.scope import Named, Scope, scope_of
from reports.surges import Surge
from staff.seen import HERE
from tickets.models import Escalation
from web.templatetags.web import named

TYPES, PEOPLE = 20, 40  # rows that are shown; the CSV has all
TILES: dict[str, tuple[Promise, Mapping[str, str]]] = {
    "open": (gettext_lazy("Open"), {}),
    "late": (gettext_lazy("Late"), {"clock": "late"}),
    "due": (gettext_lazy("Due within 2 hours"), {"clock": "due"}),
    "unassigned": (gettext_lazy("Unassigned"), {"view": "unassigned"}),
    "unsorted": (gettext_lazy("Unsorted"), {"view": "unsorted"}),
    "waiting": (gettext_lazy("Waiting for customer"), {"status": "waiting_customer"}),
    "escalated": (gettext_lazy("Escalated, no answer yet"), {"escalated": "1"}),
    "wrote": (gettext_lazy("Wrote after solution"), {"view": "wrote-after"}),
}
ALARMING = ("late", "missed", "escalated")
LANES: dict[str, Promise] = {
    "late": gettext_lazy("Late"),
    "urgent": gettext_lazy("Under a tenth left"),
    "soon": gettext_lazy("Under a quarter left"),
    "calm": gettext_lazy("Time enough"),
    "paused": gettext_lazy("Paused"),
}


@dataclass(frozen=True, slots=True)
class Number:
    """A count that leads to its list."""

    count: int
    address: str
    label: str = ""
    key: str = ""
    alarming: bool = False


@dataclass(frozen=True, slots=True)
class LaneShown:
    standing: str
    total: Number
    cards: list[Card]


@dataclass(frozen=True, slots=True)
class Person:
    load: Load
    is_here: bool
    is_away: bool
    open: Number
    late: Number
    due: Number
    paused: Number


@dataclass(frozen=True, slots=True)
class TypeLine:
    """cells: one for each kind of channel, open and late; None where nothing came by it."""

    type: Named
    open: Number
    late: Number
    cells: list[tuple[Number, Number] | None]


@dataclass(frozen=True, slots=True)
class SurgeLine:
    words: str
    address: str


@dataclass(frozen=True, slots=True)
class StreamLine:
    """An escalation in the words of the page."""

    raised: Raised
    cause: str
    level: str
    state: str


@dataclass(frozen=True, slots=True)
class BoardPage:
    """address: the query of this board, by which it is asked for again."""

    scope: Scope
    teams: Sequence[Named]
    address: str
    taken: Board
    tiles: list[Number]
    lanes: list[LaneShown]
    people: list[Person]
    types: list[TypeLine]
    kinds: list[str]
    surges: list[SurgeLine]
    stream: list[StreamLine]

    @property
    def more_types(self) -> int:
        return len(self.taken.types) - len(self.types)

    @property
    def more_people(self) -> int:
        return len(self.taken.agents) - len(self.people)


def board_page(given: Mapping[str, str], *, actor: Actor, now: datetime) -> BoardPage:
    """given: the address's team and channel. The teams, and what the snapshot takes where no fresh one is there."""
    scope, teams = scope_of(actor, team=given.get("team", ""), channel=given.get("channel", ""))
    taken = board(scope, columns=COLUMNS, now=now)
    to = Addresses(scope)
    return BoardPage(
        scope=scope,
        teams=teams,
        address=urlencode(narrowed_to(scope)),
        taken=taken,
        tiles=_tiles(taken, to),
        lanes=[_lane(each.standing, each.count, each.rows, to, now=now) for each in taken.lanes],
        people=[_person(load, to, now=now) for load in taken.agents[:PEOPLE]],
        types=_types(taken, to),
        kinds=[str(Channel.Kind(kind).label) for kind in taken.kinds],
        surges=[_surge(each, taken, to) for each in taken.surges],
        stream=[_line(each) for each in taken.stream],
    )


def narrowed_to(scope: Scope) -> dict[str, str]:
    """What of an address says which part of the house is shown."""
    chosen = {"team": scope.team.slug if scope.team else "", "channel": scope.channel}
    return {name: value for name, value in chosen.items() if value}


class Addresses:
    """Lists of the queue within one scope."""

    def __init__(self, scope: Scope) -> None:
        self.within = narrowed_to(scope)
        self.queue, self.follow_ups = reverse("desk:queue"), reverse("desk:follow-ups")

    def of(self, **filters: str) -> str:
        return f"{self.queue}?{urlencode({'view': 'open'} | self.within | filters)}"

    def of_missed(self) -> str:
        return f"{self.follow_ups}?{urlencode({'whose': 'all', 'state': 'missed'} | self.within)}"

    def number(self, count: int, **filters: str) -> Number:
        return Number(count, self.of(**filters), alarming=bool(count) and filters.get("clock") == "late")


def _tiles(taken: Board, to: Addresses) -> list[Number]:
    tiles = [
        Number(taken.tiles[key], to.of(**filters), str(label), key, key in ALARMING and taken.tiles[key] > 0)
        for key, (label, filters) in TILES.items()
    ]
    missed = taken.tiles["missed"]
    return [*tiles, Number(missed, to.of_missed(), _("Missed follow-ups"), "missed", missed > 0)]


def _lane(standing: str, count: int, rows: Sequence[tuple[object, ...]], to: Addresses, *, now: datetime) -> LaneShown:
    total = Number(count, to.of(clock=standing), str(LANES[standing]), standing, standing == "late" and count > 0)
    return LaneShown(standing, total, cards_of_rows(rows, now=now))


def _person(load: Load, to: Addresses, *, now: datetime) -> Person:
    owner = str(load.pk)
    return Person(
        load=load,
        is_here=load.seen_at is not None and now - load.seen_at < HERE,
        is_away=load.away_until is not None and load.away_until > now,
        open=to.number(load.open, owner=owner),
        late=to.number(load.late, owner=owner, clock="late"),
        due=to.number(load.due, owner=owner, clock="due"),
        paused=to.number(load.paused, owner=owner, clock="paused"),
    )


def _types(taken: Board, to: Addresses) -> list[TypeLine]:
    lines = []
    for row in taken.types[:TYPES]:
        slug = row.type.slug
        cells: list[tuple[Number, Number] | None] = []
        for kind in taken.kinds:
            found = row.by_kind.get(kind)
            filters = {"type": slug, "channel": kind}
            cells.append(found and (to.number(found[0], **filters), to.number(found[1], **filters, clock="late")))
        lines.append(
            TypeLine(row.type, to.number(row.open, type=slug), to.number(row.late, type=slug, clock="late"), cells)
        )
    return lines


def _surge(surge: Surge, taken: Board, to: Addresses) -> SurgeLine:
    kind = taken.catalogue.types[surge.type_id]
    filters = {"type": kind.slug, "area": surge.area or NONE, "since": str(int(surge.since.timestamp()))}
    counted = _("%(count)d in 60 min, usually %(usual)s") % {
        "count": surge.count,
        "usual": floatformat(surge.usual, -1),
    }
    where = f" · {surge.area}" if surge.area else ""
    return SurgeLine(f"{named(kind)}{where}: {counted}", to.of(**filters))


def _line(raised: Raised) -> StreamLine:
    return StreamLine(
        raised,
        cause=str(Escalation.Cause(raised.cause).label),
        level=str(LadderStep.Level(raised.level).label),
        state=str(Escalation.State(raised.state).label),
    )
