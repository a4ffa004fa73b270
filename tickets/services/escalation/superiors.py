"""Who hears of a ticket at each level of a ladder, for whole batches in three statements.

A step that would reach nobody reaches the next level, and at last whoever leads. What is wrong in a restricted team is
told to nobody outside it but to administrators; a complaint about a person, or about how a complaint was handled, goes
to nobody who had to do with it.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from itertools import chain

from policies.models import LadderStep
from staff.models import Team, User
from tickets.models import Message, Ticket

ABOUT_PEOPLE = ("ISP-10", "EC-12", "FS-08", "X-06")  # conduct, and the handling of a complaint
Level = LadderStep.Level


class Superiors:
    """Who is who above these tickets. teams: further teams of specialists that may be asked."""

    def __init__(self, tickets: Sequence[Ticket], *, teams: Collection[int] = ()) -> None:
        asked = {ticket.team_id for ticket in tickets if ticket.team_id} | set(teams)
        self._restricted = set(Team.objects.filter(restricted=True).values_list("pk", flat=True))
        self._people = User.objects.filter(is_active=True).in_bulk()
        self._members: dict[int, list[int]] = defaultdict(list)
        belonging = User.teams.through._default_manager.filter(team_id__in=asked).order_by("user_id")
        for team, user in belonging.values_list("team_id", "user_id"):
            if user in self._people:
                self._members[team].append(user)
        self._concerned = _concerned(tickets, self._restricted)

    def above(
        self, ticket: Ticket, level: int, *, team: int | None = None, but: Collection[int] = ()
    ) -> tuple[int, list[int]]:
        """The level that is reached and who is told there; nobody only where nobody leads here.

        team: specialists who are told first, unless they may not read the ticket. but: people who have been told
        already, or ask themselves.
        """
        left_out = self._concerned.get(ticket.pk, frozenset()) | set(but)
        may_know = ticket.team_id not in self._restricted or team == ticket.team_id
        if team and may_know and (found := [each for each in self._members[team] if each not in left_out]):
            return level, found
        for reached in range(level, Level.DIRECTOR + 1):
            if found := [each for each in self._at(ticket, reached) if each not in left_out]:
                return reached, found
        last = self._with_role(User.Role.ADMINISTRATOR) or self._supervisors(ticket)
        return Level.DIRECTOR, [each for each in last if each not in but]

    def _at(self, ticket: Ticket, level: int) -> list[int]:
        if level == Level.OWNER:
            return [ticket.owner_id] if ticket.owner_id and ticket.owner_id in self._people else []
        if level >= Level.MANAGER:
            return self._with_role(User.Role.ADMINISTRATOR)
        own = [each for each in self._members[ticket.team_id or 0] if self._leads(each)]
        return own if own or level == Level.LEAD else self._supervisors(ticket)

    def _supervisors(self, ticket: Ticket) -> list[int]:
        return [] if ticket.team_id in self._restricted else self._with_role(User.Role.SUPERVISOR)

    def _leads(self, user: int) -> bool:
        return self._people[user].role == User.Role.SUPERVISOR

    def _with_role(self, role: str) -> list[int]:
        return [pk for pk, user in sorted(self._people.items()) if user.role == role]


def concerned_by(ticket: Ticket) -> frozenset[int]:
    """Whom a complaint about people may never be given to; nobody on any other ticket."""
    restricted = set(Team.objects.filter(restricted=True).values_list("pk", flat=True))
    return _concerned([ticket], restricted).get(ticket.pk, frozenset())


def _concerned(tickets: Iterable[Ticket], restricted: Collection[int]) -> dict[int, frozenset[int]]:
    """Those who had this customer's other tickets or wrote on them; no statement where no ticket is about people."""
    about_people = {
        ticket.pk: ticket.customer.root_id
        for ticket in tickets
        if ticket.team_id in restricted or ticket.query_type.code in ABOUT_PEOPLE
    }
    if not about_people:
        return {}
    found: dict[int, set[int]] = defaultdict(set)
    for number, root, person in _had_to_do(set(about_people.values())):
        for pk in (pk for pk, whose in about_people.items() if whose == root and pk != number):
            found[pk].add(person)
    return {pk: frozenset(people) for pk, people in found.items()}


def _had_to_do(roots: Collection[int | None]) -> Iterator[tuple[int, int, int]]:
    """ticket, customer's root, person: owners, and authors of what we wrote. Who looks into such complaints may."""
    others = Ticket.objects.filter(customer__root_id__in=roots).exclude(team__restricted=True)
    ours = Message.objects.filter(ticket__in=others, kind=Message.Kind.OUTBOUND)
    owned = others.values_list("pk", "customer__root_id", "owner_id")
    wrote = ours.values_list("ticket_id", "ticket__customer__root_id", "author_id").distinct()
    for number, root, person in chain(owned, wrote):
        if root and person:
            yield number, root, person
