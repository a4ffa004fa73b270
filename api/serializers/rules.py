from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.serializers.strict import ListFilter, StrictSerializer
from policies.models import Calendar, Channel, Ladder, Priority, QueryType, TatRule
from policies.services.tat_rules import RuleValues
from policies.simulation import Simulation
from policies.targets import GOALS, UNITS
from staff.models import Team


class QueryTypeSerializer(serializers.ModelSerializer[QueryType]):
    """What a ticket is about. `words_id`, `words_en`: words that propose the type, one a line.

    `unsorted`: tickets begin with it and cannot be resolved while they have it. `settles_unanswered`: a customer who
    stays silent for ten working days after we asked is taken to be content. `archived`: no longer to be chosen.
    """

    class Meta:
        model = QueryType
        fields = (
            "id", "slug", "code", "sector", "parent", "kind", "name_id", "name_en", "hint_id", "hint_en", "priority",
            "team", "calendar", "apology", "customer_choice", "words_id", "words_en", "settles_unanswered", "unsorted",
            "archived", "position",
        )  # fmt: skip
        read_only_fields = fields


class QueryTypeFilter(ListFilter):
    sector = serializers.ListField(child=serializers.ChoiceField(QueryType.Sector.choices), required=False)
    kind = serializers.ListField(child=serializers.ChoiceField(QueryType.Kind.choices), required=False)
    archived = serializers.BooleanField(required=False, allow_null=True, default=None)


class ChangeQueryTypeSerializer(StrictSerializer):
    """What shall change; the rest stays. Names, words and teams hold at once."""

    code = serializers.CharField(max_length=20, allow_blank=True, required=False)
    sector = serializers.ChoiceField(QueryType.Sector.choices, required=False)
    parent = serializers.PrimaryKeyRelatedField(  # type: ignore[assignment]
        queryset=QueryType.objects.all(), allow_null=True, required=False
    )
    kind = serializers.ChoiceField(QueryType.Kind.choices, required=False)
    name_id = serializers.CharField(max_length=120, required=False)
    name_en = serializers.CharField(max_length=120, required=False)
    hint_id = serializers.CharField(max_length=200, allow_blank=True, required=False)
    hint_en = serializers.CharField(max_length=200, allow_blank=True, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    team = serializers.PrimaryKeyRelatedField(queryset=Team.objects.all(), allow_null=True, required=False)
    calendar = serializers.SlugRelatedField("code", queryset=Calendar.objects.all(), required=False)
    apology = serializers.ChoiceField(QueryType.Apology.choices, required=False)
    customer_choice = serializers.BooleanField(required=False)
    words_id = serializers.CharField(allow_blank=True, required=False)
    words_en = serializers.CharField(allow_blank=True, required=False)
    settles_unanswered = serializers.BooleanField(required=False)
    archived = serializers.BooleanField(required=False)
    position = serializers.IntegerField(min_value=0, max_value=30_000, required=False)

    def validate_calendar(self, calendar: Calendar) -> str:
        return calendar.code


class NewQueryTypeSerializer(ChangeQueryTypeSerializer):
    kind = serializers.ChoiceField(QueryType.Kind.choices)
    name_id = serializers.CharField(max_length=120)
    name_en = serializers.CharField(max_length=120)


class TargetSerializer(StrictSerializer):
    """`amount` in minutes, or in days where the unit is `days`; `working` minutes count in the rule's calendar."""

    amount = serializers.IntegerField()
    unit = serializers.ChoiceField(UNITS)


class TargetsField(serializers.DictField):
    """Goal -> how long it may take; a goal that is left out has no clock. Goals: docs/rules.md."""

    child = TargetSerializer()


class ConditionsField(serializers.DictField):
    """Name of a fact -> the list of its allowed values; all must hold. Known names: docs/rules.md."""

    child = serializers.ListField(child=serializers.JSONField())


class TatRuleSerializer(serializers.ModelSerializer[TatRule]):
    """A rule as it is edited; it holds once it is published. `query_type` null: for every type.

    `effect`: `sets` the targets, or `tightens` those of the rule that won to `percent` of them and to its own targets.
    """

    conditions = serializers.DictField(read_only=True)
    targets = serializers.DictField(read_only=True)
    pauses = serializers.ListField(child=serializers.CharField(), read_only=True)
    ladder: "serializers.SlugRelatedField[Any]" = serializers.SlugRelatedField("code", read_only=True)

    class Meta:
        model = TatRule
        fields = (
            "id", "query_type", "conditions", "effect", "percent", "targets", "calendar", "pauses", "ladder",
            "position",
        )  # fmt: skip
        read_only_fields = fields


class TatRuleFilter(ListFilter):
    query_type = serializers.ListField(child=serializers.IntegerField(), required=False)


class ChangeTatRuleSerializer(StrictSerializer):
    """What shall change; the rest stays."""

    query_type = serializers.PrimaryKeyRelatedField(
        queryset=QueryType.objects.all(),
        allow_null=True,
        required=False,
        error_messages={"does_not_exist": _("The type of this rule does not exist.")},
    )
    conditions = ConditionsField(required=False)
    effect = serializers.ChoiceField(TatRule.Effect.choices, required=False)
    percent = serializers.IntegerField(required=False)
    targets = TargetsField(required=False)
    calendar = serializers.CharField(max_length=40, required=False)
    pauses = serializers.ListField(child=serializers.CharField(), required=False)
    ladder = serializers.SlugRelatedField("code", queryset=Ladder.objects.all(), allow_null=True, required=False)


class NewTatRuleSerializer(ChangeTatRuleSerializer):
    """A new rule stands behind those of its type."""

    targets = TargetsField()


class PublishSerializer(StrictSerializer):
    """`from_at`: from when on the rules hold; at once where it is left out."""

    reason = serializers.CharField()
    from_at = serializers.DateTimeField(required=False)


class PublicationSerializer(StrictSerializer):
    """`version`: what tickets remember of the rules that held."""

    version = serializers.IntegerField(source="pk")
    at = serializers.DateTimeField()
    from_at = serializers.DateTimeField()
    reason = serializers.CharField()


class SimulateSerializer(StrictSerializer):
    """A ticket that might come in. `documents_at`: when all documents are in. `occurred_at`: when it happened.
    Some laws count from these. `draft`: by the rules as they are edited, instead of those in force.
    """

    query_type = serializers.PrimaryKeyRelatedField(queryset=QueryType.objects.all())
    received_at = serializers.DateTimeField()
    documents_at = serializers.DateTimeField(allow_null=True, required=False)
    occurred_at = serializers.DateTimeField(allow_null=True, required=False)
    priority = serializers.ChoiceField(Priority.choices, required=False)
    channel_kind = serializers.ChoiceField(Channel.Kind.choices, required=False)
    channel = serializers.IntegerField(required=False)
    public = serializers.BooleanField(required=False)
    stage = serializers.CharField(allow_blank=True, required=False)
    tier = serializers.CharField(allow_blank=True, required=False)
    high_value = serializers.BooleanField(required=False)
    restricted = serializers.BooleanField(required=False)
    area = serializers.CharField(allow_blank=True, required=False)
    loss_claimed = serializers.BooleanField(required=False)
    draft = serializers.BooleanField(default=False)


class ClockSerializer(StrictSerializer):
    """`basis`: `service`, or the code of the legal pack. `due_at` is null where its calendar does not exist, and while
    it `waits_for` the customer's next `message` or for complete `documents`.
    """

    goal = serializers.ChoiceField(GOALS)
    basis = serializers.CharField()
    amount = serializers.IntegerField(source="target.amount")
    unit = serializers.ChoiceField(UNITS, source="target.unit")
    calendar = serializers.CharField(source="target.calendar")
    due_at = serializers.DateTimeField(allow_null=True)
    waits_for = serializers.ChoiceField(["message", "documents"], allow_blank=True)


class SimulationSerializer(StrictSerializer):
    """`rule`: the one that would hold, null for none; `tightened_by`: rules that made its targets shorter."""

    rule = serializers.IntegerField(source="snapshot.rule", allow_null=True)
    version = serializers.IntegerField(source="snapshot.version")
    ladder = serializers.CharField(source="snapshot.ladder")
    tightened_by = serializers.ListField(child=serializers.IntegerField(), source="snapshot.tightened_by")
    clocks = ClockSerializer(many=True)


def written(found: Simulation) -> dict[str, Any]:
    return dict(SimulationSerializer(found).data)


def values_of(given: dict[str, Any], former: RuleValues) -> RuleValues:
    """What a rule shall say: what was given, else what it says already."""
    names = RuleValues.__dataclass_fields__
    return RuleValues(**{name: given.get(name, getattr(former, name)) for name in names})
