from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor, ActorKind
from core.history import HistoryEntry


class CustomerQuerySet(models.QuerySet["Customer"]):
    def visible_to(self, actor: Actor) -> Self:
        """Every member of the staff sees every customer; a customer sees only what is theirs."""
        if actor.is_staff:
            return self
        if actor.kind == ActorKind.CUSTOMER:
            return self.filter(root_id=actor.id)
        return self.none()

    def members(self, root_ids: Iterable[int]) -> Self:
        """All customers that were merged into one of these, themselves included."""
        return self.filter(root_id__in=root_ids)


class Customer(models.Model):
    """A person or firm who speaks to us.

    root: the customer this one was merged into, itself when unmerged; a merge moves no other row, and every question
    about a customer takes all members of the root. NULL only inside the transaction that makes the row.
    vulnerable: needs special care, as for age, illness or hardship.
    marked_until: until when stage, tier, value and care are what somebody set by hand; marks_before comes back then.
    since: when the customer became one, as far as we know; the first contact when nothing earlier is known.
    """

    class Stage(models.TextChoices):
        PROSPECT = "prospect", _("Prospect")
        FIRST = "first", _("First-time")
        EARLY = "early", _("Early repeat")
        CORE = "core", _("Core")
        DEFECTOR = "defector", _("Leaving")

    root = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="members")
    name = models.CharField(max_length=200, blank=True)
    language = models.CharField(max_length=5, default="id")
    time_zone = models.CharField(max_length=40, default="Asia/Jakarta")
    preferred_channel = models.CharField(max_length=10, blank=True)
    stage = models.CharField(max_length=10, choices=Stage.choices, blank=True)
    tier = models.CharField(max_length=40, blank=True)
    high_value = models.BooleanField(default=False)
    vulnerable = models.BooleanField(default=False)
    marked_until = models.DateTimeField(null=True, blank=True)
    marks_before = models.JSONField(default=dict, blank=True)
    since = models.DateTimeField()
    service_number = models.CharField(max_length=60, blank=True)
    area = models.CharField(max_length=120, blank=True)

    objects = CustomerQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(models.functions.Lower("name"), name="customer_name_lower"),
            models.Index(fields=["marked_until"], condition=Q(marked_until__isnull=False), name="customer_marked"),
        ]

    def __str__(self) -> str:
        return self.name or f"#{self.pk}"


class Identity(models.Model):
    """An address of a customer: e-mail in lower case, phone as E.164. One address belongs to one customer.

    undeliverable_at: since when we know that nothing reaches it, None while we do not.
    """

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        PHONE = "phone", _("Phone")
        WHATSAPP = "whatsapp", "WhatsApp"
        TELEGRAM = "telegram", "Telegram"
        MESSENGER = "messenger", "Messenger"
        INSTAGRAM = "instagram", "Instagram"
        X = "x", "X"
        LINE = "line", "LINE"
        CHAT = "chat", _("Chat")
        MEMBER = "member", _("Member number")
        EXTERNAL = "external", _("External number")

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="identities")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    value = models.CharField(max_length=254)
    verified = models.BooleanField(default=False)
    undeliverable_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        verbose_name_plural = "identities"
        constraints = [models.UniqueConstraint(fields=["kind", "value"], name="identity_one_customer_per_address")]

    def __str__(self) -> str:
        return self.value


class CustomerHistory(HistoryEntry):
    """Every change to a customer, merges and marks by hand included."""

    customer = models.ForeignKey(Customer, on_delete=models.CASCADE, related_name="history")

    class Meta:
        indexes = [models.Index(fields=["customer", "at"], name="customer_history_customer")]
