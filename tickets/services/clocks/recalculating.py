"""Recalculation: what a change of rules or calendars would mean for open tickets, and doing it once it is confirmed.

A row is the job: it is worked off in batches, each a transaction that moves the row's mark and asks for the next, so a
worker that dies loses at most its batch (docs/rules.md, "Recalculation").
"""

from datetime import datetime

from django.db import transaction
from django.db.models import Exists, Max, OuterRef
from django.utils.translation import gettext as _

from core import bulk
from core.actor import Actor, ActorKind
from core.errors import Conflict, Invalid, NotAllowed
from core.history import by
from core.services import errands
from policies import rules
from policies.models import Calendar, CalendarVersion, QueryType
from policies.services import publishing
from tickets.models import Deadline, Recalculation, RecalculationLine, Ticket
from tickets.models.ticket import TicketQuerySet
from tickets.services.clocks import renewing
from tickets.services.clocks.renewing import Renewal

RECALCULATION = "recalculation"
TOGETHER, LONGEST_REASON = 200, 1000
Scope, State = Recalculation.Scope, Recalculation.State


@transaction.atomic
def look(
    *, actor: Actor, now: datetime, query_type: QueryType | None = None, calendar: Calendar | None = None
) -> Recalculation:
    """Begin to look what would move: for all open tickets, those of a type, or those counted with a calendar.

    Raises NotAllowed, and Invalid where both a type and a calendar are given.
    """
    _ensure_leads(actor)
    if query_type and calendar:
        raise Invalid(_("Choose a type or a calendar, not both."), field="scope")
    scope = Scope.QUERY_TYPE if query_type else Scope.CALENDAR if calendar else Scope.ALL
    job = Recalculation(
        scope=scope, query_type=query_type, calendar=calendar, asked_at=now, basis=_basis(now), **by(actor)
    )
    asked = _tickets(job)
    job.total, job.upto = asked.count(), asked.aggregate(last=Max("pk"))["last"] or 0
    job.save()
    errands.ask(RECALCULATION, job.pk, now=now)
    return job


@transaction.atomic
def confirm(recalculation_id: int, *, actor: Actor, now: datetime, reason: str) -> Recalculation:
    """Let it be done as it was looked at.

    Raises NotAllowed, Invalid without a reason, Conflict where it is not ready or something changed since the look,
    Recalculation.DoesNotExist.
    """
    _ensure_leads(actor)
    job = Recalculation.objects.select_for_update().get(pk=recalculation_id)
    if not reason.strip():
        raise Invalid(_("Say why the dates move."), field="reason")
    if len(reason) > LONGEST_REASON:
        raise Invalid(_("The reason has at most %(most)d characters.") % {"most": LONGEST_REASON}, field="reason")
    if job.state != State.READY:
        raise Conflict(_("This recalculation is not waiting to be confirmed."), current=_basis(now)[0])
    if job.basis != _basis(now):
        raise Conflict(_("Rules or calendars changed since this preview. Make a new one."), current=_basis(now)[0])
    job.state, job.confirmed_at, job.reason = State.RUNNING, now, reason.strip()
    for name, value in by(actor).items():
        setattr(job, name, value)
    job.save()
    errands.ask(RECALCULATION, job.pk, now=now)
    return job


@transaction.atomic
def go_on(recalculation_id: int, *, now: datetime) -> None:
    """The next batch of a job; asks for the one after it. Called twice, it does two, and never a ticket twice."""
    job = Recalculation.objects.select_for_update().get(pk=recalculation_id)
    if job.state == State.LOOKING:
        _look_at_some(job, now=now)
    elif job.state == State.RUNNING:
        _do_some(job, now=now)
    else:
        return
    job.save()
    if job.is_working:
        errands.ask(RECALCULATION, job.pk, now=now)


def _look_at_some(job: Recalculation, *, now: datetime) -> None:
    batch = list(_tickets(job).filter(pk__gt=job.mark, pk__lte=job.upto).order_by("pk")[:TOGETHER])
    moved = renewing.foresee(batch, now=now)
    bulk.insert(_line(job, each) for each in moved)
    job.seen += len(batch)
    job.changing += len(moved)
    job.later += sum(each.later for each in moved)
    job.earlier += sum(each.earlier for each in moved)
    job.late += sum(each.late for each in moved)
    job.other_steps += sum(each.other_steps for each in moved)
    job.mark = batch[-1].pk if batch else job.mark
    if len(batch) < TOGETHER:
        job.state = State.READY


def _do_some(job: Recalculation, *, now: datetime) -> None:
    lines = list(job.lines.filter(applied=False).order_by("id")[:TOGETHER])
    asked = Ticket.objects.open().filter(pk__in=[line.ticket_id for line in lines]).order_by("pk")
    tickets = list(asked.select_for_update(of=("self",)).select_related("customer", "channel"))
    actor = Actor(ActorKind(job.actor_kind), id=job.actor_id, name=job.actor_name)
    renewing.renew(tickets, actor=actor, reason=job.reason, now=now)
    RecalculationLine.objects.filter(pk__in=[line.pk for line in lines]).update(applied=True)
    job.done += len(lines)
    if len(lines) < TOGETHER:
        job.state, job.finished_at = State.DONE, now


def _line(job: Recalculation, moved: Renewal) -> RecalculationLine:
    return RecalculationLine(
        recalculation=job,
        ticket=moved.ticket,
        before=moved.before,
        after=moved.after,
        later=moved.later,
        earlier=moved.earlier,
        late=moved.late,
        other_steps=moved.other_steps,
    )


def _tickets(job: Recalculation) -> TicketQuerySet:
    """The open tickets it is about."""
    asked = Ticket.objects.open().select_related("customer", "channel")
    if job.query_type_id:
        below = [node.pk for node in rules.type_nodes() if job.query_type_id in (node.pk, *node.lineage)]
        return asked.filter(query_type__in=below)
    if job.calendar_id:
        counted = Deadline.objects.filter(ticket=OuterRef("pk"), met_at=None, calendar__calendar=job.calendar_id)
        return asked.filter(Exists(counted))
    return asked


def _basis(now: datetime) -> list[int]:
    """What a look was made with: the rules in force and the newest version of any calendar."""
    published = publishing.in_force(now)
    newest = CalendarVersion.objects.aggregate(newest=Max("pk"))["newest"]
    return [published.pk if published else 0, newest or 0]


def _ensure_leads(actor: Actor) -> None:
    if not actor.leads:
        raise NotAllowed(_("Only supervisors and administrators move the dates of open tickets."))
