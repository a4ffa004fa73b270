"""The board of those who lead: one snapshot that everybody of the same scope shares, and the questions behind it."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q

from policies.models import Channel, QueryType
from reports import escalations, snapshots
from reports.counting import LATE, PAUSED, WAITING_CUSTOMER, Cell, cells
from reports.escalations import Raised
from reports.scope import Named, Scope, named_of
from reports.surges import Surge, surges
from staff.models import User
from staff.seen import last_seen
from tickets.models import FollowUp

LANES = (LATE, "urgent", "soon", "calm", PAUSED)
CARDS = 8  # of a lane that are shown; the list behind its number has all
CATALOGUE_LASTS = timedelta(seconds=60)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """Names that change seldom. kinds: of the channels."""

    types: dict[int, Named]
    unsorted: frozenset[int]
    kinds: dict[int, str]


@dataclass(frozen=True, slots=True)
class Lane:
    """rows: of the first tickets, the columns that were asked for."""

    standing: str
    count: int
    rows: Sequence[tuple[Any, ...]]


@dataclass(frozen=True, slots=True)
class Load:
    """What one person has on the table. still: how long the clocks of what is paused have stood, taken together."""

    pk: int
    name: str
    open: int
    late: int
    due: int
    paused: int
    still: timedelta
    seen_at: datetime | None
    away_until: datetime | None


@dataclass(frozen=True, slots=True)
class TypeRow:
    """The open tickets of a type. by_kind: of channel, how many there are and how many of them are late."""

    type: Named
    open: int
    late: int
    by_kind: dict[str, tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Board:
    """How everything of a scope stood at one moment. tiles: by name. kinds: of channel, as the columns of types."""

    at: datetime
    tiles: dict[str, int]
    lanes: list[Lane]
    agents: list[Load]
    types: list[TypeRow]
    kinds: list[str]
    surges: list[Surge]
    stream: list[Raised]
    catalogue: Catalogue


def board(scope: Scope, *, columns: Sequence[str], now: datetime) -> Board:
    """columns: of the tickets in the lanes. Not older than a second."""
    return snapshots.shared(f"board-{scope.key}", lambda: _taken(scope, columns, now=now), now=now)


def _taken(scope: Scope, columns: Sequence[str], *, now: datetime) -> Board:
    counted, at = snapshots.shared("cells", lambda: (cells(now=now), now), now=now)
    catalogue = snapshots.shared("catalogue", _catalogue, now=now, lasts=CATALOGUE_LASTS)
    found = scope.within(counted, catalogue.kinds)
    types, kinds = _types(found, catalogue)
    return Board(
        at=at,
        tiles=_tiles(found, catalogue) | _further(scope),
        lanes=_lanes(scope, found, columns, now=at),
        agents=_agents(scope, found),
        types=types,
        kinds=kinds,
        surges=surges(scope, now=at),
        stream=escalations.latest(scope),
        catalogue=catalogue,
    )


def _catalogue() -> Catalogue:
    types = list(QueryType.objects.only("pk", "slug", "name_id", "name_en", "unsorted"))
    return Catalogue(
        types={each.pk: named_of(each) for each in types},
        unsorted=frozenset(each.pk for each in types if each.unsorted),
        kinds=dict(Channel.objects.values_list("pk", "kind")),
    )


def _tiles(found: Sequence[Cell], catalogue: Catalogue) -> dict[str, int]:
    return {
        "open": sum(cell.tickets for cell in found),
        "late": sum(cell.tickets for cell in found if cell.standing == LATE),
        "due": sum(cell.due for cell in found),
        "unassigned": sum(cell.tickets for cell in found if cell.owner_id is None),
        "unsorted": sum(cell.tickets for cell in found if cell.type_id in catalogue.unsorted),
        "waiting": sum(cell.tickets for cell in found if cell.status == WAITING_CUSTOMER),
    }


def _further(scope: Scope) -> dict[str, int]:
    """What is no open ticket: few enough to be counted by their own indexes."""
    return {
        "escalated": escalations.waiting(scope),
        "wrote": scope.tickets().filter(wrote_after=True).count(),
        "missed": scope.follow_ups().filter(state=FollowUp.State.MISSED).count(),
    }


def _lanes(scope: Scope, found: Sequence[Cell], columns: Sequence[str], *, now: datetime) -> list[Lane]:
    """A lane without tickets costs no statement; one with few is read no further than to its last."""
    counts = Counter[str]()
    for cell in found:
        counts[cell.standing] += cell.tickets
    lanes = []
    for standing in LANES:
        tickets = scope.tickets().open().standing(standing, now).in_queue_order().values_list(*columns)
        most = min(CARDS, counts[standing])
        lanes.append(Lane(standing, counts[standing], list(tickets[:most]) if most else []))
    return lanes


def _agents(scope: Scope, found: Iterable[Cell]) -> list[Load]:
    """Who works here and whoever owns something, the most loaded first."""
    by_owner = defaultdict[int, list[Cell]](list)
    for cell in found:
        if cell.owner_id:
            by_owner[cell.owner_id].append(cell)
    people = _people(scope, by_owner)
    seen = last_seen([pk for pk, *_rest in people])
    loads = [
        _load(pk, name, by_owner.get(pk, []), seen_at=seen.get(pk) or login, away_until=away)
        for pk, name, login, away in people
    ]
    return sorted(loads, key=lambda load: (-load.late, -load.open, load.name))


def _people(scope: Scope, owners: Collection[int]) -> list[tuple[int, str, datetime | None, datetime | None]]:
    at_work = Q(is_active=True, teams=scope.team.pk) if scope.team else Q(is_active=True, role=User.Role.AGENT)
    known = User.objects.filter(at_work | Q(pk__in=owners)).distinct().order_by("name", "id")
    return list(known.values_list("pk", "name", "last_login", "away_until"))


def _load(pk: int, name: str, own: Sequence[Cell], *, seen_at: datetime | None, away_until: datetime | None) -> Load:
    return Load(
        pk=pk,
        name=name,
        open=sum(cell.tickets for cell in own),
        late=sum(cell.tickets for cell in own if cell.standing == LATE),
        due=sum(cell.due for cell in own),
        paused=sum(cell.tickets for cell in own if cell.standing == PAUSED),
        still=sum((cell.still for cell in own), timedelta()),
        seen_at=seen_at,
        away_until=away_until,
    )


def _types(found: Iterable[Cell], catalogue: Catalogue) -> tuple[list[TypeRow], list[str]]:
    """The types with open tickets, the most late first, and the kinds of channel by which they came."""
    counted: Mapping[tuple[int, str], Counter[str]] = defaultdict(Counter)
    for cell in found:
        for kind in ("", catalogue.kinds[cell.channel_id]):
            counted[cell.type_id, kind]["open"] += cell.tickets
            counted[cell.type_id, kind]["late"] += cell.tickets if cell.standing == LATE else 0
    kinds = [kind for kind in Channel.Kind.values if any(each == kind for _type, each in counted)]
    rows = [
        TypeRow(
            type=catalogue.types[pk],
            open=all_of["open"],
            late=all_of["late"],
            by_kind={kind: (own["open"], own["late"]) for kind in kinds if (own := counted.get((pk, kind)))},
        )
        for (pk, kind_of), all_of in counted.items()
        if not kind_of
    ]
    return sorted(rows, key=lambda row: (-row.late, -row.open, row.type.name_en)), kinds
