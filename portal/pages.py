"""What all pages for customers have in common: language, address book, and what happens when nothing can be kept."""

import logging
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.conf import settings
from django.db import InterfaceError, InternalError, OperationalError
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.cache import add_never_cache_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from core.errors import CouldNotStore
from portal import contacts

logger = logging.getLogger(__name__)
View = Callable[..., HttpResponse]
REFUSALS = (OperationalError, InterfaceError, InternalError, CouldNotStore)  # full, locked, read-only, gone
RETRY_SECONDS = "60"
NOT_WORDS = ("csrfmiddlewaretoken", "website", "language", "remove")


def page(view: View) -> View:
    """A page for customers.

    Its forms need no CSRF token: no session stands behind them, what opens a form is the token in its address, and
    who refuses cookies may complain too. `?language=en` changes the language and needs no cookie to be there before.
    When the database or the disk refuses, the page says so with all that was typed, and acknowledges nothing.
    """

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        wanted = request.GET.get("language", "")
        if request.method in ("GET", "HEAD") and translation.check_for_language(wanted):
            return speak(HttpResponseRedirect(request.path), wanted)
        try:
            return view(request, *args, **kwargs)
        except REFUSALS as refused:
            logger.warning("a page for customers could not store or read: %s", type(refused).__name__)
            return unavailable(request)

    return csrf_exempt(answer)


def private(view: View) -> View:
    """A page whose address is a secret: kept by no cache, found by no search engine, told to no other site."""

    @wraps(view)
    def answer(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        response = view(request, *args, **kwargs)
        add_never_cache_headers(response)
        response["Referrer-Policy"], response["X-Robots-Tag"] = "no-referrer", "noindex"
        return response

    return answer


def speak(response: HttpResponse, language: str) -> HttpResponse:
    """The same answer; from the next page on in another language."""
    if language in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            language,
            max_age=365 * 24 * 3600,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return response


def show(
    request: HttpRequest,
    template: str,
    context: dict[str, object],
    *,
    book: contacts.Contacts | None = None,
    status: int = 200,
) -> HttpResponse:
    """Render a page with the address book that stands on every page; book: the one that was read already."""
    shown = {"contacts": book or contacts.read(), "languages": settings.LANGUAGES, "demo": settings.DEMO, **context}
    return render(request, template, shown, status=status)


def unavailable(request: HttpRequest) -> HttpResponse:
    """503: nothing was kept, so all that was typed stands in the page, ready to be sent again."""
    names = {
        "text": _("What happened?"),
        "impact": _("How does it affect you?"),
        "remedy_text": _("What exactly?"),
    }
    given = {name: value for name, value in request.POST.items() if name not in NOT_WORDS and value}
    context: dict[str, object] = {
        "long_words": [(name, label, given[name]) for name, label in names.items() if name in given],
        "other_words": [(name, value) for name, value in given.items() if name not in names],
        "had_files": bool(request.FILES),
        "is_post": request.method == "POST",
    }
    response = show(request, "portal/unavailable.html", context, book=contacts.last_known(), status=503)
    response["Retry-After"] = RETRY_SECONDS
    return response


def gone(request: HttpRequest) -> HttpResponse:
    """404 for a form that is not kept any more, or never was."""
    return show(request, "portal/gone.html", {}, status=404)
