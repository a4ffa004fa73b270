"""Files that came or went with messages: always as a download, never opened inside our pages (threats.md H08)."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from files.services import store
from tickets.models import Attachment
from web.requests import PageRequest


@require_safe
@never_cache
def attachment(request: PageRequest, pk: int) -> HttpResponse:
    """The bytes of one attachment, for whoever may read its message; for everybody else there is no such file.

    403 with the reason where it is harmful, a program, or still being checked.
    """
    found = get_object_or_404(Attachment.objects.visible_to(request.actor).select_related("file"), pk=pk)
    if found.refusal:
        return render(request, "web/file_refused.html", {"name": found.name, "reason": found.refusal}, status=403)
    response = HttpResponse(store.read(found.file), content_type=found.file.content_type)
    disposition = content_disposition_header(as_attachment=True, filename=found.name)
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; frame-ancestors 'none'; sandbox"
    return response
