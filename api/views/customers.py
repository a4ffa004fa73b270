from typing import cast

from django.db.models import F, QuerySet
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiParameter, extend_schema, extend_schema_view
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response

from api import reading
from api.pagination import Cursor, link, page_size, read_cursor
from api.serializers.customers import (
    CustomerFilter,
    CustomerSerializer,
    TimelineEntrySerializer,
    TimelineFilter,
    TimelinePageSerializer,
)
from api.views.base import ApiView, ApiViewSet
from customers.models import Customer, Identity
from tickets.models import TimelineEntry
from tickets.timeline import Position, customer_ids_of, timeline_page


@extend_schema_view(list=extend_schema(parameters=[CustomerFilter]))
class CustomerViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Customer]):
    """Customers; the list shows each person once, as the root of all that were merged into it."""

    serializer_class = CustomerSerializer
    filter_class = CustomerFilter

    def get_queryset(self) -> QuerySet[Customer]:
        rows = reading.customers(self.actor)
        return self._asked_for(rows) if self.action == "list" else rows

    def _asked_for(self, rows: QuerySet[Customer]) -> QuerySet[Customer]:
        identity = self.asked().get("identity")
        if identity is None:
            return rows.filter(root_id=F("pk"))
        kind, value = identity
        return rows.filter(pk__in=Identity.objects.filter(kind=kind, value=value).values("customer__root_id"))


class CustomerTimelineView(ApiView[TimelineEntry]):
    """Everything that happened with a customer, on all channels and tickets, the newest first."""

    serializer_class = TimelinePageSerializer
    filter_class = TimelineFilter

    def keyset(self) -> tuple[str, ...]:
        return ("-at", "-id")

    @extend_schema(
        parameters=[TimelineFilter, OpenApiParameter("cursor", str), OpenApiParameter("page_size", int)],
        responses={200: TimelinePageSerializer},
    )
    def get(self, request: Request, pk: str) -> Response:
        asked = self.asked()
        seen = read_cursor(request, self.keyset(), TimelineEntry)
        customer = get_object_or_404(Customer.objects.visible_to(self.actor), pk=pk)
        page = timeline_page(
            self.actor,
            customer_ids=customer_ids_of(customer),
            before=cast(Position, seen.values) if seen else None,
            kinds=asked.get("kind", ()),
            limit=page_size(request),
        )
        following = Cursor(self.keyset(), page.older) if page.older else None
        lines = TimelineEntrySerializer(page.entries, many=True).data
        return Response({"results": lines, "next": link(request, following), "previous": None, "hidden": page.hidden})
