"""The line on top of a ticket: what an agent must know before the first word, from rows alone."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import OuterRef, Subquery
from django.db.models.functions import Coalesce

from core.actor import SYSTEM, Actor, ActorKind
from staff.models import Team
from tickets.models import Ticket, TimelineEntry
from tickets.services.handling.turn import shorten
from tickets.timeline import customer_ids_of

LOOK_BACK = timedelta(days=90)  # domain.md R003-13: the same trouble within 90 days counts as repeated
ONE_CONTACT = timedelta(hours=4)  # a burst of messages is one contact


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """Who last said what to the customer."""

    at: datetime
    agent: str
    team: str
    quote: str


@dataclass(frozen=True, slots=True)
class Briefing:
    """contact_number: the how-manieth time the customer turns to us about this, within contact_days days (1 when all
    happened today). waiting_since: since when the customer waits for us, None when it is not our turn.
    """

    customer_since: datetime
    contact_number: int
    contact_days: int
    last: LastAnswer | None
    waiting_since: datetime | None


def brief(
    ticket: Ticket, *, now: datetime, language: str = "id", members: Sequence[int] = (), actor: Actor = SYSTEM
) -> Briefing:
    """Three statements, whatever the history.

    ticket: with its customer and team read. members: the ids of all customers that are this one, for who knows them.
    actor: the reader; what was said on tickets of restricted teams is kept from those who may not read them.
    """
    members = members or customer_ids_of(ticket.customer)
    contacts = _contacts(members, ticket, now=now)
    first = contacts[0] if contacts else ticket.received_at
    waits = ticket.is_open and ticket.ball == Ticket.Ball.OURS and ticket.unanswered
    return Briefing(
        customer_since=ticket.customer.since,
        contact_number=max(1, len(contacts)),
        contact_days=max(1, (now - first).days + 1),
        last=_last_answer(members, language, actor),
        waiting_since=ticket.queue_at if waits else None,
    )


def _contacts(members: Sequence[int], ticket: Ticket, *, now: datetime) -> list[datetime]:
    """When the customer turned to us about this query type; what comes within four hours is one contact."""
    theirs = TimelineEntry.objects.spoken().filter(
        customer_id__in=members,
        direction=TimelineEntry.Direction.IN,
        actor_kind=ActorKind.CUSTOMER,
        ticket__query_type_id=ticket.query_type_id,
        at__gt=now - LOOK_BACK,
    )
    moments: list[datetime] = []
    last: datetime | None = None
    for moment in theirs.order_by("at").values_list("at", flat=True):
        if last is None or moment - last > ONE_CONTACT:
            moments.append(moment)
        last = moment
    return moments


def _last_answer(members: Sequence[int], language: str, actor: Actor) -> LastAnswer | None:
    said = (
        TimelineEntry.objects.visible_to(actor)
        .spoken()
        .filter(
            customer_id__in=members,
            direction=TimelineEntry.Direction.OUT,
            actor_kind__in=(ActorKind.STAFF, ActorKind.PROGRAM),
        )
    )
    last = (
        said.select_related("ticket__team").annotate(own_team=_team_of_speaker(language)).order_by("-at", "-id").first()
    )
    if last is None:
        return None
    of_ticket = last.ticket.team.name_in(language) if last.ticket and last.ticket.team else ""
    return LastAnswer(last.at, last.actor_name, getattr(last, "own_team", None) or of_ticket, _words(last.text))


def _team_of_speaker(language: str) -> Coalesce:
    """The name of a team of theirs: that of the ticket where they are in it."""
    name = "name_id" if language == "id" else "name_en"
    theirs = Team.objects.filter(members=OuterRef("actor_id")).order_by("pk").values(name)
    return Coalesce(Subquery(theirs.filter(pk=OuterRef("ticket__team_id"))[:1]), Subquery(theirs[:1]))


def _words(text: str) -> str:
    """The sentence worth quoting: the first that is not a salutation."""
    lines = [line.strip() for line in text.splitlines() if len(line.strip()) > 25]
    return shorten(lines[0] if lines else text)[:90]
