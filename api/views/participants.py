from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.mixins import RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api.serializers.judging import NewParticipantSerializer, ParticipantSerializer
from api.serializers.strict import StrictSerializer
from api.views.base import ApiView, ApiViewSet, read
from api.views.once import once
from core.clock import database_now
from tickets.models import Participant, Ticket
from tickets.services.inward import participants


class ParticipantViewSet(RetrieveModelMixin, ApiViewSet[Participant]):
    """Who else is in a conversation, and what we decide about them."""

    serializer_class = ParticipantSerializer

    def get_queryset(self) -> QuerySet[Participant]:
        return Participant.objects.visible_to(self.actor).select_related("conversation")

    @extend_schema(request=StrictSerializer, responses={200: ParticipantSerializer})
    @action(detail=True, methods=["post"])
    @once
    def confirm(self, request: Request, pk: str) -> Response:
        """Our answers go to them too, from now on."""
        participant = participants.confirm(int(pk), actor=self.actor, now=database_now())
        return Response(ParticipantSerializer(participant).data)

    @extend_schema(request=StrictSerializer, responses={200: ParticipantSerializer})
    @action(detail=True, methods=["post"])
    @once
    def remove(self, request: Request, pk: str) -> Response:
        """They get nothing any more; naming them again does not bring them back."""
        participant = participants.remove(int(pk), actor=self.actor, now=database_now())
        return Response(ParticipantSerializer(participant).data)


class TicketParticipantsView(ApiView[Participant], ListAPIView[Participant]):
    """Everybody besides the customer who is, was or is proposed to be in the conversations of a ticket."""

    serializer_class = ParticipantSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[Participant]:
        self.asked()
        ticket = get_object_or_404(Ticket.objects.visible_to(self.actor).only("pk"), pk=self.kwargs["pk"])
        people = Participant.objects.visible_to(self.actor).filter(conversation__ticket_id=ticket.pk)
        return people.select_related("conversation")

    @extend_schema(request=NewParticipantSerializer, responses={201: ParticipantSerializer})
    @once
    def post(self, request: Request, pk: str) -> Response:
        """Add somebody who gets a copy of our answers from now on."""
        given = read(NewParticipantSerializer, request.data)
        participant = participants.add(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(ParticipantSerializer(participant).data, status=HTTP_201_CREATED)
