from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from staff.models import Team


class Ladder(models.Model):
    """Who hears of a ticket, and what is done, while its time runs out. last_number: that of the newest step so far."""

    code = models.SlugField(max_length=20, unique=True)
    name_id = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    last_number = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en


class LadderStep(models.Model):
    """One step: when, who, and what is done.

    position: its place in the list, which may change. number: its name in the ladder for good, never given to another;
    tickets remember by it what has happened to them.
    at_percent: share of the target that has been used; after_minutes: since the clock began; one of them is set.
    team: the specialists who are told, instead of somebody of the level.
    actions: of LadderStep.Action. deputies: who stands in is told where the one named is away.
    ask_minutes: within how many minutes ask_ack wants an answer before it goes one level up.
    """

    class Level(models.IntegerChoices):
        OWNER = 1, _("Owner")
        LEAD = 2, _("Team lead")
        SUPERVISOR = 3, _("Supervisor")
        MANAGER = 4, _("Manager")
        DIRECTOR = 5, _("Director")

    class Action(models.TextChoices):
        NOTIFY = "notify", _("tell them")
        REASSIGN = "reassign", _("give them the ticket")
        RAISE_PRIORITY = "raise_priority", _("raise the priority")
        ASK_ACK = "ask_ack", _("ask them to acknowledge")
        OPEN_FOLLOW_UP = "open_follow_up", _("open a follow-up")
        TELL_CUSTOMER = "tell_customer", _("tell the customer")

    ladder = models.ForeignKey(Ladder, on_delete=models.CASCADE, related_name="steps")
    position = models.PositiveSmallIntegerField()
    number = models.PositiveSmallIntegerField()
    at_percent = models.PositiveSmallIntegerField(null=True, blank=True)
    after_minutes = models.PositiveIntegerField(null=True, blank=True)
    level = models.PositiveSmallIntegerField(choices=Level.choices)
    team = models.ForeignKey(Team, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    actions = models.JSONField(default=list)
    deputies = models.BooleanField(default=True)
    ask_minutes = models.PositiveIntegerField(default=30)
    note_id = models.CharField(max_length=120, blank=True)
    note_en = models.CharField(max_length=120, blank=True)

    class Meta:
        ordering = ("ladder", "position")
        constraints = [
            models.UniqueConstraint(fields=["ladder", "position"], name="ladder_step_one_per_place"),
            models.UniqueConstraint(fields=["ladder", "number"], name="ladder_step_one_per_number"),
            models.CheckConstraint(
                condition=Q(at_percent__isnull=True) ^ Q(after_minutes__isnull=True), name="ladder_step_has_one_moment"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.ladder} {self.position}"

    def note_in(self, language: str) -> str:
        return self.note_id if language == "id" else self.note_en
