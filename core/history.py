"""The append-only record of every change; each floor keeps its own table of this shape."""

from django.core.serializers.json import DjangoJSONEncoder
from django.db import models

from core.actor import Actor


class HistoryEntry(models.Model):
    """One change: who, when, what, from what to what, and why. Rows are only ever added."""

    at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    change = models.CharField(max_length=40)
    before = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    after = models.JSONField(default=dict, blank=True, encoder=DjangoJSONEncoder)
    reason = models.TextField(blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.actor_name} {self.change}"


def by(actor: Actor) -> dict[str, object]:
    """The columns that say who did it."""
    return {"actor_kind": actor.kind.value, "actor_id": actor.id, "actor_name": actor.name}
