"""The tables of the board as rows for a file: all of them, with the line that says what the numbers mean."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from desk.board import LANES, BoardPage
from desk.cards import COLUMNS
from policies.models import Channel
from tickets.models import Ticket
from web.templatetags.web import named

Table = tuple[Sequence[str], Sequence[Sequence[object]], str]


def _defined(page: BoardPage, means: str) -> str:
    """What is counted, in which part of the house, at which moment."""
    team = named(page.scope.team) if page.scope.team else _("all teams")
    channel = str(Channel.Kind(page.scope.channel).label) if page.scope.channel else _("all channels")
    return f"{means} {team}, {channel}. {localtime(page.taken.at):%Y-%m-%d %H:%M:%S %Z}"


def _written(moment: datetime) -> str:
    return f"{localtime(moment):%Y-%m-%d %H:%M:%S}"


def _due(clock: Mapping[str, Any] | None) -> str:
    """Nothing where no clock runs."""
    due = (clock or {}).get("due")
    return _written(datetime.fromisoformat(due)) if due else ""


def _minutes(length: timedelta) -> int:
    return int(length.total_seconds() // 60)


def tiles(page: BoardPage) -> Table:
    means = _("How many tickets stand like this now; a ticket may be counted in several lines.")
    return [_("What"), _("Count")], [[tile.label, tile.count] for tile in page.tiles], _defined(page, means)


def agents(page: BoardPage) -> Table:
    means = _("Open tickets by owner; paused minutes: how long the clocks of the paused ones have been standing.")
    head = [_("Agent"), _("Open"), _("Late"), _("Due within 2 hours"), _("Paused"), _("Paused minutes")]
    rows = [
        [load.name, load.open, load.late, load.due, load.paused, _minutes(load.still)] for load in page.taken.agents
    ]
    return head, rows, _defined(page, means)


def types(page: BoardPage) -> Table:
    means = _("Open tickets by type and channel, and how many of them are late.")
    head = [_("Type"), _("Open"), _("Late")]
    for kind in page.kinds:
        head += [kind, f"{kind}: {_('Late')}"]
    rows: list[list[object]] = []
    for row in page.taken.types:
        line: list[object] = [named(row.type), row.open, row.late]
        for each in page.taken.kinds:
            line += row.by_kind.get(each, (0, 0))
        rows.append(line)
    return head, rows, _defined(page, means)


def lanes(page: BoardPage) -> Table:
    """The tickets that the lanes show."""
    means = _("The first tickets of each lane, the most urgent first.")
    head = [_("Lane"), _("Reference"), _("Subject"), _("Status"), _("Customer"), _("Owner"), _("Due")]
    rows = []
    for lane in page.taken.lanes:
        for values in lane.rows:
            row = dict(zip(COLUMNS, values, strict=True))
            status = str(Ticket.Status(row["status"]).label)
            said = [row["reference"], row["subject"], status, row["customer__name"] or "", row["owner__name"] or ""]
            rows.append([str(LANES[lane.standing]), *said, _due(row["clock"])])
    return head, rows, _defined(page, means)


def escalations(page: BoardPage) -> Table:
    means = _("The latest escalations, the newest first.")
    head = [_("Time"), _("Reference"), _("Cause"), _("Level"), _("State"), _("Answered by")]
    rows = []
    for each in page.stream:
        raised = each.raised
        rows.append([_written(raised.at), raised.reference, each.cause, each.level, each.state, raised.answered_by])
    return head, rows, _defined(page, means)


TABLES: dict[str, Callable[[BoardPage], Table]] = {
    "tiles": tiles,
    "agents": agents,
    "types": types,
    "lanes": lanes,
    "escalations": escalations,
}
