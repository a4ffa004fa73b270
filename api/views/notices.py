from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework.decorators import action
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers.escalations import NoticeFilter, NoticeSerializer
from api.serializers.strict import NoBody
from api.views.base import ApiViewSet, read
from api.views.once import once
from core.clock import database_now
from notices.models import Notice
from notices.services import telling


@extend_schema_view(list=extend_schema(parameters=[NoticeFilter]))
class NoticeViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Notice]):
    """What the caller has been told by now."""

    serializer_class = NoticeSerializer
    filter_class = NoticeFilter

    def get_queryset(self) -> QuerySet[Notice]:
        rows = Notice.objects.visible_to(self.actor).filter(due_at__lte=database_now())
        unread = self.asked().get("unread") if self.action == "list" else None
        return rows if unread is None else rows.filter(read_at__isnull=unread == "true")

    @extend_schema(request=NoBody, responses={200: NoticeSerializer})
    @action(detail=True, methods=["post"])
    @once
    def read(self, request: Request, pk: str) -> Response:
        """Mark it as read, with what is bundled behind it."""
        read(NoBody, request.data)
        telling.read([self.get_object().pk], user_id=self.actor.id or 0, now=database_now())
        return Response(NoticeSerializer(self.get_object()).data)
