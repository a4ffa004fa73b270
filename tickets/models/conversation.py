from django.db import models

from customers.models import Customer, Identity
from policies.models import Channel
from tickets.models.ticket import Ticket


class Conversation(models.Model):
    """One customer's thread on one channel. It runs on: `ticket` is the one it is about now.

    thread_key: by what the channel tells its threads apart; empty where the channel has none.
    """

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations")
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="conversations")
    identity = models.ForeignKey(Identity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    thread_key = models.CharField(max_length=255, blank=True)
    started_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["channel", "customer"], name="conversation_channel_customer")]

    def __str__(self) -> str:
        return f"{self.channel_id}/{self.customer_id}/{self.pk}"
