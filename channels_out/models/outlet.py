from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, F, OuterRef, Q

from channels_out.models.dispatch import Dispatch
from policies.models import Channel


class OutletQuerySet(models.QuerySet["Outlet"]):
    def ready(self, now: datetime) -> Self:
        """Outlets with something to send that nobody sends by now; those that answer fast first, then in turn."""
        due = Dispatch.objects.due(now).filter(channel=OuterRef("channel_id"))
        free = Q(lease_until=None) | Q(lease_until__lt=now)
        rested = Q(rest_until=None) | Q(rest_until__lte=now)
        probed = Q(state__in=[Outlet.State.OPEN, Outlet.State.HALF_OPEN], next_probe_at__lte=now)
        able = Q(state=Outlet.State.CLOSED) | probed
        waiting = self.filter(free, rested, able, Exists(due), channel__state=Channel.State.ACTIVE)
        return waiting.order_by("slow", F("served_at").asc(nulls_first=True), "channel_id")

    def blocked(self) -> Self:
        """Outlets whose queue is held: the channel is paused, or its provider does not let us in."""
        return self.filter(Q(channel__state=Channel.State.PAUSED) | Q(state=Outlet.State.HELD))


class Outlet(models.Model):
    """The way out of one channel: one worker at a time sends by it, and it breaks like a fuse when its server is away.

    state: closed works; open sends nothing until next_probe_at; half_open lets one message through to try; held waits
    for somebody to renew the credentials, though it is tried again now and then.
    failures: connections in a row that failed. opened_at: since when it does not work. alerted_at: administrators know.
    failed_with: a digest of the settings it failed with; it is tried again as soon as somebody has changed them.
    rest_until: the provider, or our own limit, wants a pause; nothing is wrong.
    slow: its last round was slow or failed, so that it shares few workers with its like.
    minute and hour: what left lately, as moments with counts; hour counts automatic messages alone, and limit_told_at
    is when administrators were last told that there were too many of these.
    """

    class State(models.TextChoices):
        CLOSED = "closed"
        OPEN = "open"
        HALF_OPEN = "half_open"
        HELD = "held"

    channel = models.OneToOneField(Channel, on_delete=models.CASCADE, primary_key=True, related_name="outlet")
    state = models.CharField(max_length=10, choices=State.choices, default=State.CLOSED)
    reason = models.TextField(blank=True)
    failures = models.PositiveIntegerField(default=0)
    opened_at = models.DateTimeField(null=True, blank=True)
    next_probe_at = models.DateTimeField(null=True, blank=True)
    alerted_at = models.DateTimeField(null=True, blank=True)
    failed_with = models.CharField(max_length=64, blank=True)
    rest_until = models.DateTimeField(null=True, blank=True)
    slow = models.BooleanField(default=False)
    lease_until = models.DateTimeField(null=True, blank=True)
    served_at = models.DateTimeField(null=True, blank=True)
    minute = models.JSONField(default=dict, blank=True)
    hour = models.JSONField(default=dict, blank=True)
    limit_told_at = models.DateTimeField(null=True, blank=True)

    objects = OutletQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(state="closed") | Q(next_probe_at__isnull=False), name="outlet_not_closed_is_probed"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} ({self.state})"
