from django.db import models
from django.utils.translation import gettext_lazy as _

from staff.models import Team


class Priority(models.TextChoices):
    LOW = "low", _("Low")
    NORMAL = "normal", _("Normal")
    HIGH = "high", _("High")
    URGENT = "urgent", _("Urgent")


class QueryType(models.Model):
    """What a ticket is about. The kind decides what is asked at the end; the names are what people read."""

    class Kind(models.TextChoices):
        COMPLAINT = "complaint", _("Complaint")
        REQUEST = "request", _("Request")
        QUESTION = "question", _("Question")
        PRAISE = "praise", _("Praise")
        SUGGESTION = "suggestion", _("Suggestion")

    slug = models.SlugField(unique=True)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, blank=True, related_name="children")
    kind = models.CharField(max_length=12, choices=Kind.choices)
    name_id = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    hint_id = models.CharField(max_length=200, blank=True)
    hint_en = models.CharField(max_length=200, blank=True)
    priority = models.CharField(max_length=8, choices=Priority.choices, default=Priority.NORMAL)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    customer_choice = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ("position", "slug")

    def __str__(self) -> str:
        return self.name_en

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en

    def hint_in(self, language: str) -> str:
        return self.hint_id if language == "id" else self.hint_en
