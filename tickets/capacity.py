"""More calls than people: how many calls a team can still make today, and which customers it should call first.

Source: issue "TAT", domain.md 5.5 (SR-2, SR-3, SR-9: who was failed twice is called, harm and value come first).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils import timezone

from core.actor import Actor
from customers.models import Customer
from policies.models import Priority
from staff.models import Team
from tickets.models import FollowUp, FollowUpTry
from tickets.models.follow_up import FollowUpQuerySet

Kind = FollowUp.Kind
BY_PHONE = (Kind.APOLOGY, Kind.CONFIRMATION, Kind.CALL_BACK)
AGAIN_WITHIN = timedelta(days=90)
MOST = 300
BY_A_LEAD, AGAIN, URGENT, LOSS, LATE, VALUED, CORE, EARLY = (
    "by_a_lead", "again", "urgent", "loss", "late", "valued", "core", "early"
)  # fmt: skip
PRIORITY = {Priority.URGENT: 3, Priority.HIGH: 2, Priority.NORMAL: 1}
STAGE = {Customer.Stage.CORE: 3, Customer.Stage.EARLY: 2, Customer.Stage.FIRST: 1}


@dataclass(frozen=True, slots=True)
class Load:
    """The calls of a team today. made: customers tried so far. others: calls due that no letter can take the place of.

    apologies: apology calls that are due today or were missed.
    """

    team: Team
    made: int
    others: int
    apologies: int

    @property
    def left(self) -> int:
        """How many of the apologies can still be called today; all where nobody has set a number."""
        if self.team.calls_per_day is None:
            return self.apologies
        return min(self.apologies, max(0, self.team.calls_per_day - self.made - self.others))

    @property
    def over(self) -> int:
        return self.apologies - self.left


@dataclass(frozen=True, slots=True)
class Ranked:
    """An apology call with what speaks for making it: codes, and the sums by which it is ordered."""

    follow_up: FollowUp
    harm: int
    value: int
    reasons: Sequence[str]


def end_of_day(now: datetime) -> datetime:
    return datetime.combine(timezone.localdate(now) + timedelta(days=1), time(), tzinfo=timezone.get_current_timezone())


def loads(actor: Actor, *, now: datetime, team: Team | None = None) -> list[Load]:
    """Every team that has calls today or a number of them, or one team; three statements."""
    begins, ends = end_of_day(now) - timedelta(days=1), end_of_day(now)
    due = _due(actor, ends).order_by().values("team")
    apology = Count("pk", filter=Q(kind=Kind.APOLOGY))
    counted = {row["team"]: row for row in due.annotate(apologies=apology, whole=Count("pk"))}
    tried = FollowUpTry.objects.filter(at__gte=begins, at__lt=ends).order_by().values("follow_up__team")
    made = dict(tried.annotate(count=Count("follow_up", distinct=True)).values_list("follow_up__team", "count"))
    teams = [team] if team else Team.objects.all()
    found = []
    for each in teams:
        row: Any = counted.get(each.pk, {"apologies": 0, "whole": 0})
        load = Load(each, made.get(each.pk, 0), row["whole"] - row["apologies"], row["apologies"])
        if team or load.apologies or each.calls_per_day is not None:
            found.append(load)
    return found


def _due(actor: Actor, ends: datetime) -> FollowUpQuerySet:
    """Calls that are to be made by then, missed ones too."""
    dated = FollowUp.objects.visible_to(actor).to_do().filter(due_at__lt=ends)
    return dated.filter(kind__in=BY_PHONE)


def ranked(team: Team, actor: Actor, *, now: datetime) -> list[Ranked]:
    """The apology calls of a team that are due today, who was harmed most and is worth most first; one statement."""
    earlier = FollowUp.objects.filter(
        kind=Kind.APOLOGY, customer__root_id=OuterRef("customer__root_id"), created_at__gte=now - AGAIN_WITHIN
    ).exclude(pk=OuterRef("pk"))
    due = _due(actor, end_of_day(now)).filter(team=team, kind=Kind.APOLOGY)
    rows = due.select_related("ticket", "customer__root", "owner").annotate(again=Exists(earlier))
    found = [rank(each, again=bool(getattr(each, "again", False))) for each in rows.order_by("due_at", "id")[:MOST]]
    return sorted(found, key=lambda each: (-each.harm, -each.value))


def rank(follow_up: FollowUp, *, again: bool) -> Ranked:
    """again: this customer had an apology within 90 days, so a letter is not enough this time."""
    ticket, customer = follow_up.ticket, follow_up.customer.root or follow_up.customer
    late = sum(reason.endswith("_missed") for reason in follow_up.reasons) + bool(follow_up.missed_at)
    harm = {
        BY_A_LEAD: 3 * (follow_up.level > 2),
        AGAIN: 3 * again,
        URGENT: PRIORITY.get(Priority(ticket.priority), 0),
        LOSS: 2 * (ticket.loss_amount is not None),
        LATE: late,
    }
    stage = STAGE.get(Customer.Stage(customer.stage), 0) if customer.stage else 0
    value = {VALUED: 3 * customer.high_value, CORE: stage * (stage > 2), EARLY: stage * (stage <= 2)}
    told = {**harm, **value, URGENT: harm[URGENT] * (harm[URGENT] > 1), EARLY: value[EARLY] * (value[EARLY] > 1)}
    reasons = [name for name, points in told.items() if points]
    return Ranked(follow_up, sum(harm.values()), sum(value.values()), reasons)
