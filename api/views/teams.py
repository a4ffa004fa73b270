from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.teams import ChangeTeamSerializer, TeamSerializer
from api.views.base import ApiViewSet, read
from core.clock import database_now
from staff.models import Team
from staff.services import teams


class TeamViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Team]):
    """Every team; who may read the tickets of which is another question."""

    serializer_class = TeamSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[Team]:
        if self.action == "list":
            self.asked()
        return Team.objects.all()

    @extend_schema(request=ChangeTeamSerializer, responses={200: TeamSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Say how many calls the team can make in a day."""
        team = self.get_object()
        given = read(ChangeTeamSerializer, request.data)
        changed = teams.set_calls(team.pk, actor=self.actor, now=database_now(), **given)
        return Response(TeamSerializer(changed).data)
