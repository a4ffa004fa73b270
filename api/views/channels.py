from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.mixins import ListModelMixin, RetrieveModelMixin
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.status import HTTP_201_CREATED

from api.serializers.channels import ChangeChannelSerializer, ChannelSerializer, NewChannelSerializer, changes_of
from api.views.base import ApiViewSet, read
from api.views.once import once
from channels_in.health import health_of
from channels_in.services import polling
from core.clock import database_now
from policies.models import Channel
from policies.services import channels


class ChannelViewSet(ListModelMixin, RetrieveModelMixin, ApiViewSet[Channel]):
    serializer_class = ChannelSerializer

    def keyset(self) -> tuple[str, ...]:
        return ("id",)

    def get_queryset(self) -> QuerySet[Channel]:
        if self.action == "list":
            self.asked()
        return Channel.objects.visible_to(self.actor)

    def list(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        page = self.paginate_queryset(self.get_queryset())
        assert page is not None
        context = {**self.get_serializer_context(), "health": health_of(page)}
        return self.get_paginated_response(ChannelSerializer(page, many=True, context=context).data)

    @extend_schema(request=NewChannelSerializer, responses={201: ChannelSerializer})
    @once
    def create(self, request: Request) -> Response:
        """Add a channel; only administrators may."""
        given = read(NewChannelSerializer, request.data)
        made = channels.create(given["kind"], changes_of(given), actor=self.actor, now=database_now())
        if given.get("state"):
            channels.set_state(made.pk, given["state"], actor=self.actor, now=database_now())
        return Response(self._shown(made.pk), status=HTTP_201_CREATED)

    @extend_schema(request=ChangeChannelSerializer, responses={200: ChannelSerializer})
    def partial_update(self, request: Request, pk: str) -> Response:
        """Change what is named, pause it or let it work again; only administrators may."""
        given = read(ChangeChannelSerializer, request.data)
        with transaction.atomic():
            channels.change(int(pk), changes_of(given), actor=self.actor, now=database_now())
            if given.get("state"):
                channels.set_state(int(pk), given["state"], actor=self.actor, now=database_now())
        polling.poll_soon(int(pk), now=database_now())
        return Response(self._shown(int(pk)))

    def _shown(self, pk: int) -> dict[str, Any]:
        return dict(ChannelSerializer(self.get_queryset().get(pk=pk)).data)
