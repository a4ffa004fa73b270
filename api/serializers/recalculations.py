from typing import Any

from rest_framework import serializers

from api.serializers.strict import ListFilter, StrictSerializer
from policies.models import Calendar, QueryType
from tickets.models import Recalculation, RecalculationLine


class RecalculationSerializer(serializers.ModelSerializer[Recalculation]):
    """A look at what the rules and calendars that hold now would change for open tickets, and doing it.

    `state`: `looking`, `ready` to be confirmed, `running`, `done`. `total`, `seen`: tickets in question, and looked at.
    `changing`, `done`: tickets that change, and those recalculated. `later`, `earlier`, `late`, `other_steps`: how many
    have a date that comes later or earlier, or that would be late at once, or a ladder with other steps.
    """

    class Meta:
        model = Recalculation
        fields = (
            "id",
            "scope",
            "query_type",
            "calendar",
            "state",
            "asked_at",
            "confirmed_at",
            "finished_at",
            "actor_name",
            "reason",
            "total",
            "seen",
            "changing",
            "later",
            "earlier",
            "late",
            "other_steps",
            "done",
        )
        read_only_fields = fields


class LookSerializer(StrictSerializer):
    """Neither: all open tickets. `query_type`: those of it and below it; `calendar`: those counted with it."""

    query_type = serializers.PrimaryKeyRelatedField(queryset=QueryType.objects.all(), required=False)
    calendar = serializers.PrimaryKeyRelatedField(queryset=Calendar.objects.all(), required=False)


class ConfirmSerializer(StrictSerializer):
    reason = serializers.CharField(max_length=1000)


class RecalculationFilter(ListFilter):
    state = serializers.ListField(child=serializers.ChoiceField(Recalculation.State.choices), required=False)


class RecalculationLineSerializer(serializers.ModelSerializer[RecalculationLine]):
    """A ticket that changes. `before`, `after`: clock -> when it is due, or the seconds left where it stands still.

    `late`: one would be late at once. `other_steps`: its ladder has other steps. `applied`: it was recalculated.
    """

    before = serializers.SerializerMethodField()
    after = serializers.SerializerMethodField()

    class Meta:
        model = RecalculationLine
        fields = ("id", "ticket", "before", "after", "later", "earlier", "late", "other_steps", "applied")
        read_only_fields = fields

    def get_before(self, line: RecalculationLine) -> dict[str, Any]:
        return dict(line.before)

    def get_after(self, line: RecalculationLine) -> dict[str, Any]:
        return dict(line.after)
