"""Follow-ups: set by hand or by recovery, dated, moved, tried, done or missed. Each change is told in the history."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _

from core import bulk
from core.actor import SYSTEM, Actor
from core.errors import Invalid
from core.history import by
from notices import live
from notices.services.telling import News, tell_all
from policies import worktime
from policies.services import calendars
from staff.models import User
from staff.services.people import leads_of
from tickets.models import FollowUp, Message, Ticket, TicketHistory, TimelineEntry
from tickets.rights import ensure_may_change
from tickets.services.escalation.lifts import ask_to_check_all

OFFICE = "B"  # the calendar by whose working days follow-ups are dated
EARLIEST, LATEST = time(8), time(20)  # nobody is called outside these hours of their own day
FOLLOW_UP_MISSED = "follow_up_missed"
DONE, DROPPED, TRIED = "follow_up_done", "follow_up_dropped", "follow_up_tried"


@transaction.atomic
def add(
    ticket_id: int,
    *,
    actor: Actor,
    now: datetime,
    kind: str,
    what: str,
    due_at: datetime,
    owner: User | None = None,
    told_in: Message | None = None,
) -> FollowUp:
    """Set a follow-up by hand; whoever may read the ticket may. Its owner is the actor where none is named.

    told_in: the message in which the customer was told. Raises Invalid where it says nothing, lies in the past, belongs
    to another ticket, or its owner no longer works here; Ticket.DoesNotExist.
    """
    ticket = Ticket.objects.visible_to(actor).select_for_update(of=("self",)).get(pk=ticket_id)
    _check(ticket, kind=kind, what=what, due_at=due_at, owner=owner, told_in=told_in, now=now)
    follow_up = FollowUp.objects.create(
        ticket=ticket,
        customer_id=ticket.customer_id,
        kind=kind,
        what=what.strip()[:300],
        owner_id=owner.pk if owner else actor.id,
        team_id=ticket.team_id,
        due_at=due_at,
        first_due_at=due_at,
        told_in=told_in,
        created_at=now,
        created_by_id=actor.id,
    )
    record(follow_up, "follow_up_added", actor=actor, now=now, text=follow_up.what)
    return follow_up


def _check(
    ticket: Ticket,
    *,
    kind: str,
    what: str,
    due_at: datetime,
    owner: User | None,
    told_in: Message | None,
    now: datetime,
) -> None:
    if kind not in FollowUp.Kind.values or kind == FollowUp.Kind.APOLOGY:
        raise Invalid(_("Choose what kind of follow-up it is."), field="kind")
    if not what.strip():
        raise Invalid(_("Say what the customer can expect."), field="what")
    if due_at <= now:
        raise Invalid(_("The date lies in the past. Choose a later one."), field="due_at")
    if owner and not owner.is_active:
        raise Invalid(_("This person no longer works here."), field="owner")
    if told_in and told_in.ticket_id != ticket.pk:
        raise Invalid(_("This message belongs to another ticket."), field="told_in")


@transaction.atomic
def move(follow_up_id: int, *, actor: Actor, now: datetime, due_at: datetime, reason: str) -> FollowUp:
    """Give it another date; the first one stays readable, and so does why.

    Raises Invalid without a reason or with a date in the past, NotAllowed, FollowUp.DoesNotExist.
    """
    follow_up = hold(follow_up_id, actor=actor)
    if not reason.strip():
        raise Invalid(_("Say why the date is moved: the customer was told the first one."), field="reason")
    if due_at <= now:
        raise Invalid(_("The date lies in the past. Choose a later one."), field="due_at")
    before, follow_up.due_at, follow_up.state = follow_up.due_at, due_at, FollowUp.State.OPEN
    follow_up.first_due_at = follow_up.first_due_at or due_at
    follow_up.save(update_fields=["due_at", "state", "first_due_at"])
    record(follow_up, "follow_up_moved", actor=actor, now=now, text=reason, before={"due_at": before})
    return follow_up


@transaction.atomic
def hand_over(follow_up_id: int, *, actor: Actor, now: datetime, owner: User) -> FollowUp:
    """Give it to somebody else, who is told. Raises Invalid, NotAllowed, FollowUp.DoesNotExist."""
    follow_up = hold(follow_up_id, actor=actor)
    if not owner.is_active:
        raise Invalid(_("This person no longer works here."), field="owner")
    follow_up.owner = owner
    follow_up.save(update_fields=["owner"])
    if owner.pk != actor.id:
        words = {"by": actor.name, "what": follow_up.what}
        tell_all([News(owner.pk, "follow_up_given", "ticket", follow_up.ticket_id, words)], now=now)
    live.tickets_changed(follow_up.ticket_id)
    return follow_up


def hold(follow_up_id: int, *, actor: Actor) -> FollowUp:
    """One that is to be done, locked until the transaction ends.

    Its owner and whoever may change its ticket may act on it. Raises Invalid where it is done, NotAllowed,
    FollowUp.DoesNotExist.
    """
    seen = FollowUp.objects.visible_to(actor).select_for_update(of=("self",)).select_related("ticket", "customer")
    follow_up = seen.get(pk=follow_up_id)
    if follow_up.owner_id != actor.id:
        ensure_may_change(follow_up.ticket, actor)
    if follow_up.is_done:
        raise Invalid(_("This follow-up is done already."))
    return follow_up


def finish(follow_up: FollowUp, outcome: str, *, actor: Actor, now: datetime, note: str = "") -> None:
    """It is done; in the caller's transaction."""
    follow_up.state, follow_up.done_at, follow_up.outcome = FollowUp.State.DONE, now, outcome
    follow_up.note = note.strip()
    follow_up.save(update_fields=["state", "done_at", "outcome", "note", "written_in"])
    change = DROPPED if outcome == FollowUp.Outcome.NOT_NEEDED else DONE
    said = ": ".join(filter(None, (outcome, follow_up.note)))  # a code: each reader has it in their own language
    record(follow_up, change, actor=actor, now=now, text=said, after={"outcome": outcome})


def miss_due(*, now: datetime, limit: int = 200) -> int:
    """Mark those whose date has passed as missed, once each, and tell their owners and leads; returns how many."""
    done = 0
    while batch := _miss_batch(now=now, limit=limit):
        done += batch
    return done


@transaction.atomic
def _miss_batch(*, now: datetime, limit: int) -> int:
    due = FollowUp.objects.due(now).select_for_update(skip_locked=True, of=("self",)).select_related("ticket")
    missed = list(due[:limit])
    for follow_up in missed:
        follow_up.state, follow_up.missed_at = FollowUp.State.MISSED, follow_up.missed_at or now
    FollowUp.objects.bulk_update(missed, ["state", "missed_at"])
    told = [_told(each, FOLLOW_UP_MISSED, actor=SYSTEM, now=now, text=each.what) for each in missed]
    bulk.insert(history for history, _entry in told)
    bulk.insert(entry for _history, entry in told)
    live.tickets_changed(*{each.ticket_id for each in missed})
    broken = sorted({each.ticket_id for each in missed if each.told_in_id})
    ask_to_check_all(broken, now=now)
    leads = {team: leads_of(team) for team in {follow_up.team_id for follow_up in missed}}
    news = [
        News(person, FOLLOW_UP_MISSED, "ticket", follow_up.ticket_id, {"what": follow_up.what})
        for follow_up in missed
        for person in dict.fromkeys([follow_up.owner_id, *leads[follow_up.team_id]])
        if person
    ]
    tell_all(news, now=now)
    return len(missed)


def next_working_day(follow_up: FollowUp, *, now: datetime) -> datetime:
    """The close of the next working day, but no later than the customer may be called."""
    version = calendars.in_force([OFFICE]).get(OFFICE)
    due = worktime.working_days_end(version.hours, now, 1) if version else now + timedelta(days=1)
    return awake(due, follow_up.customer.time_zone)


def awake(due: datetime, zone: str) -> datetime:
    """The moment, or the last one before it at which the customer may be called (domain.md 5.5)."""
    local = due.astimezone(ZoneInfo(zone))
    if local.time() > LATEST:
        local = datetime.combine(local.date(), LATEST, tzinfo=local.tzinfo)
    elif local.time() < EARLIEST:
        local = datetime.combine(local.date() - timedelta(days=1), LATEST, tzinfo=local.tzinfo)
    return local.astimezone(due.tzinfo)


def record(
    follow_up: FollowUp,
    change: str,
    *,
    actor: Actor,
    now: datetime,
    text: str = "",
    before: dict[str, object] | None = None,
    after: dict[str, object] | None = None,
) -> None:
    """Tell the ticket's history, the customer's timeline and open pages."""
    history, entry = _told(follow_up, change, actor=actor, now=now, text=text)
    history.before = before or {}
    history.after |= after or {}
    history.save()
    entry.save()
    live.tickets_changed(follow_up.ticket_id)


def _told(
    follow_up: FollowUp, change: str, *, actor: Actor, now: datetime, text: str
) -> tuple[TicketHistory, TimelineEntry]:
    history = TicketHistory(
        ticket_id=follow_up.ticket_id,
        at=now,
        change=change,
        after={"follow_up": follow_up.pk, "due_at": follow_up.due_at},
        reason=text,
        **by(actor),
    )
    entry = TimelineEntry(
        customer_id=follow_up.customer_id,
        ticket_id=follow_up.ticket_id,
        at=now,
        kind=TimelineEntry.Kind.FOLLOW_UP,
        object_id=follow_up.pk,
        direction=TimelineEntry.Direction.INTERNAL,
        title=change,
        text=text,
        **by(actor),
    )
    return history, entry
