from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from policies.hours import Hours
from policies.models import CalendarVersion
from policies.targets import CALENDAR, DAYS, WORKING
from tickets.models.terms import Terms
from tickets.models.ticket import Ticket


class DeadlineQuerySet(models.QuerySet["Deadline"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the ticket; customers read dates on their page, never clocks."""
        if not actor.is_staff:
            return self.none()
        return self if actor.sees_restricted else self.filter(ticket__in=Ticket.objects.visible_to(actor))

    def open(self) -> Self:
        """Whose goal is still to be met, late ones too."""
        return self.filter(met_at=None)

    def ringing(self, now: datetime) -> Self:
        """Those on which something must happen by now, the longest overdue first."""
        return self.filter(rings_at__lte=now).order_by("rings_at", "id")


class Deadline(models.Model):
    """One clock of a ticket: when one goal must be met. While paused it holds the time left instead of a moment.

    basis and pack: our own service, or the legal pack that asks for it. target, unit: how long it may take, in minutes
    or working days, and extended what a legal limit was put off by. waits_for: what must be there before its time
    begins, documents or nothing; until then it stands still. calendar: the version it counts with, NULL for the wall
    clock. pauses: [from, until] of each time it stood still. due_at of one that was met or missed: when it was due.
    missed_at: when its time ran out, even where the goal was met later; then met_at says when. State and times are kept
    by tickets.services.clocks.deadlines.
    rings_at: when something must happen next: a step of the ladder, or that the time runs out; None while it stands
    still. taken: what has happened already, by the keys of tickets.ladders; each happens once.
    """

    class Goal(models.TextChoices):
        FIRST_RESPONSE = "first_response", _("First answer")
        NEXT_RESPONSE = "next_response", _("Next answer")
        UPDATE = "update", _("Progress report")
        RESOLUTION = "resolution", _("Solution")

    class Basis(models.TextChoices):
        SERVICE = "service", _("our service")
        LEGAL = "legal", _("legal")

    class State(models.TextChoices):
        RUNNING = "running", _("running")
        PAUSED = "paused", _("paused")
        MET = "met", _("met")
        MISSED = "missed", _("missed")

    class Unit(models.TextChoices):
        WORKING = WORKING, _("working minutes")
        CALENDAR = CALENDAR, _("minutes")
        DAYS = DAYS, _("working days")

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="deadlines", db_index=False)
    terms = models.ForeignKey(Terms, on_delete=models.PROTECT, related_name="+", db_index=False)
    goal = models.CharField(max_length=14, choices=Goal.choices)
    basis = models.CharField(max_length=7, choices=Basis.choices, default=Basis.SERVICE)
    pack = models.CharField(max_length=30, blank=True)
    state = models.CharField(max_length=7, choices=State.choices, default=State.RUNNING)
    target = models.PositiveIntegerField()
    unit = models.CharField(max_length=8, choices=Unit.choices, default=Unit.WORKING)
    extended = models.PositiveIntegerField(default=0)
    waits_for = models.CharField(max_length=10, blank=True)
    late_is_next_day = models.BooleanField(default=False)
    calendar = models.ForeignKey(CalendarVersion, on_delete=models.PROTECT, null=True, related_name="+", db_index=False)
    started_at = models.DateTimeField()
    due_at = models.DateTimeField(null=True, blank=True)
    warn_at = models.DateTimeField(null=True, blank=True)
    urgent_at = models.DateTimeField(null=True, blank=True)
    time_left = models.DurationField(null=True, blank=True)
    met_at = models.DateTimeField(null=True, blank=True)
    missed_at = models.DateTimeField(null=True, blank=True)
    paused_for = models.DurationField(default=timedelta)
    pauses = models.JSONField(default=list, blank=True)
    rings_at = models.DateTimeField(null=True, blank=True)
    taken = models.JSONField(default=list, blank=True)

    objects = DeadlineQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["ticket", "goal", "basis", "pack", "started_at"], name="deadline_one_per_beginning"
            ),
            models.UniqueConstraint(
                fields=["ticket", "goal", "basis", "pack"], condition=Q(met_at=None), name="deadline_one_open_per_goal"
            ),
            models.CheckConstraint(
                condition=~Q(state="running") | Q(due_at__isnull=False, met_at=None), name="deadline_running_is_dated"
            ),
            models.CheckConstraint(
                condition=~Q(state="paused") | Q(due_at=None, time_left__isnull=False, met_at=None),
                name="deadline_paused_keeps_what_is_left",
            ),
            models.CheckConstraint(
                condition=~Q(state="met") | Q(met_at__isnull=False, missed_at=None), name="deadline_met_is_dated"
            ),
            models.CheckConstraint(
                condition=~Q(state="missed") | Q(missed_at__isnull=False), name="deadline_missed_is_dated"
            ),
        ]
        indexes = [
            models.Index(fields=["rings_at", "id"], condition=Q(rings_at__isnull=False), name="deadline_ringing"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.goal} {self.state}"

    @property
    def hours(self) -> Hours | None:
        return self.calendar.hours if self.calendar else None
