"""What all views of the API share."""

from collections.abc import Iterable, Sequence
from typing import Any, TypeVar, cast

from django.db.models import Model
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.generics import GenericAPIView
from rest_framework.negotiation import BaseContentNegotiation, DefaultContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView
from rest_framework.viewsets import GenericViewSet

from api.authentication import ApiRequest
from api.schema import ApiSchema
from api.serializers.strict import ListFilter, StrictSerializer
from core.actor import Actor

Row = TypeVar("Row", bound=Model)


class JsonAlways(BaseContentNegotiation):
    """Answers and errors are JSON, files are what they are, whatever Accept says: a refusal would help nobody."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> BaseParser | None:
        return DefaultContentNegotiation().select_parser(request, parsers)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        first = next(iter(renderers))
        return first, first.media_type


class ApiView(GenericAPIView[Row]):
    """A view of rows. filter_class: what its list may be asked; newest_first unless keyset says otherwise."""

    schema = ApiSchema()
    metadata_class = None
    content_negotiation_class = JsonAlways
    filter_class: type[ListFilter] = ListFilter

    @property
    def actor(self) -> Actor:
        return cast(ApiRequest, self.request).actor

    def keyset(self) -> tuple[str, ...]:
        """The columns of the list's order; see api.pagination."""
        return ("-id",)

    def asked(self) -> dict[str, Any]:
        """What the list was asked for, checked."""
        return read(self.filter_class, self.request.query_params)

    def finalize_response(self, request: Request, response: Response, *args: Any, **kwargs: Any) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        return super().finalize_response(request, response, *args, **kwargs)


class ApiViewSet(ApiView[Row], GenericViewSet[Row]):
    """Several operations on one kind of row, named by its number."""

    lookup_value_regex = "[0-9]+"


def read(kind: type[StrictSerializer], data: Any) -> dict[str, Any]:
    """What was sent, checked by its serializer. Raises ValidationError."""
    given = kind(data=data)
    given.is_valid(raise_exception=True)
    return cast(dict[str, Any], given.validated_data)


def narrowed(asked: dict[str, Any], names: Sequence[str]) -> dict[str, Any]:
    """Filter arguments for those of the names that the list was asked for, any of several values each."""
    return {f"{name}__in": asked[name] for name in names if name in asked}


@extend_schema(exclude=True)
class NoSuchAddress(APIView):
    """Whatever is not an address of ours, told in the form of all our errors."""

    permission_classes = ()
    content_negotiation_class = JsonAlways

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        raise Http404
