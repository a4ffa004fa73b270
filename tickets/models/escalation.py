from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from policies.models import LadderStep
from staff.models import Team, User
from tickets.models.deadline import Deadline
from tickets.models.ticket import Ticket


class EscalationQuerySet(models.QuerySet["Escalation"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the ticket may be read; customers read none."""
        if not actor.is_staff:
            return self.none()
        return self if actor.sees_restricted else self.filter(ticket__in=Ticket.objects.visible_to(actor))

    def unanswered(self) -> Self:
        """Of which somebody is asked to say something, and nobody has."""
        return self.filter(state=Escalation.State.ASKED)

    def unheard(self, now: datetime) -> Self:
        """Those to which nobody answered in time, the longest overdue first."""
        return self.unanswered().filter(answer_due_at__lte=now).order_by("answer_due_at", "id")


class Escalation(models.Model):
    """What was done because a clock was running out, or because somebody asked for a superior.

    deadline and step: of the ladder, by the key of tickets.ladders; each step of a deadline is done once. step is empty
    where no ladder led here. above: the one that nobody answered, to which this is the next level.
    level: of LadderStep.Level. team: the specialists who were told instead. told: who was told, deputies included.
    late_by: how long after its moment it was done. answer_due_at: until when an answer is waited for; then it goes one
    level up. reason, tried: what whoever asked for help said; answer: what those said who were told; failure: why
    nothing could be done.
    """

    class Cause(models.TextChoices):
        CLOCK = "clock", _("Time is running out")
        BY_HAND = "by_hand", _("Asked for help")
        CUSTOMER = "customer", _("The customer asks for a superior")
        NO_ANSWER = "no_answer", _("Nobody answered")

    class State(models.TextChoices):
        TOLD = "told", _("Told")
        ASKED = "asked", _("Waits for an answer")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        TAKEN = "taken", _("Taken over")
        RETURNED = "returned", _("Given back")
        PASSED_UP = "passed_up", _("Passed one level up")
        OVER = "over", _("Not needed any more")
        FAILED = "failed", _("Failed")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="escalations")
    deadline = models.ForeignKey(Deadline, on_delete=models.SET_NULL, null=True, blank=True, related_name="escalations")
    step = models.CharField(max_length=30, blank=True)
    above = models.OneToOneField("self", on_delete=models.SET_NULL, null=True, blank=True, related_name="passed_to")
    cause = models.CharField(max_length=10, choices=Cause.choices, default=Cause.CLOCK)
    state = models.CharField(max_length=12, choices=State.choices, default=State.TOLD)
    level = models.PositiveSmallIntegerField(choices=LadderStep.Level.choices)
    team = models.ForeignKey(Team, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)
    told = models.ManyToManyField(User, related_name="escalations", blank=True)
    at = models.DateTimeField()
    late_by = models.DurationField(null=True, blank=True)
    ask_minutes = models.PositiveIntegerField(default=0)
    answer_due_at = models.DateTimeField(null=True, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    answered_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    asked_by = models.ForeignKey(
        User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    reason = models.TextField(blank=True)
    tried = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    failure = models.TextField(blank=True)

    objects = EscalationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["deadline", "step"], condition=~Q(step=""), name="escalation_step_once"),
        ]
        indexes = [
            models.Index(
                fields=["answer_due_at", "id"], condition=Q(answer_due_at__isnull=False), name="escalation_unheard"
            ),
            models.Index(fields=["-at", "-id"], name="escalation_latest"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.step or self.cause} {self.state}"
