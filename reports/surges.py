"""Where suddenly many complain of the same: a type in a place, within an hour, against the same hour of other weeks."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import reduce
from operator import or_

from django.db.models import Count, Q

from reports.scope import Scope

HOUR, WEEK = timedelta(hours=1), timedelta(weeks=1)
WEEKS = 4
LEAST, TIMES = 5, 3  # fewer are no surge; nor is what is less than three times as many as usual
SHOWN = 3


@dataclass(frozen=True, slots=True)
class Surge:
    """count: the open tickets that came since. usual: how many come in this hour of the week, on average."""

    type_id: int
    area: str
    count: int
    usual: float
    since: datetime


def surges(scope: Scope, *, now: datetime) -> list[Surge]:
    """The largest first. One statement where nothing surges, two otherwise.

    The hour begins at a whole second, so that an address can say it and the list behind it holds the same tickets.
    """
    since = (now - HOUR).replace(microsecond=0)
    recent = scope.tickets().open().filter(received_at__gt=since, received_at__lte=now)
    groups = recent.order_by().values("query_type_id", "area").annotate(count=Count("id")).filter(count__gte=LEAST)
    found = list(groups.order_by("-count", "query_type_id", "area").values_list("query_type_id", "area", "count"))
    usual = _usual(scope, [(kind, area) for kind, area, _count in found], now=now)
    return [
        Surge(kind, area, count, usual.get((kind, area), 0.0), since)
        for kind, area, count in found
        if count >= TIMES * max(usual.get((kind, area), 0.0), 1)
    ][:SHOWN]


def _usual(scope: Scope, groups: Sequence[tuple[int, str]], *, now: datetime) -> dict[tuple[int, str], float]:
    if not groups:
        return {}
    ends = [now - WEEK * number for number in range(1, WEEKS + 1)]
    then = reduce(or_, [Q(received_at__gt=end - HOUR, received_at__lte=end) for end in ends])
    same = reduce(or_, [Q(query_type_id=kind, area=area) for kind, area in groups])
    earlier = scope.tickets().exclude(status="spam").filter(then, same).order_by()
    counted = earlier.values("query_type_id", "area").annotate(count=Count("id"))
    rows = counted.values_list("query_type_id", "area", "count")
    return {(kind, area): count / WEEKS for kind, area, count in rows}
