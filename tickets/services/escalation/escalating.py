"""Escalating by hand, and answering what one was told: acknowledged, taken over, or given back with a reason."""

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from core.actor import SYSTEM, Actor
from core.errors import Invalid, NotAllowed
from core.history import by
from core.services import errands
from notices import live
from notices.services.telling import News, tell_all
from policies.models import LadderStep
from staff.models import Team, User
from tickets.models import Escalation, Ticket, TicketHistory
from tickets.services.escalation import escalations
from tickets.services.escalation.escalations import Call
from tickets.services.escalation.superiors import Superiors, concerned_by
from tickets.services.handling import work
from tickets.services.handling.locking import lock
from tickets.services.inward.incoming import Incoming
from tickets.services.outward.letters import tell_change
from tickets.wishes import wants_a_superior

SUPERIOR_ASKED = "superior_asked"
ANSWER_WITHIN_MINUTES = 30
Cause, State, Level = Escalation.Cause, Escalation.State, LadderStep.Level
MAY_DECIDE = (User.Role.SUPERVISOR, User.Role.ADMINISTRATOR)
OPEN = (State.ASKED, State.TOLD, State.ACKNOWLEDGED)


@transaction.atomic
def escalate(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    reason: str,
    tried: str = "",
    team: Team | None = None,
    person: User | None = None,
    version: int | None = None,
) -> Escalation:
    """Ask for help with a ticket: of a team of specialists, of a named superior, or else of the team's lead.

    Whoever is told has half an hour to answer; then it goes one level up. The ticket stays where it is.
    Raises Invalid where it says nothing, the ticket is settled, the person may not decide or is whom the complaint is
    about, or nobody can be asked; NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    _check(ticket, reason=reason, person=person)
    level, people = _whom(ticket, actor, team=team, person=person)
    escalation = Escalation(
        ticket=ticket,
        cause=Cause.BY_HAND,
        level=level,
        team=team,
        at=now,
        asked_by_id=actor.id,
        reason=reason.strip(),
        tried=tried.strip(),
    )
    escalations.ask(escalation, minutes=ANSWER_WITHIN_MINUTES, now=now)
    words = {"by": actor.name, "why": escalation.reason}
    escalations.raise_all([Call(escalation, people, words=words)], actor=actor, now=now)
    return escalation


def _whom(ticket: Ticket, actor: Actor, *, team: Team | None, person: User | None) -> tuple[int, list[int]]:
    """The level and the people who are asked; never the one who asks."""
    if person:
        return Level.SUPERVISOR, [person.pk]
    teams, but = ([team.pk] if team else []), ([actor.id] if actor.id else [])
    level, people = Superiors([ticket], teams=teams).above(ticket, Level.LEAD, team=team.pk if team else None, but=but)
    if not people:
        raise Invalid(_("There is nobody who could be asked. An administrator can add a supervisor."), field="team")
    return level, people


def _check(ticket: Ticket, *, reason: str, person: User | None) -> None:
    if not ticket.is_open:
        raise Invalid(_("Only an open ticket can be escalated."))
    if not reason.strip():
        raise Invalid(_("Say why you need help."), field="reason")
    if person:
        _check_person(ticket, person)


def _check_person(ticket: Ticket, person: User) -> None:
    if not person.is_active or person.role not in MAY_DECIDE:
        raise Invalid(_("Choose somebody who leads and works here."), field="person")
    if person.pk in concerned_by(ticket):
        raise Invalid(_("This complaint may be about them. Choose somebody else."), field="person")
    if not Ticket.objects.visible_to(person.actor()).filter(pk=ticket.pk).exists():
        raise Invalid(_("They may not read tickets of this team. Choose somebody else."), field="person")


@transaction.atomic
def acknowledge(escalation_id: int, *, actor: Actor, now: datetime) -> Escalation:
    """Say that one has seen it; the clock of the answer stops. Raises Invalid, NotAllowed, Escalation.DoesNotExist."""
    escalation = _hold(escalation_id, actor=actor, states=(State.ASKED, State.TOLD))
    return _answer(escalation, State.ACKNOWLEDGED, actor=actor, now=now)


@transaction.atomic
def take(escalation_id: int, *, actor: Actor, now: datetime) -> Escalation:
    """Make the ticket one's own. Raises Invalid, NotAllowed, Escalation.DoesNotExist."""
    escalation = _hold(escalation_id, actor=actor, states=OPEN)
    if escalation.ticket.owner_id != actor.id:
        work.take_over(escalation.ticket_id, actor=actor, now=now)
    return _answer(escalation, State.TAKEN, actor=actor, now=now)


@transaction.atomic
def give_back(escalation_id: int, *, actor: Actor, now: datetime, reason: str) -> Escalation:
    """It stays with those who have it, who are told why. Raises Invalid, NotAllowed, Escalation.DoesNotExist."""
    escalation = _hold(escalation_id, actor=actor, states=OPEN)
    if not reason.strip():
        raise Invalid(_("Say why you give it back."), field="reason")
    return _answer(escalation, State.RETURNED, actor=actor, now=now, reason=reason.strip())


def _hold(escalation_id: int, *, actor: Actor, states: Sequence[str]) -> Escalation:
    """Locked with its ticket, the ticket first, as the alarm clock does."""
    seen = Escalation.objects.visible_to(actor)
    ticket_id = seen.values_list("ticket_id", flat=True).get(pk=escalation_id)
    ticket = Ticket.objects.select_for_update(of=("self",)).select_related("query_type", "customer").get(pk=ticket_id)
    escalation = seen.select_for_update(of=("self",)).get(pk=escalation_id)
    escalation.ticket = ticket
    told = escalation.told.through.objects.filter(escalation_id=escalation_id, user_id=actor.id or 0)
    if not actor.leads and not told.exists():
        raise NotAllowed(_("Only those who were told, and those who lead, can answer this."))
    if escalation.state not in states:
        state = State(escalation.state).label
        raise Invalid(_("This was answered already: %(state)s.") % {"state": state})
    return escalation


def _answer(escalation: Escalation, state: str, *, actor: Actor, now: datetime, reason: str = "") -> Escalation:
    escalation.state, escalation.answered_at, escalation.answered_by_id = state, now, actor.id
    escalation.answer, escalation.answer_due_at = reason, None
    escalation.save(update_fields=["state", "answered_at", "answered_by", "answer", "answer_due_at"])
    change, ticket = f"escalation_{state}", escalation.ticket
    after = {"escalation": escalation.pk}
    TicketHistory.objects.create(ticket=ticket, at=now, change=change, after=after, reason=reason, **by(actor))
    tell_change(ticket, change, actor=actor, now=now, reason=reason)
    waiting = {escalation.asked_by_id, ticket.owner_id if state == State.RETURNED else None} - {None, actor.id}
    words = {"by": actor.name, "why": reason}
    tell_all([News(person, change, "ticket", ticket.pk, words) for person in waiting if person], now=now)
    live.tickets_changed(ticket.pk)
    return escalation


def customers_wrote(items: Sequence[Incoming], *, now: datetime) -> None:
    """Have a worker look at the tickets on which a customer asks for a superior; after a batch of messages."""
    asking = [item.ticket.pk for item in items if item.ticket and not item.is_quiet and wants_a_superior(item.text)]
    errands.ask_all(SUPERIOR_ASKED, list(dict.fromkeys(asking)), now=now)


@transaction.atomic
def superior_asked(ticket_id: int, *, now: datetime) -> None:
    """The customer wants somebody who may decide: the supervisor's level at once. Doing it twice does it once."""
    locked = Ticket.objects.select_for_update(of=("self",)).select_related("query_type", "customer")
    ticket = locked.get(pk=ticket_id)
    known = ticket.escalations.filter(Q(state__in=OPEN) | Q(state=State.TAKEN), level__gte=Level.SUPERVISOR)
    if not ticket.is_open or known.filter(cause=Cause.CUSTOMER).exists():
        return
    level, people = Superiors([ticket]).above(ticket, Level.SUPERVISOR)
    escalation = Escalation(ticket=ticket, cause=Cause.CUSTOMER, level=level, at=now)
    escalations.ask(escalation, minutes=ANSWER_WITHIN_MINUTES, now=now)
    escalations.raise_all([Call(escalation, people)], actor=SYSTEM, now=now)
