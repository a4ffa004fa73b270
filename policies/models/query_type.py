from collections.abc import Iterable
from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from policies.targets import ROUND_THE_CLOCK
from staff.models import Team


class Priority(models.TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class QueryTypeQuerySet(models.QuerySet["QueryType"]):
    def unsorted(self) -> Self:
        """Where tickets begin that nobody has looked at."""
        return self.filter(unsorted=True)

    def in_use(self) -> Self:
        """What can be chosen; a type that was put away keeps its tickets."""
        return self.filter(archived=False)


class QueryType(models.Model):
    """What a ticket is about. The kind decides what is asked at the end; the names are what people read.

    code: how people and legal packs call it, such as ISP-01. sector: the pack's sector; empty for the company's own.
    words_id, words_en: words and phrases, one a line, that propose this type for a new ticket.
    settles_unanswered: a customer who does not answer what we asked is taken to be content after ten working days.
    unsorted: tickets of this type wait to be sorted and cannot be resolved.
    """

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        REQUEST = "request", _("Request")
        QUESTION = "question", _("Question")
        PRAISE = "praise", _("Praise")
        SUGGESTION = "suggestion", _("Suggestion")

    class Apology(models.TextChoices):
        NONE = "0", _("None")
        SENTENCE = "1", _("A sentence in the answer, if we were at fault")
        CALL_IF_VALUED = "1+", _("A sentence in the answer, and for customers of high value a follow-up after the fix")
        CALL = "2", _("A follow-up after the fix")
        CALL_IF_OURS = "2?", _("A follow-up after the fix, only if the fault is ours or not known")
        LEAD = "3", _("A follow-up by a lead, and goodwill is looked at")

    class Sector(models.TextChoices):
        OWN = "", _("Our own")
        ISP = "isp", _("Internet provider")
        RETAIL = "retail", _("Online retail")
        FINANCE = "finance", _("Finance")
        CROSS = "cross-sector", _("Every sector")

    slug = models.SlugField(unique=True)
    code = models.CharField(max_length=20, blank=True)
    sector = models.CharField(max_length=20, blank=True, choices=Sector.choices)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name_id = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    hint_id = models.CharField(max_length=200, blank=True)
    hint_en = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    calendar = models.CharField(max_length=40, default=ROUND_THE_CLOCK)
    apology = models.CharField(max_length=2, choices=Apology.choices, default=Apology.NONE)
    customer_choice = models.BooleanField(default=False)
    words_id = models.TextField(blank=True)
    words_en = models.TextField(blank=True)
    settles_unanswered = models.BooleanField(default=True)
    unsorted = models.BooleanField(default=False)
    archived = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)

    objects = QueryTypeQuerySet.as_manager()

    class Meta:
        ordering = ("position", "slug")
        constraints = [
            models.UniqueConstraint(fields=["code"], condition=~Q(code=""), name="query_type_one_per_code"),
        ]

    def __str__(self) -> str:
        return self.name_en

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en

    def hint_in(self, language: str) -> str:
        return self.hint_id if language == "id" else self.hint_en

    @property
    def words(self) -> list[str]:
        """The words of both languages that propose this type."""
        lines: Iterable[str] = [*self.words_id.splitlines(), *self.words_en.splitlines()]
        return [word for line in lines if (word := line.strip())]
