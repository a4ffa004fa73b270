"""Who is asking, and in which language they read."""

from collections.abc import Callable

from django.conf import settings
from django.db.models import prefetch_related_objects
from django.http import HttpRequest, HttpResponse
from django.utils import translation

from core.actor import ANONYMOUS, Actor
from staff.models import User
from web.requests import PageRequest


class ActorMiddleware:
    """Sets request.actor. A visitor without a session costs no statement, one of the staff costs three."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: PageRequest) -> HttpResponse:
        request.actor = self._actor(request)
        return self.get_response(request)

    def _actor(self, request: PageRequest) -> Actor:
        if settings.SESSION_COOKIE_NAME not in request.COOKIES or not isinstance(request.user, User):
            return ANONYMOUS
        prefetch_related_objects([request.user], "teams")
        if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
            self._speak(request, request.user.language)
        return request.user.actor()

    def _speak(self, request: PageRequest, language: str) -> None:
        if translation.check_for_language(language):
            translation.activate(language)
            request.LANGUAGE_CODE = translation.get_language()
