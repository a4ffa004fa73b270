from django.db import models

from policies.matching import RuleSnapshot


class Terms(models.Model):
    """What holds for tickets: the rules as they were when they were matched, never changed.

    Tickets that got the same share a row. digest: of the snapshot. calendars: the version of each calendar, by code.
    """

    digest = models.CharField(max_length=64, unique=True)
    snapshot = models.JSONField()
    calendars = models.JSONField(default=dict)

    class Meta:
        verbose_name_plural = "terms"

    def __str__(self) -> str:
        return self.digest[:8]

    @property
    def rules(self) -> RuleSnapshot:
        return RuleSnapshot.from_json(self.snapshot)
