from typing import Any

from rest_framework import serializers

from api.serializers.strict import ListFilter
from tickets.explaining import CLOSED, COUNTED, EXTENDED, PAUSED, WORKING_DAY
from tickets.models import Deadline


class DeadlineSerializer(serializers.ModelSerializer[Deadline]):
    """One clock of a ticket. `due_at` is null while it stands still; then `time_left` is what remains, in seconds.

    `target` is in minutes or, where `unit` is `days`, in working days of `calendar`; `extended` is what a legal limit
    was put off by, in the same unit. `waits_for`: `documents` while the time of a law has not begun. `missed_at`: when
    its time ran out, even where the goal was met later. `rule`: the TAT rule it was taken from; `pack`: the legal pack.
    """

    time_left = serializers.SerializerMethodField()
    paused_for = serializers.SerializerMethodField()
    rule = serializers.SerializerMethodField()
    calendar = serializers.SerializerMethodField()

    class Meta:
        model = Deadline
        fields = (
            "id",
            "ticket",
            "goal",
            "basis",
            "pack",
            "state",
            "target",
            "unit",
            "extended",
            "waits_for",
            "calendar",
            "started_at",
            "due_at",
            "time_left",
            "warn_at",
            "urgent_at",
            "met_at",
            "missed_at",
            "paused_for",
            "rule",
        )
        read_only_fields = fields

    def get_time_left(self, deadline: Deadline) -> int | None:
        return None if deadline.time_left is None else int(deadline.time_left.total_seconds())

    def get_paused_for(self, deadline: Deadline) -> int:
        return int(deadline.paused_for.total_seconds())

    def get_rule(self, deadline: Deadline) -> int | None:
        rule: int | None = deadline.terms.snapshot["rule"] if deadline.basis == Deadline.Basis.SERVICE else None
        return rule

    def get_calendar(self, deadline: Deadline) -> str | None:
        return deadline.calendar.calendar.code if deadline.calendar else None


class DeadlineFilter(ListFilter):
    """`state`: `running`, `paused`, `met`, `missed`. `open`: whether its goal is still to be met."""

    ticket = serializers.ListField(child=serializers.IntegerField(), required=False)
    state = serializers.ListField(child=serializers.ChoiceField(Deadline.State.choices), required=False)
    goal = serializers.ListField(child=serializers.ChoiceField(Deadline.Goal.choices), required=False)
    basis = serializers.ListField(child=serializers.ChoiceField(Deadline.Basis.choices), required=False)
    open = serializers.ChoiceField(["true", "false"], required=False)


class LineSerializer(serializers.Serializer[Any]):
    """One line of the sum. `kind`: `counted`, time that counts; `closed`, a day that does not; `day`, a working day
    with its `number`; `paused`, a time in which the clock stood still, or has not begun (`waits_for`); `extended`, the
    limit that was put off, from what it was to what it is. `seconds`: of this line, `total`: up to here.
    `reason`: why the day is as it is; `name_id`, `name_en`: of its holiday or exception.
    """

    kind = serializers.ChoiceField([COUNTED, CLOSED, WORKING_DAY, PAUSED, EXTENDED])
    on = serializers.DateField()
    begins = serializers.DateTimeField()
    ends = serializers.DateTimeField(allow_null=True)
    seconds = serializers.SerializerMethodField()
    total = serializers.SerializerMethodField()
    number = serializers.IntegerField(allow_null=True)
    reason = serializers.CharField()
    waits_for = serializers.CharField()
    name_id = serializers.SerializerMethodField()
    name_en = serializers.SerializerMethodField()

    def get_seconds(self, line: Any) -> int:
        return int(line.counted.total_seconds())

    def get_total(self, line: Any) -> int:
        return int(line.total.total_seconds())

    def get_name_id(self, line: Any) -> str:
        return line.day.name_id if line.day else ""

    def get_name_en(self, line: Any) -> str:
        return line.day.name_en if line.day else ""


class ExplanationSerializer(serializers.Serializer[Any]):
    """A deadline with the sum behind it."""

    deadline = DeadlineSerializer()
    lines = LineSerializer(many=True)
