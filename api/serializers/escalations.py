from rest_framework import serializers

from api.serializers.strict import ListFilter, StrictSerializer
from notices.models import Notice
from tickets.models import Escalation


class EscalationSerializer(serializers.ModelSerializer[Escalation]):
    """What was done because a clock was running out, or because somebody asked for help.

    `level`: 1 owner, 2 team lead, 3 supervisor, 4 manager, 5 director. `told`: ids of the staff. `late_by`: seconds
    after its moment. `answer_due_at`: until when an answer is waited for. `passed_from`: the one nobody answered.
    """

    told = serializers.PrimaryKeyRelatedField[Escalation](many=True, read_only=True)
    late_by = serializers.SerializerMethodField()
    passed_from = serializers.IntegerField(source="above_id", read_only=True, allow_null=True)

    class Meta:
        model = Escalation
        fields = (
            "id",
            "ticket",
            "deadline",
            "step",
            "cause",
            "state",
            "level",
            "team",
            "told",
            "at",
            "late_by",
            "answer_due_at",
            "answered_at",
            "answered_by",
            "asked_by",
            "reason",
            "tried",
            "answer",
            "failure",
            "passed_from",
        )
        read_only_fields = fields

    def get_late_by(self, escalation: Escalation) -> int | None:
        return None if escalation.late_by is None else int(escalation.late_by.total_seconds())


class EscalationFilter(ListFilter):
    """`mine`: only what the caller was told."""

    ticket = serializers.ListField(child=serializers.IntegerField(), required=False)
    state = serializers.ListField(child=serializers.ChoiceField(Escalation.State.choices), required=False)
    cause = serializers.ListField(child=serializers.ChoiceField(Escalation.Cause.choices), required=False)
    mine = serializers.ChoiceField(["true", "false"], required=False)


class GiveBackSerializer(StrictSerializer):
    reason = serializers.CharField()


class NoticeSerializer(serializers.ModelSerializer[Notice]):
    """Something the caller was told: a kind with its parameters, and the object it is about.

    `due_at`: from when it is shown, after quiet hours. `bundle`: the notice that stands for several of a kind.
    """

    parameters = serializers.DictField(read_only=True)

    class Meta:
        model = Notice
        fields = (
            "id",
            "kind",
            "parameters",
            "object_kind",
            "object_id",
            "created_at",
            "due_at",
            "read_at",
            "stands_in_for",
            "bundle",
        )
        read_only_fields = fields


class NoticeFilter(ListFilter):
    unread = serializers.ChoiceField(["true", "false"], required=False)
