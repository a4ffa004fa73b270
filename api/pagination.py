"""Pages by keyset: a page begins after a row, not after a number of rows, so new rows neither repeat nor skip any."""

import base64
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol, cast

from django.db.models import DateTimeField, Model, Q
from django.utils.translation import gettext as _
from rest_framework.exceptions import ValidationError
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.utils.urls import replace_query_param
from rest_framework.views import APIView

PAGE_SIZE, LARGEST_PAGE = 50, 200
Key = tuple[str, ...]
Value = datetime | int


class Listing(Protocol):
    """A view that lists rows: by which columns, the last of them unique, all in one direction."""

    def keyset(self) -> Key: ...


@dataclass(frozen=True, slots=True)
class Cursor:
    """The row beside which a page lies: after it, or before it when backwards."""

    key: Key
    values: tuple[Value, ...]
    backwards: bool = False

    def write(self) -> str:
        values = [value.isoformat() if isinstance(value, datetime) else value for value in self.values]
        written = json.dumps([list(self.key), values, self.backwards], separators=(",", ":"))
        return base64.urlsafe_b64encode(written.encode()).decode().rstrip("=")


def read_cursor(request: Request, key: Key, model: type[Model]) -> Cursor | None:
    """The cursor of the address, None on the first page. Raises ValidationError where it is not one of this list."""
    given = request.query_params.get("cursor")
    if not given:
        return None
    try:
        names, raw, backwards = json.loads(base64.urlsafe_b64decode(given + "=" * (-len(given) % 4)))
        values = tuple(value if isinstance(value, int) else datetime.fromisoformat(value) for value in raw)
    except (ValueError, TypeError):
        names, values, backwards = None, (), None
    if names != list(key) or not isinstance(backwards, bool) or not _fit(values, key, model):
        raise ValidationError({"cursor": [_("This cursor does not belong to this list. Follow next and previous.")]})
    return Cursor(key, values, backwards)


def _fit(values: Sequence[Value], key: Key, model: type[Model]) -> bool:
    """Whether these can be values of the list's columns; whoever calls may have made the cursor up."""
    if len(values) != len(key):
        return False
    moments = [isinstance(model._meta.get_field(name.lstrip("-")), DateTimeField) for name in key]
    given = [isinstance(value, datetime) and value.tzinfo is not None for value in values]
    return moments == given and not any(isinstance(value, datetime) and value.tzinfo is None for value in values)


def page_size(request: Request) -> int:
    """How many rows a page has: 50, or page_size up to 200."""
    given = request.query_params.get("page_size", str(PAGE_SIZE))
    if not given.isdecimal() or int(given[:9]) < 1:
        raise ValidationError({"page_size": [_("Give a whole number from 1 to %(most)s.") % {"most": LARGEST_PAGE}]})
    return min(int(given[:9]), LARGEST_PAGE)


def link(request: Request, cursor: Cursor | None) -> str | None:
    """The address of the page that lies there."""
    return replace_query_param(request.build_absolute_uri(), "cursor", cursor.write()) if cursor else None


class KeysetPagination(BasePagination):
    """`{results, next, previous}`; next and previous are addresses."""

    def paginate_queryset(self, queryset: Any, request: Request, view: APIView | None = None) -> list[Any]:
        self.request, self.key = request, cast(Listing, view).keyset()
        size, cursor = page_size(request), read_cursor(request, self.key, queryset.model)
        backwards = cursor is not None and cursor.backwards
        if cursor:
            queryset = queryset.filter(beyond(cursor))
        rows = list(queryset.order_by(*_order(self.key, backwards=backwards))[: size + 1])
        more, rows = len(rows) > size, rows[:size]
        if backwards:
            rows.reverse()
        self.following = self._beside(rows[-1:], backwards=False) if backwards or more else None
        self.preceding = self._beside(rows[:1], backwards=True) if (more if backwards else cursor) else None
        return rows

    def _beside(self, rows: Sequence[Model], *, backwards: bool) -> Cursor | None:
        names = [name.lstrip("-") for name in self.key]
        return Cursor(self.key, tuple(getattr(rows[0], name) for name in names), backwards) if rows else None

    def get_paginated_response(self, data: Any) -> Response:
        preceding, following = link(self.request, self.preceding), link(self.request, self.following)
        return Response({"results": data, "next": following, "previous": preceding})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        address = {"type": "string", "format": "uri", "nullable": True}
        properties = {"results": schema, "next": address, "previous": address}
        return {"type": "object", "required": list(properties), "properties": properties}

    def get_schema_operation_parameters(self, _view: APIView) -> list[dict[str, Any]]:
        size = {"type": "integer", "minimum": 1, "maximum": LARGEST_PAGE, "default": PAGE_SIZE}
        return [
            {"name": "cursor", "in": "query", "required": False, "schema": {"type": "string"}},
            {"name": "page_size", "in": "query", "required": False, "schema": size},
        ]


def _order(key: Key, *, backwards: bool) -> list[str]:
    if not backwards:
        return list(key)
    return [name[1:] if name.startswith("-") else f"-{name}" for name in key]


def beyond(cursor: Cursor) -> Q:
    """The rows on the far side of the cursor's row; the first column is bounded by itself too, for its index."""
    names = [name.lstrip("-") for name in cursor.key]
    side = "lt" if cursor.key[0].startswith("-") != cursor.backwards else "gt"
    found, equal = Q(), Q()
    for name, value in zip(names, cursor.values, strict=True):
        found |= equal & Q(**{f"{name}__{side}": value})
        equal &= Q(**{name: value})
    return Q(**{f"{names[0]}__{side}e": cursor.values[0]}) & found
