from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.actor import Actor
from policies.models import Channel

UNSENT = ("queued", "sending", "held")
LEFT = ("sent", "delivered", "read")


class DispatchQuerySet(models.QuerySet["Dispatch"]):
    def visible_to(self, actor: Actor) -> Self:
        """The staff sees what goes out; what customers see of it, they see as messages."""
        return self if actor.is_staff else self.none()

    def due(self, now: datetime) -> Self:
        """Dispatches that may leave now, the oldest first; also those whose sender died before it began to post.

        None that would overtake an earlier one of its order key: of each key only the first that has not left.
        """
        queued = Q(state=Dispatch.State.QUEUED, send_after__lte=now)
        untouched = Q(state=Dispatch.State.SENDING, lease_until__lt=now, posting_at=None)
        earlier = Dispatch.objects.unsent().filter(order_key=OuterRef("order_key"), pk__lt=OuterRef("pk"))
        first = Q(order_key="") | ~Exists(earlier.exclude(order_key=""))
        return self.filter(queued | untouched, first).order_by("send_after", "id")

    def unsent(self) -> Self:
        """Dispatches that have not left and still may."""
        return self.filter(state__in=UNSENT)

    def to_be_decided(self) -> Self:
        """What was not delivered, and nobody has sent anything in its place."""
        return self.filter(state=Dispatch.State.FAILED, superseded_by=None)

    def in_doubt(self, now: datetime) -> Self:
        """Dispatches whose sender died while posting: nobody can know whether they left."""
        return self.filter(state=Dispatch.State.SENDING, lease_until__lt=now, posting_at__isnull=False)


class Dispatch(models.Model):
    """One outbound message on its way. It holds all that sending needs: the sender reads nothing else.

    external_id: our own Message-ID without angle brackets, fixed before the first try.
    attachments: `{"file": StoredFile id, "name": ...}` each, in order.
    posting_at: set just before the bytes go to the provider, and cleared by what the provider says.
    send_after: not before this moment (the undo window, then the next try). expires_at: when trying ends.
    order_key: what leaves in order among itself.
    doubtful: nobody knows whether it left. It counts as failed until somebody sends it again, by the same Message-ID,
    or until a status of it shows that it arrived.
    superseded_by: the message that somebody sent in its place after it had failed.
    """

    class State(models.TextChoices):
        QUEUED = "queued"
        SENDING = "sending"
        SENT = "sent"
        DELIVERED = "delivered"
        READ = "read"
        FAILED = "failed"
        HELD = "held"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="dispatches", db_index=False)
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
    doubtful = models.BooleanField(default=False)
    superseded_by = models.ForeignKey(
        "self", on_delete=models.SET_NULL, null=True, blank=True, db_index=False, related_name="supersedes"
    )
    provider_id = models.CharField(max_length=255, blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    objects = DispatchQuerySet.as_manager()

    class Meta:
        verbose_name_plural = "dispatches"
        indexes = [
            models.Index(
                fields=["channel", "send_after", "id"],
                condition=Q(state__in=["queued", "sending"]),
                name="dispatch_open",
            ),
            models.Index(
                fields=["order_key", "id"], condition=Q(state__in=UNSENT) & ~Q(order_key=""), name="dispatch_order"
            ),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="dispatch_sending"),
            models.Index(fields=["channel", "id"], condition=Q(state="held"), name="dispatch_held"),
            models.Index(fields=["-id"], condition=Q(state="failed"), name="dispatch_failed"),
            models.Index(fields=["sent_at"], condition=Q(state__in=LEFT), name="dispatch_sent"),
            models.Index(
                fields=["superseded_by"], condition=Q(superseded_by__isnull=False), name="dispatch_superseded"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.subject} ({self.state})"
