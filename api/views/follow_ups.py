from django.db.models import QuerySet
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api import reading
from api.serializers.follow_ups import (
    FollowUpFilter,
    FollowUpSerializer,
    HandOverSerializer,
    MoveSerializer,
    NewFollowUpSerializer,
    NotReachedSerializer,
    ReachedSerializer,
)
from api.views.base import ApiViewSet, narrowed, read
from api.views.once import once
from core.clock import database_now
from core.errors import Invalid
from tickets.models import FollowUp, Message
from tickets.services.promises import follow_ups, moving, reaching


@extend_schema_view(list=extend_schema(parameters=[FollowUpFilter]))
class FollowUpViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[FollowUp]):
    serializer_class = FollowUpSerializer
    filter_class = FollowUpFilter

    def get_queryset(self) -> QuerySet[FollowUp]:
        rows = reading.follow_ups(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[FollowUp]) -> QuerySet[FollowUp]:
        asked = self.asked()
        rows = rows.filter(**narrowed(asked, ["ticket", "kind", "state", "owner", "team"]))
        return rows.filter(owner=self.actor.id) if asked.get("mine") == "true" else rows

    @extend_schema(request=NewFollowUpSerializer, responses={201: FollowUpSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Set one by hand: what the customer can expect, by when, from whom."""
        given = read(NewFollowUpSerializer, request.data)
        told_in = self._message(given.pop("told_in")) if "told_in" in given else None
        made = follow_ups.add(given.pop("ticket"), actor=self.actor, now=database_now(), told_in=told_in, **given)
        return Response(FollowUpSerializer(made).data, status=HTTP_201_CREATED)

    def _message(self, pk: int) -> Message:
        found = Message.objects.visible_to(self.actor).filter(pk=pk).first()
        if found is None:
            raise Invalid(_("There is no such message."), field="told_in")
        return found

    @extend_schema(request=ReachedSerializer, responses={200: FollowUpSerializer})
    @action(detail=True, methods=["post"])
    @once
    def reached(self, request: Request, pk: str) -> Response:
        """The customer was reached, and how they took it."""
        reaching.reached(int(pk), actor=self.actor, now=database_now(), **read(ReachedSerializer, request.data))
        return self._as_it_is()

    @extend_schema(request=NotReachedSerializer, responses={200: FollowUpSerializer})
    @action(detail=True, methods=["post"])
    @once
    def not_reached(self, request: Request, pk: str) -> Response:
        """Somebody tried in vain."""
        reaching.not_reached(int(pk), actor=self.actor, now=database_now(), **read(NotReachedSerializer, request.data))
        return self._as_it_is()

    @extend_schema(request=MoveSerializer, responses={200: FollowUpSerializer})
    @action(detail=True, methods=["post"])
    @once
    def move(self, request: Request, pk: str) -> Response:
        """Give it another date; both dates and the reason stay readable."""
        moving.move(int(pk), actor=self.actor, now=database_now(), **read(MoveSerializer, request.data))
        return self._as_it_is()

    @extend_schema(request=HandOverSerializer, responses={200: FollowUpSerializer})
    @action(detail=True, methods=["post"])
    @once
    def hand_over(self, request: Request, pk: str) -> Response:
        """Give it to somebody else, who is told."""
        follow_ups.hand_over(int(pk), actor=self.actor, now=database_now(), **read(HandOverSerializer, request.data))
        return self._as_it_is()

    def _as_it_is(self) -> Response:
        return Response(FollowUpSerializer(self.get_object()).data)
