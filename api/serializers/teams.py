from rest_framework import serializers

from api.serializers.strict import StrictSerializer
from staff.models import Team
from staff.services.teams import MOST_CALLS


class TeamSerializer(serializers.ModelSerializer[Team]):
    """People who own tickets together. `calls_per_day`: how many customers they can call in a day, null for as many as
    there are.
    """

    class Meta:
        model = Team
        fields = ("id", "slug", "name_id", "name_en", "restricted", "calls_per_day")
        read_only_fields = fields


class ChangeTeamSerializer(StrictSerializer):
    """Administrators only."""

    calls_per_day = serializers.IntegerField(min_value=0, max_value=MOST_CALLS, allow_null=True)
