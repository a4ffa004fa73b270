from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from customers.models import Customer
from policies.models import Channel
from tickets.models.ticket import Ticket


class TimelineQuerySet(models.QuerySet["TimelineEntry"]):
    def visible_to(self, actor: Actor) -> Self:
        """The staff reads everything but the entries of restricted tickets; nobody else reads a timeline."""
        if not actor.is_staff:
            return self.none()
        if actor.sees_restricted:
            return self
        open_to_all = Q(ticket__team=None) | Q(ticket__team__restricted=False)  # also where there is no ticket
        return self.filter(open_to_all | Q(ticket__team_id__in=actor.team_ids))

    def spoken(self) -> Self:
        """What was said between the customer and us, in writing or on the phone."""
        said = (TimelineEntry.Kind.MESSAGE, TimelineEntry.Kind.CALL)
        return self.filter(kind__in=said).exclude(direction=TimelineEntry.Direction.INTERNAL)


class TimelineEntry(models.Model):
    """One thing that happened with a customer, on any channel, in any ticket: the single source of the whole history.

    kind and object_id: what it is and where the rest of it lies. text: what is shown and searched.
    Written by the service that makes the fact, in the same transaction.
    """

    class Kind(models.TextChoices):
        MESSAGE = "message", _("Message")
        NOTE = "note", _("Note")
        STATUS = "status", _("Change")
        CALL = "call", _("Call")
        FOLLOW_UP = "follow_up", _("Follow-up")

    class Direction(models.TextChoices):
        IN = "in", _("From the customer")
        OUT = "out", _("From us")
        INTERNAL = "internal", _("Internal")

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="timeline", db_index=False)
    ticket = models.ForeignKey(
        Ticket, on_delete=models.PROTECT, null=True, blank=True, related_name="timeline", db_index=False
    )
    at = models.DateTimeField()
    kind = models.CharField(max_length=12, choices=Kind.choices)
    object_id = models.BigIntegerField(null=True, blank=True)
    direction = models.CharField(max_length=8, choices=Direction.choices)
    channel = models.ForeignKey(
        Channel, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    title = models.CharField(max_length=300, blank=True)
    text = models.TextField(blank=True)

    objects = TimelineQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "timeline entries"
        indexes = [
            models.Index(fields=["customer", "at", "id"], name="timeline_customer"),
            models.Index(fields=["ticket", "at", "id"], name="timeline_ticket"),
            models.Index(fields=["kind", "object_id"], name="timeline_object"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.at:%Y-%m-%d %H:%M}"
