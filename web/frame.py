"""A mail as it looked, in a frame of its own: no script, no request to others, no way out (threats.md H03, H05)."""

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.safestring import SafeString
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_POST, require_safe

from core.actor import Actor
from core.clock import now
from core.errors import NotAllowed
from tickets.models import Message
from tickets.services.inward import pictures
from web.mail_body import shown_body
from web.pictures import ELSEWHERE, OWN, picture_address
from web.requests import PageRequest

POLICY = (
    "default-src 'none'; img-src 'self'; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@require_safe
@never_cache
@xframe_options_sameorigin
def message_body(request: PageRequest, pk: int) -> HttpResponse:
    """The whole of one message: its sanitised HTML where it has any, else all of its text, quoted parts included."""
    message = get_object_or_404(Message.objects.visible_to(request.actor), pk=pk)
    body = _body(message, request.actor) if message.html else ""
    response = render(request, "web/message_body.html", {"message": message, "body": body})
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response


@require_POST
@xframe_options_sameorigin
def show_pictures(request: PageRequest, pk: int) -> HttpResponse:
    """Ask for the pictures of other hosts; they stand in the frame that follows."""
    try:
        pictures.ask(pk, actor=request.actor, now=now())
    except (Message.DoesNotExist, NotAllowed) as missing:
        raise Http404 from missing
    return redirect("web:message-body", pk)


def _body(message: Message, actor: Actor) -> SafeString:
    """Pictures of the same message, and those of other hosts that were asked for; all from signed addresses of ours."""
    parts = {
        each.content_id: each for each in message.attachments.select_related("file").order_by("-id") if each.content_id
    }
    asked = {each.address: each for each in message.pictures.all()}

    def own(content_id: str) -> str:
        part = parts.get(content_id)
        return (
            picture_address(OWN, part.pk, actor=actor) if part and part.file.content_type.startswith("image/") else ""
        )

    def elsewhere(address: str) -> str:
        picture = asked.get(address)
        return picture_address(ELSEWHERE, picture.pk, actor=actor) if picture and not picture.trouble else ""

    return shown_body(message.html, own=own, elsewhere=elsewhere)
