from django.db import models
from django.db.models import Q

from channels_out.models.dispatch import Dispatch


class DispatchRecipient(models.Model):
    """One address a dispatch goes to, with what became of it there. The state of the dispatch follows from these.

    error: what its server said, also where a delivery is only late.
    """

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
