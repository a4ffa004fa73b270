from typing import Self

from django.db import models
from django.db.models import Q

from core.actor import Actor
from files.models import StoredFile
from tickets.models.message import Message


class PictureQuerySet(models.QuerySet["Picture"]):
    def visible_to(self, actor: Actor) -> Self:
        """As far as the message they are shown with."""
        return self.filter(message__in=Message.objects.visible_to(actor))


class Picture(models.Model):
    """A picture of another host which somebody of the staff asked to see with a message.

    number: which one of the message it is. file: what we drew of it, None until somebody looked. trouble: why it cannot
    be shown, in English, for the staff.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="pictures")
    number = models.PositiveSmallIntegerField()
    address = models.CharField(max_length=2_000)
    file = models.ForeignKey(StoredFile, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    trouble = models.CharField(max_length=200, blank=True)
    asked_at = models.DateTimeField()
    asked_by = models.CharField(max_length=200, blank=True)

    objects = PictureQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["message", "number"], name="picture_one_of_a_number"),
            models.CheckConstraint(condition=Q(file=None) | Q(trouble=""), name="picture_is_there_or_is_not"),
        ]

    def __str__(self) -> str:
        return self.address
