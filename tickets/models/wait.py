from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from staff.models import User
from tickets.models.message import Message
from tickets.models.ticket import Ticket


class WaitQuerySet(models.QuerySet["Wait"]):
    def due(self, now: datetime) -> Self:
        """Those for which something must be done now, the longest overdue first."""
        return self.filter(next_at__lte=now).order_by("next_at", "id")

    def latest_first(self) -> Self:
        return self.order_by("-id")


class Wait(models.Model):
    """That a ticket waits, for whom and for what. The latest of a ticket holds as long as the ticket has its status.

    awaited: what, in our words. until: when it is looked at again, if somebody said so. message: the answer with which
    it began, if it did. reminders: how often the customer was reminded. next_at: when the next thing happens by itself,
    None when nothing will.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="waits")
    status = models.CharField(max_length=20)
    since = models.DateTimeField()
    until = models.DateTimeField(null=True, blank=True)
    awaited = models.CharField(max_length=300, blank=True)
    message = models.ForeignKey(Message, on_delete=models.CASCADE, null=True, blank=True, related_name="+")
    set_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    reminders = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True, blank=True)

    objects = WaitQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["next_at", "id"], condition=Q(next_at__isnull=False), name="wait_next")]

    def __str__(self) -> str:
        return f"{self.status} {self.ticket_id} since {self.since:%Y-%m-%d %H:%M}"
