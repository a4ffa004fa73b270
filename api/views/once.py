"""The Idempotency-Key header: a POST that is sent again makes its change once."""

import hashlib
import json
from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from django.core.files.uploadedfile import UploadedFile
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.renderers import JSONRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.services import idempotency
from api.services.idempotency import Answer, Keyed
from core.clock import database_now
from core.errors import Invalid
from staff.models import User

HEADER = "Idempotency-Key"
LONGEST_KEY = 255
Handler = Callable[..., Response]


def once(handler: Handler) -> Handler:
    """Wraps a view's POST handler; without the header it changes nothing."""

    @wraps(handler)
    def keyed(view: Any, request: Request, *args: Any, **kwargs: Any) -> Response:
        key = request.headers.get(HEADER)
        if key is None:
            return handler(view, request, *args, **kwargs)
        made: list[Response] = []

        def work() -> Answer:
            made.append(handler(view, request, *args, **kwargs))
            return Answer(made[0].status_code, JSONRenderer().render(made[0].data).decode())

        answer = idempotency.once(_keyed(request, key), work, now=database_now())
        if not answer.repeated:
            return made[0]
        return Response(json.loads(answer.body), status=answer.status, headers={"Idempotency-Replayed": "true"})

    return keyed


def _keyed(request: Request, key: str) -> Keyed:
    if not 0 < len(key) <= LONGEST_KEY or not key.isascii() or not key.isprintable():
        sentence = _("An Idempotency-Key has 1 to %(most)s printable ASCII characters.") % {"most": LONGEST_KEY}
        raise Invalid(sentence, field=HEADER)
    operation = f"{request.method} {request.path.rstrip('/')}"
    return Keyed(cast(User, request.user).pk, key, operation[:300], _digest(request.data))


def _digest(data: Any) -> str:
    """Of what was sent, however it was spelled: key order, spaces and multipart boundaries make no difference."""
    if isinstance(data, QueryDict):
        parts: Any = sorted((name, _part(value)) for name, values in data.lists() for value in values)
    else:
        parts = data
    return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def _part(value: Any) -> str:
    if not isinstance(value, UploadedFile):
        return str(value)
    content = hashlib.sha256()
    for chunk in value.chunks():
        content.update(chunk)
    value.seek(0)
    return f"{value.name} {content.hexdigest()}"
