from typing import Self

from django.db import models
from django.db.models import F, Q

from policies.calendar_spec import CalendarSpec, SpecialDays, compiled, slots_of
from policies.hours import Hours


class Calendar(models.Model):
    """Working hours, under the code by which targets name them. What they are is said by the newest version.

    number: of the version that holds.
    """

    code = models.CharField(max_length=40, unique=True)
    name_id = models.CharField(max_length=120)
    name_en = models.CharField(max_length=120)
    number = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("code",)

    def __str__(self) -> str:
        return self.code

    def name_in(self, language: str) -> str:
        return self.name_id if language == "id" else self.name_en


class CalendarVersionQuerySet(models.QuerySet["CalendarVersion"]):
    def in_force(self) -> Self:
        """The newest of each calendar."""
        return self.filter(number=F("calendar__number")).select_related("calendar").order_by("calendar__code")


class CalendarVersion(models.Model):
    """What a calendar says, never changed: a deadline keeps the version it was counted with.

    week: slots from Monday on, each [opens, closes] in minutes of the local day. special: see SpecialDays.
    holidays: national holidays are closed; joint_leave: so is cuti bersama.
    """

    calendar = models.ForeignKey(Calendar, on_delete=models.PROTECT, related_name="versions")
    number = models.PositiveIntegerField()
    zone = models.CharField(max_length=60)
    week = models.JSONField()
    holidays = models.BooleanField(default=False)
    joint_leave = models.BooleanField(default=False)
    special = models.JSONField(default=list, blank=True)
    made_at = models.DateTimeField()
    actor_kind = models.CharField(max_length=12)
    actor_id = models.BigIntegerField(null=True, blank=True)
    actor_name = models.CharField(max_length=200, blank=True)
    reason = models.TextField(blank=True)

    objects = CalendarVersionQuerySet.as_manager()

    class Meta:
        ordering = ("calendar", "-number")
        constraints = [
            models.UniqueConstraint(fields=["calendar", "number"], name="calendar_version_numbered_once"),
            models.CheckConstraint(
                condition=Q(holidays=True) | Q(joint_leave=False), name="calendar_joint_leave_needs_holidays"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.calendar_id} v{self.number}"

    @property
    def spec(self) -> CalendarSpec:
        return CalendarSpec(
            self.zone,
            tuple(slots_of(day) for day in self.week),
            self.holidays,
            self.joint_leave,
            tuple(SpecialDays.from_json(each) for each in self.special),
        )

    @property
    def hours(self) -> Hours:
        """Ready to count with."""
        return compiled(self.spec)
