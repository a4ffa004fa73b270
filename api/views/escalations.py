from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.serializers.escalations import EscalationFilter, EscalationSerializer, GiveBackSerializer
from api.serializers.strict import NoBody
from api.views.base import ApiViewSet, narrowed, read
from api.views.once import once
from core.clock import database_now
from tickets.models import Escalation
from tickets.services.escalation import escalating


@extend_schema_view(list=extend_schema(parameters=[EscalationFilter]))
class EscalationViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Escalation]):
    serializer_class = EscalationSerializer
    filter_class = EscalationFilter

    def get_queryset(self) -> QuerySet[Escalation]:
        rows = reading.escalations(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Escalation]) -> QuerySet[Escalation]:
        asked = self.asked()
        rows = rows.filter(**narrowed(asked, ["ticket", "state", "cause"]))
        return rows.filter(told=self.actor.id) if asked.get("mine") == "true" else rows

    @extend_schema(request=NoBody, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    @once
    def acknowledge(self, request: Request, pk: str) -> Response:
        """Say that one has seen it."""
        read(NoBody, request.data)
        escalating.acknowledge(int(pk), actor=self.actor, now=database_now())
        return Response(EscalationSerializer(self.get_object()).data)

    @extend_schema(request=NoBody, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"])
    @once
    def take(self, request: Request, pk: str) -> Response:
        """Make its ticket one's own."""
        read(NoBody, request.data)
        escalating.take(int(pk), actor=self.actor, now=database_now())
        return Response(EscalationSerializer(self.get_object()).data)

    @extend_schema(request=GiveBackSerializer, responses={200: EscalationSerializer})
    @action(detail=True, methods=["post"], url_path="return")
    @once
    def give_back(self, request: Request, pk: str) -> Response:
        """It stays with those who have it, who are told why."""
        given = read(GiveBackSerializer, request.data)
        escalating.give_back(int(pk), actor=self.actor, now=database_now(), reason=given["reason"])
        return Response(EscalationSerializer(self.get_object()).data)
