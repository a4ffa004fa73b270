"""Which part of the house a question is about: what its asker may see, narrowed to a team and a kind of channel."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db.models import Q

from core.actor import Actor
from policies.models import Channel
from reports.counting import Cell
from staff.models import Team
from tickets.models import FollowUp, Ticket
from tickets.models.follow_up import FollowUpQuerySet
from tickets.models.ticket import TicketQuerySet


class Named(NamedTuple):
    """A team or a type: what it takes to write its name and to lead to its list."""

    pk: int
    slug: str
    name_id: str
    name_en: str

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en


@dataclass(frozen=True, slots=True)
class Scope:
    """team, channel: narrowed to it, None and "" for all. hidden: the teams whose tickets the asker may not see.

    Equal scopes see equal boards, whoever asks.
    """

    team: Named | None = None
    channel: str = ""
    hidden: frozenset[int] = frozenset()

    @property
    def key(self) -> str:
        team = self.team.pk if self.team else 0
        return f"{team}-{self.channel}-{'.'.join(map(str, sorted(self.hidden)))}"

    def tickets(self) -> TicketQuerySet:
        """The tickets in it; as visible_to() finds them for everybody of this scope."""
        return Ticket.objects.filter(self.narrowed(""))

    def follow_ups(self) -> FollowUpQuerySet:
        return FollowUp.objects.filter(self.narrowed("ticket__"))

    def within(self, cells: Iterable[Cell], kinds: dict[int, str]) -> list[Cell]:
        """kinds: of the channels, by their id."""
        return [
            cell
            for cell in cells
            if cell.team_id not in self.hidden
            and (self.team is None or cell.team_id == self.team.pk)
            and (not self.channel or kinds.get(cell.channel_id) == self.channel)
        ]

    def narrowed(self, to: str) -> Q:
        """The condition on rows whose ticket is reached by this prefix."""
        found = Q()
        if self.team:
            found &= Q(**{f"{to}team_id": self.team.pk})
        if self.channel:
            found &= Q(**{f"{to}channel__kind": self.channel})
        if self.hidden:
            found &= Q(**{f"{to}team": None}) | ~Q(**{f"{to}team_id__in": self.hidden})
        return found


def scope_of(actor: Actor, *, team: str = "", channel: str = "") -> tuple[Scope, Sequence[Named]]:
    """The scope that an address asks for, and the teams it may be narrowed to; what is not known there is left out."""
    teams = list(Team.objects.all())
    closed = {each.pk for each in teams if each.restricted and each.pk not in actor.team_ids}
    hidden = frozenset[int]() if actor.sees_restricted else frozenset(closed)
    seen = [named_of(each) for each in teams if each.pk not in hidden]
    chosen = next((each for each in seen if each.slug == team), None)
    return Scope(chosen, channel if channel in Channel.Kind.values else "", hidden), seen


def named_of(thing: Any) -> Named:
    return Named(thing.pk, thing.slug, thing.name_id, thing.name_en)
