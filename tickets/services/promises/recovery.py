"""Making up for a failure: the apology follow-up, made when there is a reason, dated when the fix is recorded.

Sources: domain.md 5.5 (SR-8, SR-9, SR-14 and the rule for apology follow-ups); docs/rules.md, "Making up for it".
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.utils import formats, translation
from django.utils.translation import gettext as _

from core.actor import SYSTEM, Actor
from core.services import errands
from customers.models import Customer
from policies.models import QueryType
from tickets.models import Deadline, FollowUp, FollowUpTry, Message, Ticket
from tickets.models.follow_up import FollowUpQuerySet
from tickets.services.inward.incoming import Incoming
from tickets.services.outward import letters, outgoing
from tickets.services.outward.letters import Letter
from tickets.services.promises import follow_ups

APOLOGY_CHECK = "apology_check"
ALWAYS = {
    QueryType.Apology.NONE: 0,
    QueryType.Apology.SENTENCE: 1,
    QueryType.Apology.CALL: 2,
    QueryType.Apology.LEAD: 3,
}
MAKES_UP_FOR = (Deadline.Goal.FIRST_RESPONSE, Deadline.Goal.RESOLUTION)  # what an apology is owed for when it is late
OURS_OR_UNKNOWN = ("", Ticket.Fault.OURS, Ticket.Fault.UNKNOWN)
AT_ONCE = timedelta(0)
PUT_RIGHT_BY_US = (Ticket.Fault.OURS, Ticket.Fault.PARTNER)


def ask_to_check(ticket: Ticket, *, now: datetime) -> None:
    """Have a worker look whether this ticket is owed an apology, once this transaction has committed."""
    errands.ask(APOLOGY_CHECK, ticket.pk, now=now)


def ask_to_check_all(ticket_ids: Sequence[int], *, now: datetime) -> None:
    """The same for many tickets."""
    errands.ask_all(APOLOGY_CHECK, ticket_ids, now=now)


@transaction.atomic
def check_apology(ticket_id: int, *, now: datetime) -> None:
    """Make the apology follow-up that the ticket is owed, or drop one that is owed no more; one an episode."""
    locked = Ticket.objects.select_for_update(of=("self",)).select_related("query_type", "customer")
    ticket = locked.get(pk=ticket_id)
    if ticket.status in (Ticket.Status.CLOSED, Ticket.Status.SPAM):
        return
    found = reasons(ticket)
    episode = _episode(ticket)
    known = ticket.follow_ups.filter(kind=FollowUp.Kind.APOLOGY, episode=episode).first()
    if found and known is None:
        _make(ticket, found, episode=episode, now=now)
    elif not found and known and not known.is_done and not known.tries.exists():
        follow_ups.finish(known, FollowUp.Outcome.NOT_NEEDED, actor=SYSTEM, now=now)


def reasons(ticket: Ticket) -> list[str]:
    """Why an apology is owed: codes `type`, `stage`, `first_response_missed`, `resolution_missed`; empty where none is.

    Only complaints, never of the customer's own fault.
    """
    if ticket.query_type.kind != QueryType.Kind.COMPLAINT or ticket.fault == Ticket.Fault.CUSTOMER:
        return []
    found = ["type"] if _level(ticket) >= 2 else []
    found += ["stage"] if ticket.customer.stage == Customer.Stage.EARLY else []
    late = ticket.deadlines.filter(basis=Deadline.Basis.SERVICE, missed_at__isnull=False, goal__in=MAKES_UP_FOR)
    return found + [f"{goal}_missed" for goal in MAKES_UP_FOR if goal in set(late.values_list("goal", flat=True))]


def _level(ticket: Ticket) -> int:
    wanted = QueryType.Apology(ticket.query_type.apology)
    if wanted == QueryType.Apology.CALL_IF_OURS:
        return 2 if ticket.fault in OURS_OR_UNKNOWN else 1
    if wanted == QueryType.Apology.CALL_IF_VALUED:
        return 2 if ticket.customer.high_value else 1
    return ALWAYS[wanted]


def _episode(ticket: Ticket) -> int:
    """Each time that the customer was reached and not satisfied, another episode begins."""
    ended = ticket.follow_ups.filter(kind=FollowUp.Kind.APOLOGY, outcome=FollowUp.Outcome.NOT_SATISFIED)
    return ended.count() + 1


def _make(ticket: Ticket, found: list[str], *, episode: int, now: datetime) -> None:
    follow_up = FollowUp.objects.create(
        ticket=ticket,
        customer=ticket.customer,
        kind=FollowUp.Kind.APOLOGY,
        state=FollowUp.State.WAITING,
        episode=episode,
        level=max(2, _level(ticket)),
        reasons=found,
        owner_id=ticket.owner_id,
        team_id=ticket.team_id,
        created_at=now,
    )
    follow_ups.record(follow_up, "follow_up_added", actor=SYSTEM, now=now)
    if ticket.status == Ticket.Status.RESOLVED:
        _date(follow_up, actor=SYSTEM, now=now)


def fix_recorded(ticket: Ticket, *, actor: Actor, now: datetime) -> None:
    """The matter is fixed and the customer told: what waited for it gets its date, one working day later."""
    for follow_up in ticket.follow_ups.filter(state=FollowUp.State.WAITING).select_related("customer"):
        _date(follow_up, actor=actor, now=now)


def _date(follow_up: FollowUp, *, actor: Actor, now: datetime) -> None:
    due = follow_ups.next_working_day(follow_up, now=now)
    follow_up.state, follow_up.due_at = FollowUp.State.OPEN, due
    follow_up.first_due_at = follow_up.first_due_at or due
    follow_up.save(update_fields=["state", "due_at", "first_due_at"])
    follow_ups.record(follow_up, "follow_up_dated", actor=actor, now=now)


def not_fixed_after_all(ticket: Ticket) -> None:
    """The ticket is open again: nobody apologises for what is not put right. What was tried already goes on."""
    _untried().filter(ticket=ticket).update(state=FollowUp.State.WAITING, due_at=None)


def _untried() -> FollowUpQuerySet:
    tried = FollowUpTry.objects.filter(follow_up=OuterRef("pk"))
    return FollowUp.objects.to_do().filter(~Exists(tried), kind=FollowUp.Kind.APOLOGY)


def customers_wrote(items: Sequence[Incoming], *, now: datetime) -> None:
    """After a batch of messages: what was settled and is open again waits for its fix; new complaints are looked at."""
    again = {item.ticket.pk for item in items if item.ticket and item.reopened}
    if again:
        _untried().filter(ticket__in=again).update(state=FollowUp.State.WAITING, due_at=None)
    errands.ask_all(APOLOGY_CHECK, [item.ticket.pk for item in items if item.ticket and _is_typed(item)], now=now)


def _is_typed(item: Incoming) -> bool:
    """A new ticket whose type the customer chose on the form; others are looked at when they are sorted."""
    return item.opened and item.query_type_id is not None


def write_apology(follow_up: FollowUp, *, actor: Actor, now: datetime) -> Message:
    """The apology in writing, in the customer's language; in the caller's transaction.

    Raises Invalid where there is no way to write to this customer.
    """
    ticket = follow_up.ticket
    way = outgoing.route(ticket)
    letter = Letter(apology_text(ticket, company=way.channel.name, now=now))
    message = letters.send(ticket, letter, way, actor=actor, now=now, undo=AT_ONCE)
    letters.tell_timeline(message, actor, direction="out")
    follow_up.written_in = message
    return message


def apology_text(ticket: Ticket, *, company: str, now: datetime) -> str:
    """What stands in it: responsibility only where it was ours, what was put right and when, and how to go on."""
    with translation.override(ticket.customer.language):
        said = (
            _("What happened was our responsibility, and we apologise for it. It was put right on %(day)s.")
            if ticket.fault in PUT_RIGHT_BY_US
            else _("We are sorry for the trouble you had. Your matter was settled on %(day)s.")
        )
        fixed = (ticket.resolved_at or now).astimezone(ZoneInfo(ticket.customer.time_zone))
        return _(
            "Dear %(name)s,\n\n"
            "we tried to reach you about “%(subject)s” (%(reference)s) and did not get through, "
            "so we write instead.\n\n"
            "%(said)s\n\n"
            "If anything is still open for you, just answer this mail: we take it up again at once.\n\n"
            "%(company)s"
        ) % {
            "name": ticket.customer.name or _("customer"),
            "subject": ticket.subject,
            "reference": ticket.reference,
            "said": said % {"day": formats.date_format(fixed, "j F Y")},
            "company": company,
        }
