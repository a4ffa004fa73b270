from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api.serializers.recalculations import (
    ConfirmSerializer,
    LookSerializer,
    RecalculationFilter,
    RecalculationLineSerializer,
    RecalculationSerializer,
)
from api.views.base import ApiView, ApiViewSet, narrowed, read
from api.views.once import once
from core.clock import database_now
from tickets.models import Recalculation, RecalculationLine
from tickets.services.clocks import recalculating


@extend_schema_view(list=extend_schema(parameters=[RecalculationFilter]))
class RecalculationViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Recalculation]):
    serializer_class = RecalculationSerializer
    filter_class = RecalculationFilter

    def get_queryset(self) -> QuerySet[Recalculation]:
        rows = Recalculation.objects.visible_to(self.actor)
        return rows.filter(**narrowed(self.asked(), ["state"])) if self.action == "list" else rows

    @extend_schema(request=LookSerializer, responses={201: RecalculationSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Look what would move; nothing moves until it is confirmed. Only for those who lead."""
        given = read(LookSerializer, request.data)
        job = recalculating.look(actor=self.actor, now=database_now(), **given)
        return Response(RecalculationSerializer(job).data, status=HTTP_201_CREATED)

    @extend_schema(request=ConfirmSerializer, responses={200: RecalculationSerializer})
    @action(detail=True, methods=["post"])
    @once
    def confirm(self, request: Request, pk: str) -> Response:
        """Move the dates as they were looked at; refused where rules or calendars changed since."""
        given = read(ConfirmSerializer, request.data)
        job = recalculating.confirm(self.get_object().pk, actor=self.actor, now=database_now(), **given)
        return Response(RecalculationSerializer(job).data)


class RecalculationLinesView(ApiView[RecalculationLine], ListAPIView[RecalculationLine]):
    """The tickets whose dates move, in the order of their numbers."""

    serializer_class = RecalculationLineSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[RecalculationLine]:
        self.asked()
        job = get_object_or_404(Recalculation.objects.visible_to(self.actor), pk=self.kwargs["pk"])
        return RecalculationLine.objects.visible_to(self.actor).filter(recalculation=job)
