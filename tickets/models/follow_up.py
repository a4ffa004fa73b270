from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, ActorKind
from customers.models import Customer, Identity
from staff.models import Team, User
from tickets.models.message import Message
from tickets.models.ticket import Ticket


class FollowUpQuerySet(models.QuerySet["FollowUp"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the ticket may be read; customers see theirs."""
        if actor.kind == ActorKind.SYSTEM:
            return self
        return self.filter(ticket__in=Ticket.objects.visible_to(actor))

    def to_do(self) -> Self:
        """Whatever is not done: still without a date, dated, or missed."""
        return self.exclude(state=FollowUp.State.DONE)

    def due(self, now: datetime) -> Self:
        """Dated ones whose date has passed, the longest overdue first."""
        return self.filter(state=FollowUp.State.OPEN, due_at__lte=now).order_by("due_at", "id")

    def in_order(self) -> Self:
        """The most urgent first; what has no date yet comes last."""
        return self.order_by(models.F("due_at").asc(nulls_last=True), "id")


class FollowUp(models.Model):
    """A dated task towards a customer. It is never deleted, and its date is moved only with a reason.

    waiting: without a date until the fix is recorded. missed: its date has passed, it still must be done.
    episode: which failure of the ticket it makes up for; a reopened ticket begins another one.
    level: of the apology (domain.md 3); 3 is made by a lead. told_in: the message in which the customer was told.
    written_in: the apology in writing that took the place of a call.
    first_due_at: the date before it was ever moved.
    """

    class Kind(models.TextChoices):
        APOLOGY = "apology", _("Apology call")
        CONFIRMATION = "confirmation", _("Confirmation call")
        CALL_BACK = "call_back", _("Call back")
        UPDATE = "update", _("Tell how it stands")
        THANK_YOU = "thank_you", _("Thank you")

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for the fix")
        OPEN = "open", _("Open")
        MISSED = "missed", _("Missed")
        DONE = "done", _("Done")

    class Outcome(models.TextChoices):
        SATISFIED = "satisfied", _("Reached, satisfied")
        NOT_SATISFIED = "not_satisfied", _("Reached, not satisfied")
        UNREACHABLE = "unreachable", _("Not reached")
        DECLINED = "declined", _("Declined")
        WRITTEN = "written", _("Apology in writing")
        KEPT = "kept", _("Done as said")
        NOT_NEEDED = "not_needed", _("Not needed any more")

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="follow_ups")
    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="follow_ups")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    state = models.CharField(max_length=8, choices=State.choices, default=State.OPEN)
    episode = models.PositiveSmallIntegerField(default=1)
    level = models.PositiveSmallIntegerField(default=0)
    what = models.CharField(max_length=300, blank=True)
    reasons = models.JSONField(default=list, blank=True)
    owner = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="follow_ups")
    due_at = models.DateTimeField(null=True, blank=True)
    first_due_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=15, choices=Outcome.choices, blank=True)
    note = models.TextField(blank=True)
    told_in = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    written_in = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    objects = FollowUpQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "episode"], condition=Q(kind="apology"), name="follow_up_one_apology_per_episode"
            ),
            models.CheckConstraint(
                condition=Q(state="waiting") | Q(due_at__isnull=False) | Q(state="done"), name="follow_up_open_is_dated"
            ),
            models.CheckConstraint(
                condition=Q(state="done", done_at__isnull=False) & ~Q(outcome="")
                | ~Q(state="done") & Q(done_at__isnull=True, outcome=""),
                name="follow_up_done_has_an_outcome",
            ),
        ]
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state="open"), name="follow_up_open"),
            models.Index(fields=["ticket"], condition=~Q(state="done"), name="follow_up_to_do"),
            models.Index(fields=["owner", "due_at"], condition=~Q(state="done"), name="follow_up_owner"),
            models.Index(fields=["team", "due_at"], condition=~Q(state="done"), name="follow_up_team"),
            models.Index(fields=["-done_at", "-id"], condition=Q(state="done"), name="follow_up_done"),
            models.Index(fields=["owner", "-done_at", "-id"], condition=Q(state="done"), name="follow_up_owner_done"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.ticket_id} ({self.state})"

    @property
    def is_done(self) -> bool:
        return self.state == self.State.DONE


class FollowUpTry(models.Model):
    """One time that somebody tried to reach the customer."""

    follow_up = models.ForeignKey(FollowUp, on_delete=models.CASCADE, related_name="tries")
    at = models.DateTimeField()
    channel = models.CharField(max_length=10, choices=Identity.Kind.choices)
    reached = models.BooleanField()
    note = models.TextField(blank=True)
    made_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        ordering = ("at", "id")
        verbose_name_plural = "follow-up tries"

    def __str__(self) -> str:
        return f"{self.channel} {self.at:%Y-%m-%d %H:%M}"
