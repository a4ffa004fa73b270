"""Pictures in the frame of a mail, at signed addresses: the frame is nobody, it has no cookies to show who looks.

Each is drawn anew by us, whatever it came as. The address holds who was shown the mail; their right is asked again.
"""

from dataclasses import dataclass

from django.core import signing
from django.http import Http404, HttpResponse
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from core.actor import Actor
from core.clock import now
from files.pictures import NotAPicture, Redrawn, redrawn
from files.services import store
from staff.models import User
from tickets.models import Attachment, Picture
from tickets.services.inward import pictures
from web.mail_body import host_of
from web.requests import PageRequest

SALT = "web.pictures"
GOOD_FOR = 12 * 3600  # seconds: a frame stays open that long
OWN, ELSEWHERE = "own", "elsewhere"
LARGEST = 30 * 1024 * 1024
LOCKED_AWAY = "default-src 'none'; frame-ancestors 'none'; sandbox"


def picture_address(kind: str, pk: int, *, actor: Actor) -> str:
    """Where this actor, and only as long as they may read the message, sees the picture."""
    token = signing.dumps([kind, pk, actor.id, translation.get_language()], salt=SALT)
    return reverse("web:picture", args=[token])


@dataclass(frozen=True, slots=True)
class Asked:
    """What a signed address asks for. language: of the page that the frame stands in."""

    kind: str
    pk: int
    actor: Actor
    language: str


@require_safe
def picture(_request: PageRequest, token: str) -> HttpResponse:
    """The picture, or another one which says that it cannot be shown."""
    asked = _read(token)
    response = _own(asked) if asked.kind == OWN else _elsewhere(asked)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = LOCKED_AWAY
    response["Referrer-Policy"] = "no-referrer"
    return response


def _read(token: str) -> Asked:
    try:
        kind, pk, user_id, language = signing.loads(token, salt=SALT, max_age=GOOD_FOR)
    except signing.BadSignature as forged:
        raise Http404 from forged
    user = User.objects.filter(pk=user_id, is_active=True).prefetch_related("teams").first()
    if user is None:
        raise Http404
    return Asked(kind, pk, user.actor(), language)


def _own(asked: Asked) -> HttpResponse:
    """One that came with the mail."""
    found = Attachment.objects.visible_to(asked.actor).select_related("file").filter(pk=asked.pk).first()
    if found is None:
        raise Http404
    if found.refusal or found.file.size > LARGEST:
        return _missing(asked)
    try:
        return _drawn(redrawn(store.read(found.file)))
    except NotAPicture:
        return _missing(asked)


def _elsewhere(asked: Asked) -> HttpResponse:
    """One that was asked for: fetched now, unless somebody looked at it before."""
    found = Picture.objects.visible_to(asked.actor).select_related("file").filter(pk=asked.pk).first()
    if found is None:
        raise Http404
    found = pictures.brought(found, now=now())
    if found.file is None:
        return _missing(asked, host=host_of(found.address))
    return _drawn(Redrawn(store.read(found.file), found.file.content_type))  # by us, so no scanner need say anything


def _drawn(picture: Redrawn) -> HttpResponse:
    response = HttpResponse(picture.content, content_type=picture.content_type)
    response["Cache-Control"] = "private, max-age=3600"
    return response


def _missing(asked: Asked, *, host: str = "") -> HttpResponse:
    with translation.override(asked.language):
        words = _("This picture cannot be shown.")
    drawing = render_to_string("web/no_picture.svg", {"words": words, "host": host})
    return HttpResponse(drawing, content_type="image/svg+xml", status=404)
