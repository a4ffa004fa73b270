"""Closing: only what is settled, answered and followed up; by hand, or three working days after nobody objected."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from core.actor import SYSTEM, Actor, ActorKind
from core.errors import Invalid
from policies import worktime
from policies.services import calendars
from tickets.models import FollowUp, Ticket, TimelineEntry
from tickets.models.ticket import TicketQuerySet
from tickets.models.timeline import TimelineQuerySet
from tickets.services.handling import work
from tickets.services.handling.locking import lock
from tickets.services.promises.follow_ups import OFFICE

QUIET_DAYS = 3  # working days without an objection
BY_PEOPLE = (ActorKind.STAFF, ActorKind.PROGRAM)
CLOSED: dict[str, object] = {"status": Ticket.Status.CLOSED}
NEED_NO_ANSWER = (Ticket.Outcome.WITHDRAWN, Ticket.Outcome.DUPLICATE)


def missing(ticket: Ticket) -> list[str]:
    """What keeps a ticket from being closed, each a sentence; empty where nothing does."""
    to_do = [each.what or each.get_kind_display() for each in ticket.follow_ups.to_do().in_order()]
    return sentences(ticket.outcome, answered=answers(ticket.pk).exists(), to_do=to_do)


def sentences(outcome: str, *, answered: bool, to_do: Sequence[str]) -> list[str]:
    """The same for who has read the facts already. to_do: what the open follow-ups are about."""
    found = [_("It has no outcome.")] if not outcome else []
    if outcome not in NEED_NO_ANSWER and not answered:
        found.append(_("No answer was sent to the customer."))
    return found + [_("A follow-up is still open: %(what)s.") % {"what": what} for what in to_do]


@transaction.atomic
def close(ticket_id: int, *, actor: Actor, now: datetime, version: int | None = None) -> Ticket:
    """The matter is over. Raises Invalid naming all that is missing, NotAllowed, Conflict, Ticket.DoesNotExist."""
    ticket = lock(ticket_id, actor=actor, version=version)
    if ticket.status != Ticket.Status.RESOLVED:
        raise Invalid(_("Only a resolved ticket can be closed. Resolve it first."))
    if found := missing(ticket):
        raise Invalid(" ".join([_("This ticket cannot be closed yet."), *found]))
    return work.change(ticket, CLOSED | {"closed_at": now}, change="closed", actor=actor, now=now)


def close_quiet(*, now: datetime, limit: int = 200) -> int:
    """Close what was resolved three working days ago and nobody has objected to; returns how many."""
    version = calendars.in_force([OFFICE]).get(OFFICE)
    done = 0
    for resolved_at, ticket_id in _settled(now).values_list("resolved_at", "pk")[:limit]:
        assert resolved_at is not None
        over = resolved_at + timedelta(days=QUIET_DAYS)
        if version:
            over = worktime.working_days_end(version.hours, resolved_at, QUIET_DAYS)
        if over <= now:
            done += _close_quietly(ticket_id, resolved_at, now=now)
    return done


def _settled(now: datetime) -> TicketQuerySet:
    """Resolved three days ago at least, with an outcome, an answer and nothing left to do; the oldest first."""
    to_do = FollowUp.objects.to_do().filter(ticket=OuterRef("pk"))
    old = Ticket.objects.filter(status=Ticket.Status.RESOLVED, resolved_at__lte=now - timedelta(days=QUIET_DAYS))
    answered = Q(outcome__in=NEED_NO_ANSWER) | Exists(answers(OuterRef("pk")))
    return old.exclude(outcome="").filter(answered).exclude(Exists(to_do)).order_by("resolved_at", "id")


@transaction.atomic
def _close_quietly(ticket_id: int, resolved_at: datetime, *, now: datetime) -> int:
    """0 where somebody changed or took up the ticket meanwhile."""
    locked = Ticket.objects.select_for_update(of=("self",), skip_locked=True)
    ticket = locked.filter(pk=ticket_id, status=Ticket.Status.RESOLVED, resolved_at=resolved_at).first()
    if ticket is None or ticket.follow_ups.to_do().exists():
        return 0
    work.change(ticket, CLOSED | {"closed_at": now}, change="closed", actor=SYSTEM, now=now)
    return 1


def answers(ticket: Any) -> TimelineQuerySet:
    """What people of ours said to the customer of a ticket."""
    said = TimelineEntry.objects.spoken().filter(direction=TimelineEntry.Direction.OUT, actor_kind__in=BY_PEOPLE)
    return said.filter(ticket=ticket)
