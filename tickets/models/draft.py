from django.db import models

from staff.models import User
from tickets.models.ticket import Ticket


class Draft(models.Model):
    """What somebody is writing on a ticket and has not sent: one per ticket, mode and person.

    addressed: what stands in the inputs beside the text (`to`, `cc`, ...), as typed. files: `{"file": StoredFile id,
    "name": ...}` each.
    """

    class Mode(models.TextChoices):
        REPLY = "reply"
        NOTE = "note"
        FORWARD = "forward"

    ticket = models.ForeignKey(Ticket, on_delete=models.CASCADE, related_name="drafts")
    author = models.ForeignKey(User, on_delete=models.CASCADE, related_name="drafts")
    mode = models.CharField(max_length=8, choices=Mode.choices)
    text = models.TextField(blank=True)
    addressed = models.JSONField(default=dict, blank=True)
    files = models.JSONField(default=list, blank=True)
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["ticket", "author", "mode"], name="draft_one_per_mode")]

    def __str__(self) -> str:
        return f"{self.mode} {self.ticket_id}"
