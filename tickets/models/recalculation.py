from typing import Self

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from policies.models import Calendar, QueryType
from tickets.models.ticket import Ticket


class RecalculationQuerySet(models.QuerySet["Recalculation"]):
    def visible_to(self, actor: Actor) -> Self:
        """For those who lead."""
        return self if actor.is_staff and actor.leads else self.none()


class Recalculation(models.Model):
    """Counting the deadlines of open tickets by the rules and calendars that hold now: first looked at, then confirmed.

    actor: who asked for it, from the confirmation on who confirmed it. basis: publication and newest version of a
    calendar that the look was made with. upto: the last ticket there was. mark: the last one that was looked at.
    total, seen: tickets in question, and looked at. later, earlier, late: tickets with a date moved so, and with one
    that would be late at once. other_steps: tickets whose ladder has other steps. done: of those that change, how many
    were counted again.
    """

    class Scope(models.TextChoices):
        ALL = "all", _("all open tickets")
        QUERY_TYPE = "query_type", _("one type and those below it")
        CALENDAR = "calendar", _("one calendar")

    class State(models.TextChoices):
        LOOKING = "looking", _("being looked at")
        READY = "ready", _("to be confirmed")
        RUNNING = "running", _("running")
        DONE = "done", _("done")

    scope = models.CharField(max_length=10, choices=Scope.choices)
    query_type = models.ForeignKey(QueryType, on_delete=models.PROTECT, null=True, related_name="+")
    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, null=True, related_name="+")
    state = models.CharField(max_length=7, choices=State.choices, default=State.LOOKING)
    asked_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True)
    actor_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)
    basis = models.JSONField(default=list)
    upto = models.BigIntegerField(default=0)
    mark = models.BigIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    seen = models.PositiveIntegerField(default=0)
    later = models.PositiveIntegerField(default=0)
    earlier = models.PositiveIntegerField(default=0)
    late = models.PositiveIntegerField(default=0)
    other_steps = models.PositiveIntegerField(default=0)
    changing = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)

    objects = RecalculationQuerySet.as_manager()

    class Meta:
        ordering = ("-id",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(confirmed_at=None) | ~models.Q(reason=""), name="recalculation_confirmed_with_reason"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.scope} {self.state}"

    @property
    def is_working(self) -> bool:
        return self.state in (self.State.LOOKING, self.State.RUNNING)


class RecalculationLineQuerySet(models.QuerySet["RecalculationLine"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the tickets, for those who lead."""
        if not (actor.is_staff and actor.leads):
            return self.none()
        return self if actor.sees_restricted else self.filter(ticket__in=Ticket.objects.visible_to(actor))


class RecalculationLine(models.Model):
    """A ticket that changes by it.

    before, after: clock -> when it is due, or the seconds left where it stands still. late: one would be late at once.
    other_steps: its ladder has other steps.
    """

    recalculation = models.ForeignKey(Recalculation, on_delete=models.CASCADE, related_name="lines")
    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="+")
    before = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, encoder=DjangoJSONEncoder)
    later = models.BooleanField(default=False)
    earlier = models.BooleanField(default=False)
    late = models.BooleanField(default=False)
    other_steps = models.BooleanField(default=False)
    applied = models.BooleanField(default=False)

    objects = RecalculationLineQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["recalculation", "ticket"], name="recalculation_one_line_a_ticket"),
        ]

    def __str__(self) -> str:
        return f"{self.recalculation_id} {self.ticket_id}"
