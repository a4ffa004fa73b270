from typing import Self

from django.db import models

from customers.models import Customer, Identity
from policies.models import Channel
from tickets.models.ticket import Ticket


class ConversationQuerySet(models.QuerySet["Conversation"]):
    def with_customer(self) -> Self:
        """The threads that the customer reads and writes in."""
        return self.filter(kind=Conversation.Kind.CUSTOMER)

    def with_third_parties(self) -> Self:
        """The threads beside them, which only the staff reads."""
        return self.filter(kind=Conversation.Kind.THIRD_PARTY)


class Conversation(models.Model):
    """One thread on one channel: the customer's, or a third party's beside it. It runs on: `ticket` is the one it is
    about now.

    thread_key: by what the channel tells its threads apart; empty where the channel has none.
    party_name, party_address: whom a third party's thread is with (a vendor, a technician); the customer never sees it.
    """

    class Kind(models.TextChoices):
        CUSTOMER = "customer"
        THIRD_PARTY = "third_party"

    customer = models.ForeignKey(Customer, on_delete=models.PROTECT, related_name="conversations")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="conversations", db_index=False)
    ticket = models.ForeignKey(Ticket, on_delete=models.PROTECT, related_name="conversations")
    identity = models.ForeignKey(Identity, on_delete=models.SET_NULL, null=True, blank=True, related_name="+")
    thread_key = models.CharField(max_length=255, blank=True)
    kind = models.CharField(max_length=12, choices=Kind.choices, default=Kind.CUSTOMER)
    party_name = models.CharField(max_length=200, blank=True)
    party_address = models.CharField(max_length=254, blank=True)
    started_at = models.DateTimeField()

    objects = ConversationQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["channel", "customer"], name="conversation_channel_customer")]

    def __str__(self) -> str:
        return f"{self.channel_id}/{self.customer_id}/{self.pk}"
