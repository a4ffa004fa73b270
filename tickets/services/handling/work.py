"""Working a ticket: who has it, what it is about, how it ended. Each change is whole, with its history, or not made."""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import SYSTEM, Actor
from core.errors import Invalid, NotAllowed
from core.history import by
from notices import live
from notices.services.telling import tell
from policies.models import QueryType
from staff.models import Team, User
from tickets.models import Ticket, TicketHistory
from tickets.services.clocks import deadlines
from tickets.services.escalation import lifts
from tickets.services.escalation.superiors import concerned_by
from tickets.services.handling import awaiting, settling, turn
from tickets.services.handling.locking import lock
from tickets.services.handling.settling import Ending
from tickets.services.outward import acknowledgement, letters
from tickets.services.promises import recovery

WAITING = (Ticket.Status.WAITING_CUSTOMER, Ticket.Status.WAITING_THIRD_PARTY, Ticket.Status.WAITING_OWN_TEAM)


@transaction.atomic
def assign(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    owner: User | None = None,
    team: Team | None = None,
    note: str = "",
    version: int | None = None,
) -> Ticket:
    """Give the ticket to a person, to a team, or to both; a change of team alone leaves it without an owner.

    note: what the others must know; another team needs one, and the history keeps it.
    Raises Invalid where neither is named, the note is missing, the person no longer works here or the complaint may be
    about them; NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if owner is None and team is None:
        raise Invalid(_("Say who shall have the ticket: a person or a team."), field="owner")
    if owner and not owner.is_active:
        raise Invalid(_("This person no longer works here."), field="owner")
    values: dict[str, object] = {"owner_id": owner.pk if owner else None}
    if team:
        values["team_id"] = team.pk
    if team and ticket.team_id and team.pk != ticket.team_id and not note.strip():
        raise Invalid(_("Say what the other team must know."), field="note")
    restricted = _is_restricted(ticket)
    change(ticket, values, change="assigned", actor=actor, now=now, reason=note.strip())
    if owner and owner.pk in concerned_by(ticket):  # in the team that has it now
        raise Invalid(_("This complaint may be about them. Choose somebody else."), field="owner")
    if restricted != _is_restricted(ticket):
        deadlines.retarget(ticket, now=now)
    if owner and owner.pk != actor.id:
        tell(owner.pk, "ticket_assigned", object_kind="ticket", object_id=ticket.pk, now=now, by=actor.name)
    return ticket


def _is_restricted(ticket: Ticket) -> bool:
    return ticket.team is not None and ticket.team.restricted


@transaction.atomic
def take_over(ticket_id: int, *, actor: Actor, now: datetime) -> Ticket:
    """Make the ticket one's own, from whatever team; its former owner is told.

    Raises NotAllowed where the complaint may be about the actor.
    """
    ticket = lock(ticket_id, actor=actor, take_over=True)
    if actor.id in concerned_by(ticket):
        raise NotAllowed(_("This complaint may be about you, so somebody else looks after it."))
    former = ticket.owner_id
    change(ticket, {"owner_id": actor.id}, change="taken_over", actor=actor, now=now)
    if former and former != actor.id:
        tell(former, "ticket_taken_over", object_kind="ticket", object_id=ticket.pk, now=now, by=actor.name)
    return ticket


@transaction.atomic
def wait(
    ticket_id: int,
    *,
    actor: Actor,
    status: str,
    now: datetime,
    awaited: str = "",
    until: datetime | None = None,
    version: int | None = None,
) -> Ticket:
    """Say whom the ticket waits for, and for what: the customer, a third party, or our own team.

    awaited: what the customer shall answer is our last question where nobody says. until: then it is open again.
    Raises Invalid where it is not open, where the customer was not asked after their last word, or for a past date.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if status not in WAITING or not ticket.is_open:
        raise Invalid(_("An open ticket can wait for the customer, a third party or our own team."), field="for")
    if until and until <= now:
        raise Invalid(_("The date lies in the past. Choose a later one."), field="until")
    if status == Ticket.Status.WAITING_CUSTOMER:
        question = awaiting.our_question(ticket)
        awaited = awaited.strip() or question
    change(ticket, {"status": status}, change="waiting", actor=actor, now=now, reason=awaited)
    awaiting.begin(ticket, actor=actor, now=now, awaited=awaited, until=until)
    return ticket


@transaction.atomic
def classify(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    query_type: QueryType,
    priority: str,
    version: int | None = None,
) -> Ticket:
    """Say what the ticket is about and how urgent it is. A ticket that was unsorted goes to the team of its type; one
    that turns out to be about people goes from whom it may be about.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    values: dict[str, object] = {"query_type_id": query_type.pk, "priority": priority}
    if ticket.query_type.unsorted and query_type.team_id:
        values["team_id"] = query_type.team_id
    recovery.ask_to_check(ticket, now=now)
    change(ticket, values, change="classified", actor=actor, now=now)
    if ticket.owner_id and ticket.owner_id in concerned_by(ticket):
        change(ticket, {"owner_id": None}, change="assigned", actor=SYSTEM, now=now)
    lift(ticket, now=now)
    deadlines.retarget(ticket, now=now)
    return ticket


def lift(ticket: Ticket, *, now: datetime) -> bool:
    """Raise the priority of a locked ticket where something speaks for it; whether it rose. Its clocks stay."""
    lifted = lifts.lift_of(ticket)
    if lifted is None:
        return False
    kept = {"reasons": lifted.reasons, "query_type": ticket.query_type_id}
    values, why = {"priority": lifted.priority}, ", ".join(lifted.reasons)
    change(ticket, values, change=lifts.LIFTED, actor=SYSTEM, now=now, reason=why, more=kept)
    return True


@transaction.atomic
def accept_proposal(ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Ticket:
    """Sort the ticket as its words propose, with the priority of that type.

    Raises Invalid where nothing is proposed or somebody has sorted it already, NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if ticket.proposed_type is None or not ticket.query_type.unsorted:
        raise Invalid(_("There is no proposal for this ticket: choose its type."), field="query_type")
    chosen = ticket.proposed_type
    return classify(ticket_id, actor=actor, now=now, query_type=chosen, priority=chosen.priority)


@transaction.atomic
def resolve(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    outcome: str = "",
    fault: str = "",
    cause: str = "",
    version: int | None = None,
) -> Ticket:
    """The matter is settled and the customer told. A complaint needs its outcome; anything else is just answered.

    Raises Invalid where the outcome is missing, the ticket is unsorted or not open, NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    values = settling.settled(ticket, Ending(outcome, fault, cause), now=now)
    change(ticket, values, change="resolved", actor=actor, now=now)
    recovery.fix_recorded(ticket, actor=actor, now=now)
    recovery.ask_to_check(ticket, now=now)
    return ticket


@transaction.atomic
def reopen(ticket_id: int, *, actor: Actor, now: datetime, reason: str, version: int | None = None) -> Ticket:
    """Take a resolved or closed ticket up again, and say why."""
    ticket = lock(ticket_id, actor=actor, version=version)
    if ticket.is_open:
        raise Invalid(_("This ticket is open already."))
    if not reason.strip():
        raise Invalid(_("Say why the ticket is opened again."), field="reason")
    return take_up_again(ticket.pk, actor=actor, now=now, reason=reason)


def take_up_again(ticket_id: int, *, actor: Actor, now: datetime, reason: str) -> Ticket:
    """A settled ticket is work again, in the caller's transaction; whoever asks for it has the right to."""
    ticket = Ticket.objects.select_for_update(of=("self",)).get(pk=ticket_id)
    values: dict[str, object] = {"status": Ticket.Status.OPEN, "resolved_at": None, "closed_at": None, "outcome": ""}
    values |= {"ball": Ticket.Ball.OURS, "queue_at": now}
    recovery.not_fixed_after_all(ticket)
    return change(ticket, values, change="reopened", actor=actor, now=now, reason=reason)


def change(
    ticket: Ticket,
    values: Mapping[str, object],
    *,
    change: str,
    actor: Actor,
    now: datetime,
    reason: str = "",
    more: Mapping[str, object] | None = None,
) -> Ticket:
    """Set the values, count the version, and tell the history and the customer's timeline; on a locked ticket.

    more: what the history keeps besides.
    """
    before = {name: getattr(ticket, name) for name in values}
    for name, value in values.items():
        setattr(ticket, name, value)
    ticket.version += 1
    ticket.save(update_fields=[*values, "version"])
    TicketHistory.objects.create(
        ticket=ticket,
        at=now,
        change=change,
        before=before,
        after=dict(values) | dict(more or {}),
        reason=reason,
        **by(actor),
    )
    letters.tell_change(ticket, change, actor=actor, now=now, reason=reason)
    if "status" in values:
        deadlines.follow([ticket], now=now)
    live.tickets_changed(ticket.pk)
    return ticket


@transaction.atomic
def mark_spam(ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Ticket:
    """It is nothing that anybody shall work on: out of all queues, without clocks, and nothing is answered.

    An acknowledgement that has not left yet never leaves. Raises Invalid (it is spam already), NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if ticket.status == Ticket.Status.SPAM:
        raise Invalid(_("This ticket is marked as spam already."))
    acknowledgement.withdraw(ticket)
    return change(ticket, {"status": Ticket.Status.SPAM}, change="marked_spam", actor=actor, now=now)


@transaction.atomic
def not_spam(ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Ticket:
    """It was no spam: as it was before, with its owner, and acknowledged unless it has been.

    Raises Invalid where it is not spam, NotAllowed, Conflict.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if ticket.status != Ticket.Status.SPAM:
        raise Invalid(_("This ticket is not marked as spam."))
    marked = ticket.history.filter(change="marked_spam").order_by("-id").first()
    status = marked.before["status"] if marked else Ticket.Status.NEW
    change(ticket, {"status": status}, change="not_spam", actor=actor, now=now)
    if ticket.is_open:
        turn.recount(ticket)
        ticket.save(update_fields=[*turn.FIELDS, "first_response_at"])
        acknowledgement.make_up_for(ticket, now=now)
    return ticket
