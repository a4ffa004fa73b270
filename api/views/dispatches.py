from datetime import timedelta

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api import reading
from api.serializers.messages import MessageSerializer
from api.serializers.strict import NoBody
from api.serializers.traffic import CorrectionSerializer, DispatchFilter, DispatchSerializer, OtherWaySerializer
from api.views.base import ApiViewSet, narrowed, read
from api.views.once import once
from channels_out.models import Dispatch
from channels_out.services.outbox import Recipient
from core.clock import database_now
from tickets.models import Message
from tickets.services.outward import failures, resending
from tickets.services.outward.resending import Correction


@extend_schema_view(list=extend_schema(parameters=[DispatchFilter]))
class DispatchViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Dispatch]):
    serializer_class = DispatchSerializer
    filter_class = DispatchFilter

    def get_queryset(self) -> QuerySet[Dispatch]:
        rows = reading.dispatches(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Dispatch]) -> QuerySet[Dispatch]:
        return rows.filter(**narrowed(self.asked(), ["state", "channel"]))

    @extend_schema(request=NoBody, responses={200: DispatchSerializer})
    @action(detail=True, methods=["post"])
    @once
    def retry(self, request: Request, pk: str) -> Response:
        """Send a message that failed once more."""
        read(NoBody, request.data)
        failures.try_again(int(pk), actor=self.actor, now=database_now())
        return Response(DispatchSerializer(self.get_object()).data)

    @extend_schema(request=CorrectionSerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def edit(self, request: Request, pk: str) -> Response:
        """Send a message that failed once more as a new one, corrected; the failed one names its successor."""
        given = read(CorrectionSerializer, request.data)
        to, cc = ([Recipient(each) for each in given[name]] if name in given else None for name in ("to", "cc"))
        left = given.get("attachments")
        files = None if left is None else reading.files_of(int(pk), left, actor=self.actor)
        correction = Correction(to=to, cc=cc, subject=given.get("subject"), text=given.get("text"), files=files)
        undo = timedelta(seconds=given["undo_seconds"])
        message = resending.edit_and_resend(
            int(pk), actor=self.actor, correction=correction, now=database_now(), undo=undo
        )
        return self._stored(message)

    @extend_schema(request=OtherWaySerializer, responses={201: MessageSerializer})
    @action(detail=True, methods=["post"])
    @once
    def other_channel(self, request: Request, pk: str) -> Response:
        """Send a message that failed by another mailbox, or to another address of the customer."""
        given = read(OtherWaySerializer, request.data)
        way = {"channel_id": given["channel"], "address": given["address"]}
        return self._stored(resending.send_by_other_channel(int(pk), actor=self.actor, now=database_now(), **way))

    @extend_schema(request=NoBody, responses={200: DispatchSerializer})
    @action(detail=True, methods=["post"])
    @once
    def cancel(self, request: Request, pk: str) -> Response:
        """Stop a message that waits; it then counts as failed."""
        read(NoBody, request.data)
        resending.cancel(int(pk), actor=self.actor, now=database_now())
        return Response(DispatchSerializer(self.get_object()).data)

    def _stored(self, message: Message) -> Response:
        return Response(MessageSerializer(message).data, status=HTTP_201_CREATED)
