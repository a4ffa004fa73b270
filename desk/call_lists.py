"""The calls of a team today: which can be made, and which apologies are rather written."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from staff.models import Team
from tickets import capacity
from tickets.capacity import Load, Ranked

WORDS = {
    capacity.BY_A_LEAD: _("by a lead"),
    capacity.AGAIN: _("second apology in 90 days"),
    capacity.URGENT: _("urgent or high"),
    capacity.LOSS: _("loss claimed"),
    capacity.LATE: _("we were late"),
    capacity.VALUED: _("high value"),
    capacity.CORE: _("core customer"),
    capacity.EARLY: _("early repeat"),
}


@dataclass(frozen=True, slots=True)
class CallLine:
    """rank: with the follow-up. why: what speaks for the call, in words. writes: proposed to be written instead."""

    rank: Ranked
    why: Sequence[str]
    writes: bool


@dataclass(frozen=True, slots=True)
class CallList:
    load: Load
    lines: Sequence[CallLine]


def call_list(team: Team, *, actor: Actor, now: datetime) -> CallList:
    """Who is called first stands on top; those beyond what can be called are proposed for a letter."""
    [load] = capacity.loads(actor, now=now, team=team)
    rows = capacity.ranked(team, actor, now=now)
    lines = [
        CallLine(row, [str(WORDS[each]) for each in row.reasons], writes=place > load.left and not _again(row))
        for place, row in enumerate(rows, start=1)
    ]
    return CallList(load, lines)


def _again(row: Ranked) -> bool:
    """Who was failed twice is called (domain.md 5.5, SR-9)."""
    return capacity.AGAIN in row.reasons


def busy(actor: Actor, *, now: datetime) -> list[Load]:
    """What whoever leads sees of today's calls, the fullest team first."""
    return sorted(capacity.loads(actor, now=now), key=lambda load: -load.over) if actor.leads else []
