"""For whoever watches the machines."""

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from channels_in import health
from core.clock import database_now
from helpdesk import vitals


@require_safe
@never_cache
def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: this process answers. Asks nothing else, so that a slow database gets no web process killed."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
@never_cache
def readyz(request: HttpRequest) -> JsonResponse:
    """Ready: 503 while the database does not answer or nothing has worked through the rows for a minute.

    A mailbox in trouble is told, but does not make us unready: its server is not ours.
    """
    found: dict[str, object] = {"database": vitals.database_answers(), "broker": vitals.broker_answers()}
    ready = False
    if found["database"]:
        try:
            now = database_now()
            beat = vitals.beat_age(now)
            found |= {"oldest_arrival_seconds": vitals.oldest_arrival_age(now), "beat_seconds": beat}
            found["mailboxes_failing"] = health.count_failing()
            ready = beat is not None and beat <= vitals.BEAT_STALE_SECONDS
        except DatabaseError:  # it answers, but without our tables
            found["database"] = False
    return JsonResponse({"ready": ready, **found}, status=200 if ready else 503)
