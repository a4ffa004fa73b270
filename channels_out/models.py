from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from core.actor import Actor
from policies.models import Channel


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def visible_to(self, actor: Actor) -> Self:
        """The staff sees what goes out; what customers see of it, they see as messages."""
        return self if actor.is_staff else self.none()

    def due(self, now: datetime) -> Self:
        """Dispatches that may leave now, the oldest first; also those whose sender died before it began to post."""
        queued = Q(state=Dispatch.State.QUEUED, send_after__lte=now)
        untouched = Q(state=Dispatch.State.SENDING, lease_until__lt=now, posting_at=None)
        return self.filter(queued | untouched).order_by("send_after", "id")

    def in_doubt(self, now: datetime) -> Self:
        """Dispatches whose sender died while posting: nobody can know whether they left."""
        return self.filter(state=Dispatch.State.SENDING, lease_until__lt=now, posting_at__isnull=False)


class Dispatch(models.Model):
    """One outbound message on its way. It holds all that sending needs: the sender reads nothing else.

    external_id: our own Message-ID without angle brackets, fixed before the first try.
    attachments: `{"file": StoredFile id, "name": ...}` each, in order.
    posting_at: set just before the bytes go to the provider, and cleared by what the provider says.
    send_after: not before this moment (the undo window, then the next try).
    order_key: what leaves in order among itself.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        HELD = "held"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="dispatches")
    state = models.CharField(max_length=10, choices=State.choices, default=State.QUEUED)
    automatic = models.BooleanField(default=False)
    external_id = models.CharField(max_length=255, unique=True)
    subject = models.CharField(max_length=500, blank=True)
    text = models.TextField()
    html = models.TextField(blank=True)
    headers = models.JSONField(default=dict, blank=True)
    attachments = models.JSONField(default=list, blank=True)
    order_key = models.CharField(max_length=60, blank=True)
    created_at = models.DateTimeField()
    send_after = models.DateTimeField()
    expires_at = models.DateTimeField(null=True, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    lease_until = models.DateTimeField(null=True, blank=True)
    posting_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)
    provider_id = models.CharField(max_length=255, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dispatches"
        indexes = [
            models.Index(
                fields=["send_after", "id"], condition=Q(state__in=["queued", "sending"]), name="dispatch_open"
            ),
            models.Index(fields=["-id"], condition=Q(state="failed"), name="dispatch_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"


class DispatchRecipient(models.Model):
    """One address a dispatch goes to, with what became of it there."""

    class Kind(models.TextChoices):
        TO = "to"
        CC = "cc"

    dispatch = models.ForeignKey(Dispatch, on_delete=models.CASCADE, related_name="recipients")
    kind = models.CharField(max_length=3, choices=Kind.choices, default=Kind.TO)
    address = models.CharField(max_length=254)
    name = models.CharField(max_length=200, blank=True)
    automatic = models.BooleanField(default=False)
    created_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=Dispatch.State.choices, default=Dispatch.State.QUEUED)
    error = models.TextField(blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["address", "created_at"], condition=Q(automatic=True), name="recipient_auto_budget"),
        ]

    def __str__(self) -> str:
        return self.address
