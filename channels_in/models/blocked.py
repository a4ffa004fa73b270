from typing import Self

from django.db import models

from core.actor import Actor
from core.history import HistoryEntry


class BlockedSenderQuerySet(models.QuerySet["BlockedSender"]):
    def visible_to(self, actor: Actor) -> Self:
        """Whom we do not hear is for those who lead."""
        return self if actor.is_staff and actor.leads else self.none()


class BlockedSender(models.Model):
    """An address, or a whole domain, from which nothing becomes a ticket any more; what comes is kept, set aside.

    value: an address in lower case, or "@" and a domain, which blocks its subdomains too.
    """

    value = models.CharField(max_length=254, unique=True)
    reason = models.CharField(max_length=200, blank=True)
    blocked_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)

    objects = BlockedSenderQuerySet.as_manager()

    def __str__(self) -> str:
        return self.value


class BlockingHistory(HistoryEntry):
    """Who blocked a sender, who lifted it, and why; it outlives the block. change: blocked or lifted."""

    value = models.CharField(max_length=254, db_index=True)
