from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api import reading
from api.serializers.calendars import (
    CalendarSerializer,
    ChangeCalendarSerializer,
    NewCalendarSerializer,
    names_of,
    spec_of,
)
from api.views.base import ApiViewSet, read
from api.views.once import once
from core.clock import database_now
from policies.models import Calendar
from policies.services import calendars


class CalendarViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Calendar]):
    serializer_class = CalendarSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[Calendar]:
        if self.action == "list":
            self.asked()
        return reading.calendars()

    @extend_schema(request=NewCalendarSerializer, responses={201: CalendarSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Make a calendar; only administrators may."""
        given = read(NewCalendarSerializer, request.data)
        made = calendars.create(
            given["code"], names=names_of(given), spec=spec_of(given), actor=self.actor, now=database_now()
        )
        return Response(CalendarSerializer(reading.calendars().get(pk=made.pk)).data, status=HTTP_201_CREATED)

    @extend_schema(request=ChangeCalendarSerializer, responses={200: CalendarSerializer})
    @action(detail=True, methods=["post"])
    @once
    def change(self, request: Request, pk: str) -> Response:
        """Let a calendar say something else from now on. Deadlines that run keep what they were counted with."""
        given = read(ChangeCalendarSerializer, request.data)
        calendars.change(
            int(pk),
            names=names_of(given),
            spec=spec_of(given),
            actor=self.actor,
            now=database_now(),
            number=given.get("version"),
            reason=given["reason"],
        )
        return Response(CalendarSerializer(self.get_object()).data)
