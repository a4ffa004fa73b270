from datetime import timedelta

from django.db.models import QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.generics import ListAPIView
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api import reading
from api.serializers.escalations import EscalationSerializer
from api.serializers.messages import MessageSerializer
from api.serializers.tickets import (
    AssignSerializer,
    ChangeSerializer,
    EscalateSerializer,
    FactsSerializer,
    NoteSerializer,
    ReasonSerializer,
    ReclassifySerializer,
    ReplySerializer,
    ResolveSerializer,
    TicketFilter,
    TicketHistorySerializer,
    TicketSerializer,
    WaitSerializer,
)
from api.views.base import ApiView, ApiViewSet, narrowed, read
from api.views.law import LawActions
from api.views.letters import LetterActions, brought
from api.views.once import once
from api.views.spam import SpamActions
from core.clock import database_now
from customers.models import Customer
from tickets.models import Ticket, TicketHistory
from tickets.services.escalation import escalating
from tickets.services.handling import closing, facts, work
from tickets.services.outward import replies


@extend_schema_view(list=extend_schema(parameters=[TicketFilter]))
class TicketViewSet(LawActions, LetterActions, SpamActions, ListModelMixin, RetrieveModelMixin, ApiViewSet[Ticket]):
    serializer_class = TicketSerializer
    filter_class = TicketFilter

    def keyset(self) -> tuple[str, ...]:
        return ("-last_message_at", "-id") if self.asked()["order"] == "updated" else ("-id",)

    def get_queryset(self) -> QuerySet[Ticket]:
        rows = reading.tickets(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Ticket]) -> QuerySet[Ticket]:
        asked = self.asked()
        rows = rows.filter(**narrowed(asked, ["status", "team", "owner", "query_type", "channel"]))
        if "customer" in asked:
            same = Customer.objects.visible_to(self.actor).filter(pk=asked["customer"]).values("root_id")
            rows = rows.filter(customer__root_id__in=same)
        return rows.filter(reference=asked["reference"].upper()) if "reference" in asked else rows

    @extend_schema(request=ReplySerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def reply(self, request: Request, pk: str) -> Response:
        """Answer the customer; the answer and its dispatch are stored together."""
        given = read(ReplySerializer, request.data)
        message = replies.reply(
            int(pk),
            actor=self.actor,
            text=given["text"],
            now=database_now(),
            undo=timedelta(seconds=given["undo_seconds"]),
            then=given["then"],
            version=given.get("version"),
            seen=given.get("seen"),
            to=given.get("to", ()),
            cc=given.get("cc"),
            file_ids=brought(given.get("attachments", []), self.actor),
        )
        return Response(MessageSerializer(message).data, status=HTTP_201_CREATED)

    @extend_schema(request=NoteSerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def note(self, request: Request, pk: str) -> Response:
        """Write something that only the staff reads."""
        given = read(NoteSerializer, request.data)
        message = replies.note(int(pk), actor=self.actor, text=given["text"], now=database_now())
        return Response(MessageSerializer(message).data, status=HTTP_201_CREATED)

    @extend_schema(request=AssignSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def assign(self, request: Request, pk: str) -> Response:
        """Give the ticket to a person, a team, or both."""
        given = read(AssignSerializer, request.data)
        ticket = work.assign(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=ReclassifySerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def reclassify(self, request: Request, pk: str) -> Response:
        """Say what the ticket is about and how urgent it is."""
        given = {"priority": "", **read(ReclassifySerializer, request.data)}
        given["priority"] = given["priority"] or given["query_type"].priority
        ticket = work.classify(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=FactsSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def facts(self, request: Request, pk: str) -> Response:
        """Write down what is known of the case beyond its words; its clocks follow what rules and laws say of it."""
        given = read(FactsSerializer, request.data)
        ticket = facts.describe(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=EscalateSerializer, responses={201: EscalationSerializer})
    @action(detail=True, methods=["post"])
    @once
    def escalate(self, request: Request, pk: str) -> Response:
        """Ask for help; whoever is told has half an hour to answer, then it goes one level up."""
        given = read(EscalateSerializer, request.data)
        escalation = escalating.escalate(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(EscalationSerializer(escalation).data, status=HTTP_201_CREATED)

    @extend_schema(request=ResolveSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def resolve(self, request: Request, pk: str) -> Response:
        """The matter is settled and the customer told."""
        given = read(ResolveSerializer, request.data)
        ticket = work.resolve(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=WaitSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def wait(self, request: Request, pk: str) -> Response:
        """Say whom the ticket waits for."""
        given = read(WaitSerializer, request.data)
        ticket = work.wait(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=ChangeSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def close(self, request: Request, pk: str) -> Response:
        """The matter is over; what is missing for that is said in one sentence each."""
        given = read(ChangeSerializer, request.data)
        ticket = closing.close(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)

    @extend_schema(request=ReasonSerializer, responses={200: TicketSerializer})
    @action(detail=True, methods=["post"])
    @once
    def reopen(self, request: Request, pk: str) -> Response:
        """Take a resolved or closed ticket up again."""
        given = read(ReasonSerializer, request.data)
        ticket = work.reopen(int(pk), actor=self.actor, now=database_now(), **given)
        return Response(TicketSerializer(ticket).data)


class TicketHistoryView(ApiView[TicketHistory], ListAPIView[TicketHistory]):
    """Every change of a ticket, in the order they were made."""

    serializer_class = TicketHistorySerializer

    def keyset(self) -> tuple[str, ...]:
        return ("at", "id")

    def get_queryset(self) -> QuerySet[TicketHistory]:
        self.asked()
        ticket = get_object_or_404(Ticket.objects.visible_to(self.actor).only("pk"), pk=self.kwargs["pk"])
        return ticket.history.all()
