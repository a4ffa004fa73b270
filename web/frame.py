"""A mail as it looked, in a frame of its own: no script, no request, no way out (threats.md H03)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin
from django.views.decorators.http import require_safe

from tickets.models import Message
from web.requests import PageRequest

POLICY = (
    "default-src 'none'; img-src data:; style-src 'self'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'self'; sandbox"
)


@require_safe
@never_cache
@xframe_options_sameorigin
def message_body(request: PageRequest, pk: int) -> HttpResponse:
    """The whole of one message: its sanitised HTML where it has any, else all of its text, quoted parts included."""
    message = get_object_or_404(Message.objects.visible_to(request.actor), pk=pk)
    response = render(request, "web/message_body.html", {"message": message})
    response["Content-Security-Policy"] = POLICY
    response["Referrer-Policy"] = "no-referrer"
    return response
