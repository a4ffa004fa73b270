"""Errors as programs read them: problem details (RFC 9457)."""

from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

from django.core.exceptions import ObjectDoesNotExist, PermissionDenied
from django.db import OperationalError
from django.http import Http404
from django.utils.translation import gettext as _
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response

from api.services.idempotency import KeyReused, StillRunning
from api.services.uploads import TooMuch
from core.errors import Conflict, CouldNotStore, DomainError, Invalid, NotAllowed
from tickets.services.outward.seen import NewerMessage

CONTENT_TYPE = "application/problem+json"
RETRY_SECONDS = "5"
TOO_MUCH_SECONDS = "3600"
STATUSES: dict[type[DomainError], HTTPStatus] = {
    NotAllowed: HTTPStatus.FORBIDDEN,
    Conflict: HTTPStatus.CONFLICT,
    StillRunning: HTTPStatus.CONFLICT,
    KeyReused: HTTPStatus.UNPROCESSABLE_ENTITY,
    CouldNotStore: HTTPStatus.SERVICE_UNAVAILABLE,
    TooMuch: HTTPStatus.TOO_MANY_REQUESTS,
}


@dataclass(slots=True)
class Problem:
    """What went wrong. code: stable, for programs. more: members beyond those of the RFC."""

    status: HTTPStatus
    code: str
    detail: str
    more: dict[str, Any] = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def response(self) -> Response:
        body = {"type": "about:blank", "title": self.status.phrase, "status": self.status.value, "detail": self.detail}
        body |= {"code": self.code} | self.more
        return Response(body, status=self.status.value, headers=self.headers, content_type=CONTENT_TYPE)


def problem_details(raised: Exception, _context: dict[str, Any]) -> Response | None:
    """REST_FRAMEWORK's EXCEPTION_HANDLER; None lets what nobody expected become a 500."""
    problem = _problem(raised)
    return problem.response() if problem else None


def _problem(raised: Exception) -> Problem | None:
    if isinstance(raised, DomainError):
        return _domain(raised)
    if isinstance(raised, Http404 | ObjectDoesNotExist):
        return Problem(HTTPStatus.NOT_FOUND, "not_found", _("It does not exist, or you may not see it."))
    if isinstance(raised, PermissionDenied):
        return Problem(HTTPStatus.FORBIDDEN, "not_allowed", str(raised) or _("You may not do this."))
    if isinstance(raised, OperationalError):
        detail = _("The database is busy or away. Nothing was changed; try again in a moment.")
        return Problem(HTTPStatus.SERVICE_UNAVAILABLE, "database", detail, headers={"Retry-After": RETRY_SECONDS})
    return _from_framework(raised) if isinstance(raised, APIException) else None


def _domain(raised: DomainError) -> Problem:
    found = (STATUSES[kind] for kind in type(raised).__mro__ if kind in STATUSES)
    problem = Problem(next(found, HTTPStatus.BAD_REQUEST), raised.code, raised.message)
    if isinstance(raised, Conflict):
        problem.more = {"current": raised.current}
        problem.more |= {"newer": raised.newer} if isinstance(raised, NewerMessage) else {}
    elif isinstance(raised, Invalid) and raised.field:
        problem.more = {"errors": {raised.field: [raised.message]}}
    elif isinstance(raised, CouldNotStore | TooMuch):
        problem.headers = {"Retry-After": RETRY_SECONDS if isinstance(raised, CouldNotStore) else TOO_MUCH_SECONDS}
    return problem


def _from_framework(raised: APIException) -> Problem:
    status = HTTPStatus(raised.status_code)
    if isinstance(raised, ValidationError):
        errors = per_field(raised.detail)
        return Problem(status, "invalid", _("Some of what was sent cannot be used; see errors."), {"errors": errors})
    headers = {}
    if challenge := getattr(raised, "auth_header", None):
        headers["WWW-Authenticate"] = str(challenge)
    return Problem(status, str(raised.default_code), str(raised.detail), headers=headers)


def per_field(detail: Any, path: str = "") -> dict[str, list[str]]:
    """DRF's nested error lists as one list of sentences per field; inner fields are named like `attachments.0.name`."""
    if isinstance(detail, dict):
        pairs = [(str(name), inner) for name, inner in detail.items()]
    elif isinstance(detail, list) and any(isinstance(inner, dict) for inner in detail):
        pairs = [(str(position), inner) for position, inner in enumerate(detail)]
    else:
        sentences = detail if isinstance(detail, list) else [detail]
        return {path or "non_field_errors": [str(sentence) for sentence in sentences]}
    errors: dict[str, list[str]] = {}
    for name, inner in pairs:
        if inner:
            errors |= per_field(inner, f"{path}.{name}" if path else name)
    return errors
