from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.serializers.strict import NoBody
from api.serializers.traffic import ArrivalFilter, ArrivalSerializer, DiscardSerializer
from api.views.base import ApiViewSet, narrowed, read
from api.views.once import once
from channels_in.models import Arrival
from channels_in.services import parked
from core.clock import database_now
from policies.models import Channel


@extend_schema_view(list=extend_schema(parameters=[ArrivalFilter]))
class ArrivalViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Arrival]):
    serializer_class = ArrivalSerializer
    filter_class = ArrivalFilter

    def get_queryset(self) -> QuerySet[Arrival]:
        rows = reading.arrivals(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Arrival]) -> QuerySet[Arrival]:
        asked = self.asked()
        rows = rows.filter(**narrowed(asked, ["state", "channel"]))
        if "digest" not in asked:
            return rows
        # the index on (channel, digest) serves only where a channel is named too
        channels = asked.get("channel") or list(Channel.objects.values_list("pk", flat=True))
        return rows.filter(channel__in=channels, digest=asked["digest"].lower())

    @extend_schema(request=NoBody, responses={200: ArrivalSerializer})
    @action(detail=True, methods=["post"])
    @once
    def retry(self, request: Request, pk: str) -> Response:
        """Look at a parked arrival again."""
        read(NoBody, request.data)
        parked.retry(int(pk), actor=self.actor, now=database_now())
        return Response(ArrivalSerializer(self.get_object()).data)

    @extend_schema(request=DiscardSerializer, responses={200: ArrivalSerializer})
    @action(detail=True, methods=["post"])
    @once
    def discard(self, request: Request, pk: str) -> Response:
        """Nothing shall become of a parked arrival; its bytes stay."""
        given = read(DiscardSerializer, request.data)
        parked.discard(int(pk), actor=self.actor, now=database_now(), reason=given["reason"])
        return Response(ArrivalSerializer(self.get_object()).data)
