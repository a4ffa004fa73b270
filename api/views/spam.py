from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.judging import SpamSerializer
from api.serializers.tickets import ChangeSerializer, TicketSerializer
from api.views.base import ApiViewSet, read
from api.views.once import once
from channels_in.services import blocking
from core.clock import database_now
from tickets.models import Ticket
from tickets.services.handling import work


class SpamActions(ApiViewSet[Ticket]):
    """What can be said of a ticket that nobody shall work on."""

    @extend_schema(request=SpamSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def spam(self, request: Request, pk: str) -> Response:
        """Out of all queues, without clocks; an acknowledgement that has not left never leaves."""
        given = read(SpamSerializer, request.data)
        marked = blocking.mark_one(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(marked.done[0]).data)

    @extend_schema(request=ChangeSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def not_spam(self, request: Request, pk: str) -> Response:
        """As it was before, with its owner and clocks; acknowledged unless it has been."""
        given = read(ChangeSerializer, request.data)
        ticket = work.not_spam(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)
