from django.db import models

from core.history import HistoryEntry
from policies.models.channel import Channel


class ChannelHistory(HistoryEntry):
    """What was changed of a channel. Of a secret it says only that it was changed, never its value."""

    channel = models.ForeignKey(Channel, on_delete=models.CASCADE, related_name="history")

    class Meta:
        verbose_name_plural = "channel histories"
        indexes = [models.Index(fields=["channel", "-id"], name="channel_history")]
