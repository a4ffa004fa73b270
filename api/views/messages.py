from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.serializers.judging import LetInSerializer
from api.serializers.messages import MessageSerializer
from api.views.base import ApiView, ApiViewSet, read
from api.views.once import once
from core.clock import database_now
from tickets.models import Message, Ticket
from tickets.services.inward import letting


class MessageViewSet(RetrieveModelMixin, ApiViewSet[Message]):
    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        return reading.messages(self.actor)

    @extend_schema(request=LetInSerializer, responses={200: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def let_in(self, request: Request, pk: str) -> Response:
        """Let the customer read what was held back: from a third party, an unproven sender or a machine."""
        given = read(LetInSerializer, request.data)
        letting.let_in(int(pk), actor=self.actor, now=database_now(), as_participant=given["as_participant"])
        return Response(MessageSerializer(self.get_object()).data)


class TicketMessagesView(ApiView[Message], ListAPIView[Message]):
    """Everything said on a ticket, notes included, in the order it reached us."""

    serializer_class = MessageSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("received_at", "id")

    def get_queryset(self) -> QuerySet[Message]:
        self.asked()
        ticket = get_object_or_404(Ticket.objects.visible_to(self.actor).only("pk"), pk=self.kwargs["pk"])
        return reading.messages(self.actor).filter(ticket_id=ticket.pk)
