"""Trying to reach the customer for a follow-up, and what came of it."""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from core.actor import Actor
from core.errors import DomainError, Invalid, NotAllowed
from customers.models import Identity
from notices.services.telling import News, tell_all
from staff.services.people import leads_of
from tickets.models import FollowUp, FollowUpTry, Ticket
from tickets.services.handling import work
from tickets.services.promises import follow_ups, recovery

MOST_TRIES, FEWEST_CHANNELS = 3, 2
REACHED = (
    FollowUp.Outcome.SATISFIED,
    FollowUp.Outcome.NOT_SATISFIED,
    FollowUp.Outcome.DECLINED,
    FollowUp.Outcome.KEPT,
)


@transaction.atomic
def reached(follow_up_id: int, *, actor: Actor, now: datetime, channel: str, outcome: str, note: str = "") -> FollowUp:
    """The customer was reached: satisfied, not satisfied (the ticket is open again and its lead told), declined, or
    done as said.

    Raises Invalid where the outcome is none of these, the fix is not recorded yet, or it is done; NotAllowed.
    """
    follow_up = _ready(follow_up_id, actor=actor)
    if outcome not in REACHED or (outcome == FollowUp.Outcome.KEPT and follow_up.kind == FollowUp.Kind.APOLOGY):
        raise Invalid(_("Say how the customer took it."), field="outcome")
    if outcome == FollowUp.Outcome.NOT_SATISFIED and not note.strip():
        raise Invalid(_("Say what is still wrong for the customer: the lead reads it."), field="note")
    _note_try(follow_up, actor=actor, now=now, channel=channel, reached=True, note=note)
    follow_ups.finish(follow_up, outcome, actor=actor, now=now, note=note)
    if outcome == FollowUp.Outcome.NOT_SATISFIED:
        _take_up_again(follow_up, actor=actor, now=now, note=note)
    return follow_up


@transaction.atomic
def not_reached(follow_up_id: int, *, actor: Actor, now: datetime, channel: str, note: str = "") -> FollowUp:
    """The customer was not reached. After three tries on two channels an apology is written, once.

    Raises Invalid where a third try would be on the same channel again, the fix is not recorded yet, or it is done.
    """
    follow_up = _ready(follow_up_id, actor=actor)
    channels = [each.channel for each in follow_up.tries.all()] + [channel]
    if len(channels) >= MOST_TRIES and len(set(channels)) < FEWEST_CHANNELS:
        raise Invalid(_("Two tries on this channel are enough: try another one now."), field="channel")
    _note_try(follow_up, actor=actor, now=now, channel=channel, reached=False, note=note)
    if len(channels) < MOST_TRIES:
        follow_up.due_at = follow_ups.next_working_day(follow_up, now=now)
        follow_up.state = FollowUp.State.OPEN
        follow_up.save(update_fields=["due_at", "state"])
        tried = f"{len(channels)}/{MOST_TRIES}"
        follow_ups.record(follow_up, follow_ups.TRIED, actor=actor, now=now, text=tried)
        return follow_up
    if follow_up.kind == FollowUp.Kind.APOLOGY:
        recovery.write_apology(follow_up, actor=actor, now=now)
    follow_ups.finish(follow_up, FollowUp.Outcome.UNREACHABLE, actor=actor, now=now, note=note)
    return follow_up


def write_instead(ids: Collection[int], *, actor: Actor, now: datetime) -> tuple[int, list[str]]:
    """More calls than people to make them: these apologies are written, each whole or not at all.

    Returns how many were, and a sentence for each that could not be. Raises NotAllowed for who does not lead.
    """
    if not actor.leads:
        raise NotAllowed(_("Only who leads decides that an apology is written instead of spoken."))
    written, refused = 0, []
    for follow_up_id in ids:
        try:
            _write_one(follow_up_id, actor=actor, now=now)
        except DomainError as problem:
            refused.append(problem.message)
        else:
            written += 1
    return written, refused


@transaction.atomic
def _write_one(follow_up_id: int, *, actor: Actor, now: datetime) -> None:
    follow_up = _ready(follow_up_id, actor=actor)
    if follow_up.kind != FollowUp.Kind.APOLOGY:
        raise Invalid(_("Only an apology can be written instead of a call."))
    recovery.write_apology(follow_up, actor=actor, now=now)
    follow_ups.finish(follow_up, FollowUp.Outcome.WRITTEN, actor=actor, now=now)


def _ready(follow_up_id: int, *, actor: Actor) -> FollowUp:
    follow_up = follow_ups.hold(follow_up_id, actor=actor)
    if follow_up.state == FollowUp.State.WAITING:
        raise Invalid(_("The fix is not recorded yet. Resolve the ticket first; then this follow-up gets its date."))
    return follow_up


def _note_try(
    follow_up: FollowUp, *, actor: Actor, now: datetime, channel: str, reached: bool, note: str
) -> FollowUpTry:
    if channel not in Identity.Kind.values:
        raise Invalid(_("Say by which channel you tried."), field="channel")
    return FollowUpTry.objects.create(
        follow_up=follow_up, at=now, channel=channel, reached=reached, note=note.strip(), made_by_id=actor.id
    )


def _take_up_again(follow_up: FollowUp, *, actor: Actor, now: datetime, note: str) -> None:
    ticket = follow_up.ticket
    if not ticket.is_open and ticket.status != Ticket.Status.SPAM:
        work.take_up_again(ticket.pk, now=now, actor=actor, reason=note)
    recovery.ask_to_check(ticket, now=now)
    leads = leads_of(ticket.team_id)
    tell_all([News(lead, "customer_not_satisfied", "ticket", ticket.pk, {"why": note}) for lead in leads], now=now)
