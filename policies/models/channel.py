from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.actor import Actor
from core.secrets import SecretsField, random_key
from policies.models.query_type import QueryType
from staff.models import Team


class ChannelQuerySet(models.QuerySet["Channel"]):
    def visible_to(self, actor: Actor) -> Self:
        """The staff sees all of them, their secrets nobody."""
        return self if actor.is_staff else self.none()

    def active(self) -> Self:
        return self.filter(state=Channel.State.ACTIVE)

    def by_address(self, address: str) -> "Channel | None":
        """The active channel that receives at this address, whatever the case it is written in."""
        return self.active().filter(address__iexact=address.strip()).first()


class Channel(models.Model):
    """One configured way in and out: a mailbox, the web form, the phone desk, a counter."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEBFORM = "webform", _("Web form")
        CHAT = "chat", _("Chat")
        WHATSAPP = "whatsapp", "WhatsApp"
        TELEGRAM = "telegram", "Telegram"
        MESSENGER = "messenger", "Messenger"
        INSTAGRAM = "instagram", "Instagram"
        X = "x", "X"
        LINE = "line", "LINE"
        SMS = "sms", "SMS"
        PHONE = "phone", _("Phone")
        COUNTER = "counter", _("Counter")
        LETTER = "letter", _("Letter")
        API = "api", "API"

    class State(models.TextChoices):
        ACTIVE = "active"
        PAUSED = "paused"

    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=80)
    address = models.CharField(max_length=254, blank=True)
    key = models.CharField(max_length=40, unique=True, default=random_key)
    state = models.CharField(max_length=8, choices=State.choices, default=State.ACTIVE)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    query_type = models.ForeignKey(QueryType, on_delete=models.PROTECT, related_name="+")
    language = models.CharField(max_length=5, default="id")
    settings = models.JSONField(default=dict, blank=True)
    secrets = SecretsField()

    objects = ChannelQuerySet.as_manager()

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=["kind", "address"], condition=~Q(address=""), name="channel_one_per_address"
            ),
        ]

    def __str__(self) -> str:
        return self.name
