from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Exists, OuterRef, Q

from core.actor import Actor
from core.history import HistoryEntry
from files.models import StoredFile
from policies.models import Channel
from tickets.models import Message

MOST_TRIES = 3
SET_ASIDE = ("parked", "duplicate", "discarded")
BLOCKED = "blocked_sender"  # the reason of what a blocked sender wrote
LEASE = timedelta(seconds=50)  # a worker that dies delays its mails by less than a minute


class ArrivalQuerySet(models.QuerySet["Arrival"]):
    def visible_to(self, actor: Actor) -> Self:
        """Raw bytes are for the staff."""
        return self if actor.is_staff else self.none()

    def openable_by(self, actor: Actor) -> Self:
        """Those whose bytes this actor may look at: none that is told on a restricted ticket they may not read."""
        if not (actor.is_staff and actor.leads):
            return self.none()
        if actor.sees_restricted:
            return self
        told = Message.objects.filter(external_id=OuterRef("external_id"), ticket__team__restricted=True)
        hidden = told.exclude(ticket__team_id__in=actor.team_ids)
        return self.filter(Q(external_id="") | ~Exists(hidden))

    def to_be_decided(self) -> Self:
        """What somebody must look at."""
        return self.filter(state=Arrival.State.PARKED)

    def may_be_retried(self) -> Self:
        """What somebody may have read again: parked, or set aside because its sender was blocked."""
        return self.filter(Q(state=Arrival.State.PARKED) | Q(state=Arrival.State.DISCARDED, reason=BLOCKED))

    def waiting(self, now: datetime) -> Self:
        """Arrivals nobody has taken yet and whose time has come, in the order they came."""
        return self.filter(state=Arrival.State.NEW, due_at__lte=now).order_by("id")

    def orphaned(self, now: datetime) -> Self:
        """Arrivals whose worker died with them: to be processed alone, since one of them may have killed it."""
        return self.filter(state=Arrival.State.PROCESSING, lease_until__lt=now).order_by("id")


class Arrival(models.Model):
    """What a channel brought, as received, stored before anything was acknowledged.

    digest: sha256 of the bytes. external_id and content_digest: what makes it the same message even when a relay has
    changed its trace headers. body is empty when the bytes lie in `file`. size: of the whole, of which a stub
    keeps only the header. messages: what was made of it.
    """

    class State(models.TextChoices):
        NEW = "new"
        PROCESSING = "processing"
        DONE = "done"
        DUPLICATE = "duplicate"
        PARKED = "parked"
        DISCARDED = "discarded"

    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="arrivals", db_index=False)
    digest = models.CharField(max_length=64)
    external_id = models.CharField(max_length=255, blank=True)
    content_digest = models.CharField(max_length=64)
    body = models.BinaryField(blank=True)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    size = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.NEW)
    reason = models.CharField(max_length=60, blank=True)
    detail = models.TextField(blank=True)
    tries = models.PositiveSmallIntegerField(default=0)
    received_at = models.DateTimeField()
    due_at = models.DateTimeField()
    lease_until = models.DateTimeField(null=True, blank=True)
    messages = models.ManyToManyField(Message, related_name="+", blank=True)

    objects = ArrivalQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["channel", "digest"], name="arrival_same_bytes_once"),
            models.UniqueConstraint(
                fields=["channel", "external_id", "content_digest"],
                condition=~Q(state="duplicate"),
                name="arrival_same_message_once",
            ),
        ]
        indexes = [
            models.Index(fields=["id"], condition=Q(state="new"), name="arrival_new"),
            models.Index(fields=["lease_until"], condition=Q(state="processing"), name="arrival_processing"),
            models.Index(
                fields=["external_id"], condition=Q(state__in=["new", "processing"]), name="arrival_on_its_way"
            ),
            models.Index(fields=["state", "-id"], condition=Q(state__in=SET_ASIDE), name="arrival_set_aside"),
        ]

    def __str__(self) -> str:
        return f"{self.channel_id} {self.state} {self.received_at:%Y-%m-%d %H:%M}"

    @property
    def is_stub(self) -> bool:
        """Only the header was kept: the whole was too large, or its server could not give it."""
        return self.file_id is None and self.size > len(self.body)


class ArrivalHistory(HistoryEntry):
    """What somebody of the staff decided about an arrival, and why."""

    arrival = models.ForeignKey(Arrival, on_delete=models.PROTECT, related_name="history")

    class Meta:
        indexes = [models.Index(fields=["arrival", "at"], name="arrival_history_arrival")]
