"""The provider's own rows: teams, people, channels, query types."""

from dataclasses import dataclass
from datetime import datetime

from core.actor import SYSTEM, Actor
from demo import content
from policies.models import Channel, QueryType
from policies.services import packs
from staff.models import Team, User
from staff.services import people

MAILBOX_OF_TEAM = {"network": "bantuan", "billing": "tagihan", "care": "keluhan"}


@dataclass(frozen=True, slots=True)
class Company:
    """What the stories happen to: rows by the keys that demo.content uses."""

    teams: dict[str, Team]
    staff: dict[str, User]
    actors: dict[str, Actor]
    channels: dict[str, Channel]
    query_types: dict[str, QueryType]

    def channel_for(self, kind: str, team: str) -> Channel:
        """The channel of a kind; among mailboxes the one of the team."""
        if kind == Channel.Kind.EMAIL:
            return self.channels[MAILBOX_OF_TEAM[team]]
        return next(channel for channel in self.channels.values() if channel.kind == kind)

    def agents_of(self, team: str) -> list[str]:
        """Keys of the people who answer for a team."""
        named = [each.key for each in content.staff() if each.role == "agent" and team in each.teams]
        return named or [each.key for each in content.staff() if each.role == "agent"]


def found(*, now: datetime) -> Company:
    """Make the company. Nobody has a password: in the demo one logs in by a click."""
    teams = {each.slug: _team(each) for each in content.teams()}
    packs.load("isp", now=now)
    staff = {each.key: _person(each, teams, now=now) for each in content.staff()}
    query_types = {each.slug: each for each in QueryType.objects.select_related("team")}
    channels = {each.key: _channel(each, teams, query_types[packs.UNSORTED]) for each in content.channels()}
    actors = {key: user.actor() for key, user in staff.items()}
    return Company(teams, staff, actors, channels, query_types)


def _team(spec: content.Team) -> Team:
    return Team.objects.create(slug=spec.slug, name_id=spec.name_id, name_en=spec.name_en)


def _person(spec: content.StaffMember, teams: dict[str, Team], *, now: datetime) -> User:
    user = people.add(spec.email, name=spec.name, role=spec.role, actor=SYSTEM, now=now)
    user.public_name, user.language = spec.public_name, spec.language
    user.save(update_fields=["public_name", "language"])
    user.teams.set([teams[slug] for slug in spec.teams])
    return user


def _channel(spec: content.ChannelSpec, teams: dict[str, Team], unsorted: QueryType) -> Channel:
    return Channel.objects.create(
        kind=spec.kind,
        name=spec.name,
        address=spec.address,
        team=teams.get(spec.team),
        query_type=unsorted,
    )
