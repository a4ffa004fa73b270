"""How the API describes itself in OpenAPI: our token, our errors, our Idempotency-Key."""

from typing import Any

from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers

from api.problems import CONTENT_TYPE

IDEMPOTENCY_KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description=(
        "Drawn by the caller for each change, up to 255 characters. The same request again within a day gets the "
        "first answer, with `Idempotency-Replayed: true`; another request with the same key is refused with 422, and "
        "one that comes while the first is running with 409."
    ),
)
PROBLEMS = {
    400: "Something that was sent cannot be used; `errors` says what.",
    401: "No token, or one that no longer holds.",
    403: "May be seen, but not changed by this caller.",
    404: "Does not exist, or may not be seen by this caller.",
    409: "Somebody was faster: `current` is the version that now holds. Or the Idempotency-Key is still in use.",
    413: "A file is too large.",
    415: "The body is of a kind that is not read here.",
    422: "The Idempotency-Key was used for another request.",
    503: "Nothing was kept; try again in a moment.",
}
OF_EVERY_REQUEST = (401, 503)
OF_CHANGES = (400, 403, 409, 415, 422)


class ProblemSerializer(serializers.Serializer[Any]):
    """Problem details (RFC 9457). `code` is stable, `detail` is a sentence in the language asked for."""

    type = serializers.CharField()
    title = serializers.CharField()
    status = serializers.IntegerField()
    detail = serializers.CharField()
    code = serializers.CharField()
    errors = serializers.DictField(child=serializers.ListField(child=serializers.CharField()), required=False)  # type: ignore[assignment]
    current = serializers.IntegerField(required=False, help_text="The version that now holds (409 only).")


class TokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.BearerAuthentication"
    name = "token"

    def get_security_definition(self, _auto_schema: AutoSchema) -> dict[str, Any]:
        return {"type": "http", "scheme": "bearer", "description": "An API token issued by an administrator."}


class ApiSchema(AutoSchema):
    """Each operation with the problems it may answer with."""

    def get_override_parameters(self) -> list[Any]:
        given = list(super().get_override_parameters())
        number = [OpenApiParameter("id", int, OpenApiParameter.PATH)] if "{id}" in self.path else []
        return [*given, *number, *([IDEMPOTENCY_KEY] if self.method == "POST" else [])]

    def get_operation(self, *args: Any, **kwargs: Any) -> dict[str, Any] | None:
        operation: dict[str, Any] | None = super().get_operation(*args, **kwargs)
        if operation:
            problem = {"schema": self.resolve_serializer(ProblemSerializer, "response").ref}
            for status in self._problems():
                content = {CONTENT_TYPE: problem}
                operation["responses"][str(status)] = {"content": content, "description": PROBLEMS[status]}
        return operation

    def _problems(self) -> list[int]:
        found = set(OF_EVERY_REQUEST)
        if self.method == "POST":
            found |= set(OF_CHANGES)
        elif self._is_list_view():
            found.add(400)
        if "{" in self.path:
            found.add(404)
        return sorted(found)
