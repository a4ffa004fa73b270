from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.serializers.strict import NoBody
from api.serializers.traffic import DispatchFilter, DispatchSerializer
from api.views.base import ApiViewSet, narrowed, read
from api.views.once import once
from channels_out.models import Dispatch
from core.clock import database_now
from tickets.services import failures


@extend_schema_view(list=extend_schema(parameters=[DispatchFilter]))
class DispatchViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Dispatch]):
    serializer_class = DispatchSerializer
    filter_class = DispatchFilter

    def get_queryset(self) -> QuerySet[Dispatch]:
        rows = reading.dispatches(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Dispatch]) -> QuerySet[Dispatch]:
        return rows.filter(**narrowed(self.asked(), ["state", "channel"]))

    @extend_schema(request=NoBody, responses={200: DispatchSerializer})
    @action(detail=True, methods=["post"])
    @once
    def retry(self, request: Request, pk: str) -> Response:
        """Send a message that failed once more."""
        read(NoBody, request.data)
        failures.try_again(int(pk), actor=self.actor, now=database_now())
        return Response(DispatchSerializer(self.get_object()).data)
