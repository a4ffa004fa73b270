from django.db import models

from tickets.models.message import Message
from tickets.models.ticket import Ticket


class Extension(models.Model):
    """A legal limit that was put off, as its pack allows, with the customer told before the first one had passed.

    added: how much, in the unit of the limit. due_before, due_at: the limit before and after. reason: one of those that
    the pack allows. told_in: the message in which the customer was told.
    """

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="extensions")
    pack = models.CharField(max_length=30)
    at = models.DateTimeField()
    added = models.PositiveIntegerField()
    due_before = models.DateTimeField()
    due_at = models.DateTimeField()
    reason = models.CharField(max_length=60)
    told_in = models.ForeignKey(Message, on_delete=models.SET_NULL, null=True, related_name="+", db_index=False)
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("at", "id")
        constraints = [
            models.CheckConstraint(condition=models.Q(due_at__gt=models.F("due_before")), name="extension_is_later"),
        ]

    def __str__(self) -> str:
        return f"{self.ticket_id} {self.pack} {self.due_at:%Y-%m-%d}"
