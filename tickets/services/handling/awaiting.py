"""What a ticket waits for, since when, and when something happens by itself."""

import re
from datetime import datetime

from django.utils.translation import gettext as _

from channels_out.models import Dispatch
from core.actor import Actor, ActorKind
from core.errors import Invalid
from policies import worktime
from policies.services import calendars
from tickets.models import Message, Ticket, TimelineEntry, Wait
from tickets.services.handling.turn import shorten
from tickets.services.promises.follow_ups import OFFICE

STEPS = (2, 5, 10)  # working days: two reminders, then the matter is taken as settled
QUIET = (ActorKind.SYSTEM, ActorKind.ANONYMOUS)  # machines, and whoever is held back
QUESTION = re.compile(r"[^.?!\n]*\?")


def asked(text: str) -> str:
    """What of a message of ours says what is awaited: its last question, else its beginning."""
    questions = [found.strip() for found in QUESTION.findall(text)]
    return shorten(questions[-1] if questions else text)


def our_question(ticket: Ticket) -> str:
    """What our last message asks for. Raises Invalid where the last word is theirs, or ours did not leave."""
    said = ticket.timeline.spoken().exclude(actor_kind__in=QUIET).order_by("-at", "-id").first()
    failed = Message.objects.filter(dispatch__state=Dispatch.State.FAILED)
    if said is None or said.direction != TimelineEntry.Direction.OUT or failed.filter(pk=said.object_id or 0).exists():
        raise Invalid(_("Ask the customer first: nobody can wait for an answer to what was never asked."), field="for")
    return asked(said.text)


def begin(
    ticket: Ticket,
    *,
    actor: Actor,
    now: datetime,
    awaited: str,
    until: datetime | None = None,
    message: Message | None = None,
) -> Wait:
    """The ticket waits, as its status says; in the caller's transaction."""
    wait = Wait(
        ticket=ticket,
        status=ticket.status,
        since=now,
        until=until,
        awaited=" ".join(awaited.split())[:300],
        message=message,
        set_by_id=actor.id if actor.kind == ActorKind.STAFF else None,
    )
    wait.next_at = next_of(wait)
    wait.save()
    return wait


def next_of(wait: Wait) -> datetime | None:
    """When the next thing happens: a reminder, the end of the patience, or the day that somebody said."""
    moments = [wait.until] if wait.until else []
    if wait.status == Ticket.Status.WAITING_CUSTOMER and wait.reminders < len(STEPS):
        version = calendars.in_force([OFFICE]).get(OFFICE)
        if version:
            moments.append(worktime.working_days_end(version.hours, wait.since, STEPS[wait.reminders]))
    return min(moments, default=None)
