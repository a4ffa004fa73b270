"""Who is calling: a program with its token. People come with their session, which DRF knows already."""

from typing import cast

from django.utils.translation import gettext as _
from rest_framework.authentication import BaseAuthentication
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from core.actor import Actor
from staff.models import ApiToken, User, token_digest


class ApiRequest(Request):
    """A request whose caller is known; the session's actor was set by web.middleware.ActorMiddleware."""

    actor: Actor


class BearerAuthentication(BaseAuthentication):
    """`Authorization: Bearer <token>`. The program acts under its own name with the rights of its user."""

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        scheme, _space, key = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        valid = ApiToken.objects.select_related("user").filter(revoked_at=None, user__is_active=True)
        token = valid.filter(digest=token_digest(key.strip())).first()
        if token is None:
            raise AuthenticationFailed(_("This token is unknown or was revoked. An administrator can issue a new one."))
        cast(ApiRequest, request).actor = token.actor()
        return token.user, token

    def authenticate_header(self, _request: Request) -> str:
        return 'Bearer realm="Tanggap"'
