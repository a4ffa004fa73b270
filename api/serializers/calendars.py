from typing import Any

from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from policies import slot_words
from policies.calendar_spec import CalendarSpec, Effect, SpecialDays
from policies.models import Calendar, CalendarVersion
from policies.services.calendars import Names

DAYS_OF_A_WEEK = 7
HOURS = "Hours of a day, such as `08:00-12:00, 13:00-17:00`; empty where it is closed."


class SpecialDaysSerializer(StrictSerializer):
    """Days that differ. `effect`: `closed`; `hours`, on days that are open; `extra`, on any day; `usual`, as ever."""

    first = serializers.DateField()
    last = serializers.DateField(required=False)
    effect = serializers.ChoiceField([each.value for each in Effect], default=Effect.CLOSED.value)
    hours = serializers.CharField(allow_blank=True, default="", help_text=HOURS)
    name_id = serializers.CharField(max_length=120, allow_blank=True, default="")
    name_en = serializers.CharField(max_length=120, allow_blank=True, default="")


class CalendarSerializer(serializers.ModelSerializer[Calendar]):
    """Working hours. `number` counts the versions: deadlines keep the one they were counted with.

    `week`: the hours of each weekday from Monday on. `holidays`: closed on national holidays of Indonesia;
    `joint_leave`: on cuti bersama too.
    """

    zone = serializers.SerializerMethodField()
    week = serializers.SerializerMethodField()
    always = serializers.SerializerMethodField()
    holidays = serializers.SerializerMethodField()
    joint_leave = serializers.SerializerMethodField()
    special = serializers.SerializerMethodField()

    class Meta:
        model = Calendar
        fields = (
            "id",
            "code",
            "name_id",
            "name_en",
            "number",
            "zone",
            "week",
            "always",
            "holidays",
            "joint_leave",
            "special",
        )
        read_only_fields = fields

    def get_zone(self, calendar: Calendar) -> str:
        return _held(calendar).zone

    def get_week(self, calendar: Calendar) -> list[str]:
        return [slot_words.write(slots) for slots in _held(calendar).spec.week]

    def get_always(self, calendar: Calendar) -> bool:
        return _held(calendar).spec.always

    def get_holidays(self, calendar: Calendar) -> bool:
        return _held(calendar).holidays

    def get_joint_leave(self, calendar: Calendar) -> bool:
        return _held(calendar).joint_leave

    @extend_schema_field(SpecialDaysSerializer(many=True))
    def get_special(self, calendar: Calendar) -> list[dict[str, Any]]:
        return [
            {
                "first": each.first.isoformat(),
                "last": each.last.isoformat(),
                "effect": each.effect.value,
                "hours": slot_words.write(each.slots),
                "name_id": each.name_id,
                "name_en": each.name_en,
            }
            for each in _held(calendar).spec.special
        ]


def _held(calendar: Calendar) -> CalendarVersion:
    """The version that holds, as api.reading fetched it."""
    held: CalendarVersion = calendar.held[0]  # type: ignore[attr-defined]
    return held


class ChangeCalendarSerializer(StrictSerializer):
    """The whole calendar as it shall be from now on. `version`: the `number` the caller last saw."""

    name_id = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)
    zone = serializers.CharField(max_length=60, default="Asia/Jakarta")
    week = serializers.ListField(
        child=serializers.CharField(allow_blank=True, help_text=HOURS),
        min_length=DAYS_OF_A_WEEK,
        max_length=DAYS_OF_A_WEEK,
    )
    holidays = serializers.BooleanField(default=False)
    joint_leave = serializers.BooleanField(default=False)
    special = SpecialDaysSerializer(many=True, required=False)
    reason = serializers.CharField(allow_blank=True, default="")
    version = serializers.IntegerField(required=False)


class NewCalendarSerializer(ChangeCalendarSerializer):
    """`code`: by which rules name it; letters, digits and hyphens."""

    code = serializers.CharField(max_length=40)
    version = None  # type: ignore[assignment]
    reason = None  # type: ignore[assignment]


def names_of(given: dict[str, Any]) -> Names:
    return Names(given["name_id"], given["name_en"])


def spec_of(given: dict[str, Any]) -> CalendarSpec:
    """Raises Invalid where hours are not understood."""
    special = tuple(
        SpecialDays(
            each["first"],
            each.get("last") or each["first"],
            Effect(each["effect"]),
            slot_words.read(each["hours"], field="special"),
            each["name_id"],
            each["name_en"],
        )
        for each in given.get("special", [])
    )
    week = tuple(slot_words.read(hours, field="week") for hours in given["week"])
    return CalendarSpec(given["zone"], week, given["holidays"], given["joint_leave"], special)
