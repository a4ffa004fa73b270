from django.db import models

from policies.snapshots import RuleSnapshot
from tickets.ladders import Step


class Terms(models.Model):
    """What holds for tickets: the rules as they were when they were matched, never changed.

    Tickets that got the same share a row. digest: of all that. calendars: the version of each calendar, by code.
    steps: of the ladder.
    """

    digest = models.CharField(max_length=64, unique=True)
    snapshot = models.JSONField()
    calendars = models.JSONField(default=dict)
    steps = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.digest[:8]

    @property
    def rules(self) -> RuleSnapshot:
        return RuleSnapshot.from_json(self.snapshot)

    @property
    def ladder(self) -> list[Step]:
        """The steps of the ladder, in their order; none where the rules name no ladder."""
        return [Step.of(self.snapshot["ladder"], each) for each in self.steps]
