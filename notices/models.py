from datetime import datetime
from typing import Self

from django.db import models
from django.db.models import Q

from core.actor import Actor
from staff.models import User


class NoticeQuerySet(models.QuerySet["Notice"]):
    def visible_to(self, actor: Actor) -> Self:
        """A notice is read by the one it is for."""
        return self.filter(recipient_id=actor.id) if actor.is_staff else self.none()

    def shown(self, now: datetime) -> Self:
        """What stands in somebody's list by now; what was bundled stands inside its first one."""
        return self.filter(bundle__isnull=True, due_at__lte=now)

    def unread(self) -> Self:
        return self.filter(read_at__isnull=True)


class Notice(models.Model):
    """Something a member of staff is told: a kind with its parameters, and the object it is about.

    due_at: when it is shown; after created_at where the recipient had quiet hours.
    stands_in_for: who would have been told, were they not away.
    bundle: the first of many of one kind that came within minutes; they are shown as one.
    """

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="notices")
    kind = models.CharField(max_length=40)
    parameters = models.JSONField(default=dict, blank=True)
    object_kind = models.CharField(max_length=20)
    object_id = models.BigIntegerField()
    created_at = models.DateTimeField()
    due_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, blank=True)
    stands_in_for = models.ForeignKey(User, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    bundle = models.ForeignKey("self", on_delete=models.CASCADE, null=True, blank=True, related_name="bundled")

    objects = NoticeQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["recipient", "created_at"], condition=Q(read_at=None), name="notice_unread"),
            models.Index(fields=["recipient", "-due_at", "-id"], condition=Q(bundle=None), name="notice_shown"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.object_kind} {self.object_id}"


class MorningMail(models.Model):
    """That somebody has been sent the mail of a day: whoever writes the row sends it, so two clocks send one."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "day"], name="morning_mail_once_a_day")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.day}"


class NoticeDigest(models.Model):
    """That somebody was mailed what they had not read, once an hour or a day: `slot` is when that hour or day began."""

    recipient = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    slot = models.DateTimeField()
    made_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["recipient", "slot"], name="notice_digest_once_a_slot")]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.slot}"
