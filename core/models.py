from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q


class ErrandQuerySet(models.QuerySet["Errand"]):
    def due(self, now: datetime) -> Self:
        """Errands whose time has come, and those whose worker died with them; the oldest first."""
        waiting = Q(state=Errand.State.WAITING, due_at__lte=now)
        orphaned = Q(state=Errand.State.RUNNING, lease_until__lt=now)
        return self.filter(waiting | orphaned).order_by("due_at", "id")


class Errand(models.Model):
    """Asks an upper floor to do something after the commit: the only way up. helpdesk/errands.py lists the kinds."""

    class State(models.TextChoices):
        WAITING = "waiting"
        RUNNING = "running"
        DONE = "done"
        FAILED = "failed"

    kind = models.CharField(max_length=40)
    object_id = models.BigIntegerField()
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    reason = models.TextField(blank=True)

    objects = ErrandQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["due_at", "id"], condition=Q(state__in=["waiting", "running"]), name="errand_open"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_id} ({self.state})"


class Heartbeat(models.Model):
    """When a part of the system last gave a sign of life."""

    name = models.CharField(max_length=40, primary_key=True)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.at:%H:%M:%S}"
