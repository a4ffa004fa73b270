"""Clocks as the desk shows them: a chip that says how a deadline stands, in words, by a picture and by colour."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.utils.translation import gettext as _

from tickets.models import Deadline

CALM, SOON, URGENT, LATE, PAUSED, MET = "calm", "soon", "urgent", "late", "paused", "met"
SIGNS = {
    CALM: "clock",
    SOON: "alarm",
    URGENT: "alert-triangle",
    LATE: "flame",
    PAUSED: "player-pause",
    MET: "circle-check",
}


@dataclass(frozen=True, slots=True)
class Chip:
    """One clock. due, warn, urgent: the moments by which the page goes on telling without asking; None in the past.

    title: what it is about, as whoever points at it reads it.
    """

    look: str
    words: str
    goal: str
    legal: bool
    due: datetime | None
    warn: datetime | None = None
    urgent: datetime | None = None

    @property
    def sign(self) -> str:
        return SIGNS[self.look]


def chip_of_card(clock: Mapping[str, Any] | None, *, now: datetime) -> Chip | None:
    """The chip of a ticket in a list, from what the ticket itself keeps of its nearest clock."""
    if not clock:
        return None
    goal, legal = str(Deadline.Goal(clock["goal"]).label), clock["basis"] == Deadline.Basis.LEGAL
    if clock["due"] is None:
        words = _still(timedelta(seconds=clock["left"]), clock.get("waits_for", ""))
        return Chip(PAUSED, words, goal, legal, None)
    moments = [datetime.fromisoformat(clock[name]) for name in ("due", "warn", "urgent")]
    return _open(goal, moments[0], moments[1], moments[2], legal=legal, now=now)


def chip_of(deadline: Deadline, *, now: datetime) -> Chip:
    """The chip of a deadline, a past one too."""
    goal, legal = deadline.get_goal_display(), deadline.basis == Deadline.Basis.LEGAL
    if deadline.met_at and deadline.missed_at:
        words = _("done %(time)s late") % {"time": lasting(deadline.met_at - deadline.missed_at)}
        return Chip(LATE, words, goal, legal, None)
    if deadline.met_at:
        words = _("done in %(time)s") % {"time": lasting(deadline.met_at - deadline.started_at)}
        return Chip(MET, words, goal, legal, None)
    if deadline.due_at is None or deadline.warn_at is None or deadline.urgent_at is None:
        return Chip(PAUSED, _still(deadline.time_left or timedelta(), deadline.waits_for), goal, legal, None)
    return _open(goal, deadline.due_at, deadline.warn_at, deadline.urgent_at, legal=legal, now=now)


def _open(goal: str, due: datetime, warn: datetime, urgent: datetime, *, legal: bool, now: datetime) -> Chip:
    if due <= now:
        look, words = LATE, _("late %(time)s") % {"time": lasting(now - due)}
    else:
        look, words = URGENT if urgent <= now else SOON if warn <= now else CALM, lasting(due - now)
    return Chip(look, words, goal, legal, due, warn, urgent)


def _still(left: timedelta, waits_for: str) -> str:
    if waits_for:
        return _("waits for documents")
    return _("paused · %(time)s left") % {"time": lasting(left)}


def lasting(length: timedelta) -> str:
    """A length of time as a clock says it: 3 d, 5 h 20 m, 12 m. due-chip.js says it in the same way."""
    minutes = max(0, int(length.total_seconds() // 60))
    if minutes >= 48 * 60:
        return _("%(days)s d") % {"days": minutes // 1440}
    if minutes >= 60:
        return _("%(hours)s h %(minutes)s m") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)s m") % {"minutes": minutes}


def exactly(length: timedelta) -> str:
    """A length of time for a sum: in hours however many they are, with its seconds where it has any."""
    minutes, seconds = divmod(max(0, int(length.total_seconds())), 60)
    if seconds and minutes >= 60:
        told = {"hours": minutes // 60, "minutes": minutes % 60, "seconds": seconds}
        return _("%(hours)s h %(minutes)s m %(seconds)s s") % told
    if seconds:
        return _("%(minutes)s m %(seconds)s s") % {"minutes": minutes, "seconds": seconds}
    if minutes < 60:
        return _("%(minutes)s m") % {"minutes": minutes}
    return _("%(hours)s h %(minutes)s m") % {"hours": minutes // 60, "minutes": minutes % 60}


def formats() -> dict[str, Any]:
    """How clocks are said in the language of the page, for due-chip.js: {name} stands for a number."""
    names = {name: f"{{{name}}}" for name in ("days", "hours", "minutes", "seconds", "time")}
    return {
        "days": _("%(days)s d") % names,
        "hours": _("%(hours)s h %(minutes)s m") % names,
        "minutes": _("%(minutes)s m") % names,
        "seconds": _("%(minutes)s m %(seconds)s s") % names,
        "late": _("late %(time)s") % names,
        "signs": SIGNS,
    }
