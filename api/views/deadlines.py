from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.serializers.deadlines import DeadlineFilter, DeadlineSerializer, ExplanationSerializer
from api.serializers.law import ExtendSerializer
from api.views.base import ApiViewSet, narrowed, read
from api.views.once import once
from core.clock import database_now
from tickets.explaining import lines
from tickets.models import Deadline
from tickets.services.clocks import extending


@extend_schema_view(list=extend_schema(parameters=[DeadlineFilter]))
class DeadlineViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Deadline]):
    serializer_class = DeadlineSerializer
    filter_class = DeadlineFilter

    def get_queryset(self) -> QuerySet[Deadline]:
        rows = reading.deadlines(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Deadline]) -> QuerySet[Deadline]:
        asked = self.asked()
        rows = rows.filter(**narrowed(asked, ["ticket", "state", "goal", "basis"]))
        return rows.filter(met_at__isnull=asked["open"] == "true") if "open" in asked else rows

    @extend_schema(responses={200: ExplanationSerializer})
    @action(detail=True)
    def explain(self, request: Request, pk: str) -> Response:
        """Why it is due then: the sum line by line, to be checked by hand."""
        deadline = self.get_object()
        return Response(ExplanationSerializer({"deadline": deadline, "lines": lines(deadline)}).data)

    @extend_schema(request=ExtendSerializer, responses={200: DeadlineSerializer})
    @action(detail=True, methods=["post"])
    @once
    def extend(self, request: Request, pk: str) -> Response:
        """Put a legal limit off as its pack allows; the customer is told before the first one passes."""
        given = read(ExtendSerializer, request.data)
        extending.extend(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(DeadlineSerializer(self.get_object()).data)
