"""What laws ask of the staff on a ticket: whether the documents are complete, and what follows where they are not."""

from datetime import timedelta

from drf_spectacular.utils import extend_schema
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api.serializers.law import DocumentsSerializer, InWritingSerializer, RefuseSerializer
from api.serializers.messages import MessageSerializer
from api.serializers.tickets import TicketSerializer
from api.views.base import read
from api.views.once import once
from core.actor import Actor
from core.clock import database_now
from tickets.services.clocks import documents


class LawActions:
    """For the viewset of the tickets."""

    actor: Actor

    @extend_schema(request=DocumentsSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def documents(self, request: Request, pk: str) -> Response:
        """Say since when the documents are complete, or that they are not after all."""
        given = read(DocumentsSerializer, request.data)
        change = documents.complete if given.pop("complete") else documents.take_back
        ticket = change(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=InWritingSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def put_in_writing(self, request: Request, pk: str) -> Response:
        """Let a spoken complaint go on in writing; its written time begins with the complete documents."""
        given = read(InWritingSerializer, request.data)
        ticket = documents.put_in_writing(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=RefuseSerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def refuse(self, request: Request, pk: str) -> Response:
        """Refuse a complaint in writing, because its documents were not completed in time."""
        given = read(RefuseSerializer, request.data)
        undo = timedelta(seconds=given.pop("undo_seconds"))
        message = documents.refuse(int(pk), actor=self.actor, now=database_now(), undo=undo, **given)
        return Response(MessageSerializer(message).data, status=HTTP_201_CREATED)
