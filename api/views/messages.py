from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from rest_framework.generics import ListAPIView
from rest_framework.mixins import RetrieveModelMixin

from api import reading
from api.serializers.messages import MessageSerializer
from api.views.base import ApiView, ApiViewSet
from tickets.models import Message, Ticket


class MessageViewSet(RetrieveModelMixin, ApiViewSet[Message]):
    serializer_class = MessageSerializer

    def get_queryset(self) -> QuerySet[Message]:
        return reading.messages(self.actor)


class TicketMessagesView(ApiView[Message], ListAPIView[Message]):
    """Everything said on a ticket, notes included, in the order it reached us."""

    serializer_class = MessageSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("received_at", "id")

    def get_queryset(self) -> QuerySet[Message]:
        self.asked()
        ticket = get_object_or_404(Ticket.objects.visible_to(self.actor).only("pk"), pk=self.kwargs["pk"])
        return reading.messages(self.actor).filter(ticket_id=ticket.pk)
