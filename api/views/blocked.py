from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api.serializers.judging import BlockedSenderSerializer, BlockingSerializer, LiftedSerializer, LiftingSerializer
from api.views.base import ApiViewSet, read
from api.views.once import once
from channels_in.models import BlockedSender
from channels_in.services import lifting
from core.clock import database_now


class BlockedSenderViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[BlockedSender]):
    """Senders from whom nothing becomes a ticket; for supervisors and administrators."""

    serializer_class = BlockedSenderSerializer

    def get_queryset(self) -> QuerySet[BlockedSender]:
        if self.action == "list":
            self.asked()
        return BlockedSender.objects.visible_to(self.actor)

    @extend_schema(request=BlockingSerializer, responses={201: BlockedSenderSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Block an address or a domain; one that is blocked already stays as it is."""
        given = read(BlockingSerializer, request.data)
        row = lifting.block(given["value"], reason=given["reason"], actor=self.actor, now=database_now())
        return Response(BlockedSenderSerializer(row).data, status=HTTP_201_CREATED)

    @extend_schema(request=LiftingSerializer, responses={200: LiftedSerializer})
    @action(detail=True, methods=["post"])
    @once
    def lift(self, request: Request, pk: str) -> Response:
        """Hear this sender again."""
        given = read(LiftingSerializer, request.data)
        retried = lifting.lift(int(pk), actor=self.actor, now=database_now(), again=given["again"])
        return Response(LiftedSerializer({"retried": retried}).data)
