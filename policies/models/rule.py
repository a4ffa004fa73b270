from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from core.history import HistoryEntry
from policies.models.ladder import Ladder
from policies.models.query_type import QueryType
from policies.targets import ROUND_THE_CLOCK
from staff.models import User


class TatRule(models.Model):
    """Which targets, calendar, pauses and ladder hold for which tickets. What is edited holds once it is published.

    query_type: holds for this type and those below it; NULL for any. conditions: name of a fact -> allowed values, see
    policies.matching. targets: goal -> {amount, unit}. effect: sets targets, or tightens those of the rule that won.
    pauses: statuses of a ticket that stop its clocks. customer_sees: their page shows by when we mean to settle it.
    pack_key: what a pack calls it; empty for the company's own.
    """

    class Effect(models.TextChoices):
        SETS = "sets", _("sets the targets")
        TIGHTENS = "tightens", _("makes targets shorter")

    query_type = models.ForeignKey(QueryType, on_delete=models.CASCADE, null=True, blank=True, related_name="rules")
    conditions = models.JSONField(default=dict, blank=True)
    effect = models.CharField(max_length=8, choices=Effect.choices, default=Effect.SETS)
    percent = models.PositiveSmallIntegerField(default=100)
    targets = models.JSONField(default=dict, blank=True)
    calendar = models.CharField(max_length=40, default=ROUND_THE_CLOCK)
    pauses = models.JSONField(default=list, blank=True)
    ladder = models.ForeignKey(Ladder, on_delete=models.PROTECT, null=True, blank=True, related_name="rules")
    customer_sees = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)
    pack_key = models.CharField(max_length=80, blank=True)

    class Meta:
        ordering = ("position", "id")
        constraints = [
            models.UniqueConstraint(fields=["pack_key"], condition=~Q(pack_key=""), name="rule_one_per_pack_key"),
            models.CheckConstraint(condition=Q(percent__gte=1, percent__lte=100), name="rule_percent_in_range"),
        ]

    def __str__(self) -> str:
        return f"TAT rule {self.pk}"


class LegalPack(models.Model):
    """What a law or authority asks, beside the company's own rules. It counts as verified once somebody has signed.

    form of conditions and targets as in TatRule; query_types: codes it is limited to. clock_start: what starts it.
    extension: {amount, unit} that may be added extension_times, for one of extension_reasons, told before the limit.
    The extension counts in the unit of the resolution.
    documents_days: how many working days the customer may take to complete the papers; 0 where the text has no such
    thing. converts_to: code of the pack that holds once a complaint that was said aloud goes on in writing.
    in_force: the company is bound by it. at_limit: what is to be done when the limit is reached. external: who else may
    be called, as customers read it. source: where its figures were read.
    """

    class ClockStart(models.TextChoices):
        RECEIVED = "received", _("first reached any part of the company")
        DOCUMENTS = "documents", _("all documents are in")
        REQUEST = "request", _("a valid request")
        ROUTED = "routed", _("passed on by the authority")
        TRANSACTION = "transaction", _("the day of the transaction")
        DELIVERY = "delivery", _("the goods were delivered")
        DISCOVERY = "discovery", _("we found out")

    code = models.CharField(max_length=30, unique=True)
    version = models.PositiveSmallIntegerField(default=1)
    title_id = models.CharField(max_length=160)
    title_en = models.CharField(max_length=160)
    conditions = models.JSONField(default=dict, blank=True)
    query_types = models.JSONField(default=list, blank=True)
    targets = models.JSONField(default=dict, blank=True)
    calendar = models.CharField(max_length=40, default=ROUND_THE_CLOCK)
    clock_start = models.CharField(max_length=12, choices=ClockStart.choices, default=ClockStart.RECEIVED)
    pauses = models.JSONField(default=list, blank=True)
    extension = models.JSONField(null=True, blank=True)
    extension_times = models.PositiveSmallIntegerField(default=0)
    extension_reasons = models.JSONField(default=list, blank=True)
    documents_days = models.PositiveSmallIntegerField(default=0)
    converts_to = models.CharField(max_length=30, blank=True)
    next_day_after_hours = models.BooleanField(default=False)
    at_limit_id = models.CharField(max_length=200, blank=True)
    at_limit_en = models.CharField(max_length=200, blank=True)
    external_id = models.CharField(max_length=200, blank=True)
    external_en = models.CharField(max_length=200, blank=True)
    source_id = models.TextField(blank=True)
    source_en = models.TextField(blank=True)
    in_force = models.BooleanField(default=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    verified_by = models.ForeignKey(User, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    verified_note = models.TextField(blank=True)

    class Meta:
        ordering = ("code",)
        constraints = [
            models.CheckConstraint(
                condition=Q(verified_at__isnull=True) | ~Q(verified_note=""), name="legal_pack_signed_with_a_note"
            ),
        ]

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        return self.text_in("title", language)

    def text_in(self, name: str, language: str) -> str:
        """Its title, at_limit, external or source; in English where it has no such words in Indonesian."""
        own = getattr(self, f"{name}_id") if language == "id" else ""
        return str(own or getattr(self, f"{name}_en"))


class LoadedPack(models.Model):
    """Which version of a pack was loaded, with what it said: by it a later version knows what the company edited."""

    name = models.CharField(max_length=40, unique=True)
    version = models.PositiveSmallIntegerField()
    entries = models.JSONField(default=dict)
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.name} {self.version}"


class Publication(models.Model):
    """The rules as they were put in force, who did it and why. Its id is the version that tickets remember."""

    at = models.DateTimeField()
    from_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField()
    document = models.JSONField(default=dict)

    class Meta:
        ordering = ("-from_at", "-id")
        indexes = [models.Index(fields=["-from_at", "-id"], name="publication_in_force")]

    def __str__(self) -> str:
        return f"{self.pk} {self.from_at:%Y-%m-%d}"


class PolicyHistory(HistoryEntry):
    """Every change to types, rules, ladders and packs. object_key: the slug, code or number of what was changed."""

    object_kind = models.CharField(max_length=20)
    object_key = models.CharField(max_length=80)

    class Meta:
        verbose_name_plural = "policy history"
        indexes = [models.Index(fields=["object_kind", "object_key", "at"], name="policy_history_object")]
