"""What somebody who leads must know in the morning, team by team."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q

from core.actor import Actor
from reports.scope import Named, Scope, named_of, scope_of
from staff.models import Team
from tickets.models import FollowUp


@dataclass(frozen=True, slots=True)
class Morning:
    """late, due: whose nearest clock has run out, or does so today. team: None for the whole house."""

    team: Named | None
    late: int
    due: int
    unassigned: int
    missed: int
    follow_ups: int


def morning_of(actor: Actor, *, teams: Sequence[Team], until: datetime, now: datetime) -> list[Morning]:
    """A line for each team of theirs, for the whole house where they have none; until: when their day ends."""
    whole, _seen = scope_of(actor)
    scopes = [Scope(named_of(team), hidden=whole.hidden) for team in teams] or [whole]
    return [_morning(scope, until=until, now=now) for scope in scopes]


def _morning(scope: Scope, *, until: datetime, now: datetime) -> Morning:
    tickets = (
        scope.tickets()
        .open()
        .aggregate(
            late=Count("id", filter=Q(queue_due_at__lte=now)),
            due=Count("id", filter=Q(queue_due_at__gt=now, queue_due_at__lt=until)),
            unassigned=Count("id", filter=Q(owner=None)),
        )
    )
    follow_ups = (
        scope.follow_ups()
        .to_do()
        .aggregate(
            missed=Count("id", filter=Q(state=FollowUp.State.MISSED)),
            follow_ups=Count("id", filter=Q(state=FollowUp.State.OPEN, due_at__lt=until)),
        )
    )
    return Morning(scope.team, **tickets, **follow_ups)
