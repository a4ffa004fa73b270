from typing import Self

from django.db import models

from core.actor import Actor
from files.models import StoredFile
from staff.models import User


class IdempotencyRecord(models.Model):
    """What was answered to a request that carried an Idempotency-Key, written in the transaction of its change.

    body: the answer as it was sent. Only answers that changed something are kept: a refused request may be repeated.
    """

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=255)
    operation = models.CharField(max_length=300)
    request_digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField()
    body = models.TextField()
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "key"], name="idempotency_one_answer_per_key")]
        indexes = [models.Index(fields=["user", "created_at"], name="idempotency_age")]

    def __str__(self) -> str:
        return f"{self.operation} {self.key}"


class UploadQuerySet(models.QuerySet["Upload"]):
    def visible_to(self, actor: Actor) -> Self:
        """An upload is there for whoever brought it, until it went out with a reply and is seen as an attachment."""
        return self.filter(user_id=actor.id) if actor.is_staff else self.none()


class Upload(models.Model):
    """A file that a program brought, to be attached to a reply of its own later.

    It stands between the program and the stored file: by a stored file's own id anybody could attach, and so read,
    files of tickets they may not see.
    """

    file = models.OneToOneField(StoredFile, on_delete=models.PROTECT, related_name="+")
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="+")
    name = models.CharField(max_length=200)
    uploaded_at = models.DateTimeField()

    objects = UploadQuerySet.as_manager()

    def __str__(self) -> str:
        return self.name
