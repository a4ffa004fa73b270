"""Moving the dates of open tickets after a change of rules or calendars: looked at first, then confirmed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from core.clock import now
from core.errors import DomainError
from desk.keys import KEYS
from desk.pages import leaders_page, posted, submit, tell
from desk.recalculation_page import ConfirmForm, LookForm, lines_of, scope_words
from policies.models import Calendar, QueryType
from tickets.models import Recalculation
from tickets.services.clocks import recalculating
from web.requests import PageRequest

SHOWN = 20


@require_http_methods(["GET", "HEAD", "POST"])
@leaders_page
def overview(request: PageRequest) -> HttpResponse:
    """Choose for which tickets to look, and what was recalculated before."""
    form = LookForm(posted(request), initial=_chosen(request))
    begun, status = submit(form, lambda: recalculating.look(actor=request.actor, now=now(), **form.cleaned_data))
    if begun:
        return redirect("desk:recalculation", begun.pk)
    jobs = Recalculation.objects.visible_to(request.actor).select_related("query_type", "calendar")[:SHOWN]
    language = get_language() or "id"
    context = {
        "form": form,
        "jobs": [(job, scope_words(job, language)) for job in jobs],
        "now": now(),
        "keys": KEYS,
    }
    return render(request, "desk/recalculations.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@leaders_page
def recalculation(request: PageRequest, pk: int) -> HttpResponse:
    """What would move, or moved; confirming it."""
    seen = Recalculation.objects.visible_to(request.actor).select_related("query_type", "calendar")
    job = get_object_or_404(seen, pk=pk)
    form = ConfirmForm(posted(request))
    status = 200
    if request.method == "POST":
        status = 422
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        try:
            recalculating.confirm(pk, actor=request.actor, now=now(), reason=reason)
        except DomainError as refused:
            status = tell(form, refused)
        else:
            messages.success(request, _("Confirmed. The dates move now, some at a time."))
            return redirect("desk:recalculation", pk)
    after = request.GET.get("after", "")
    lines, further = lines_of(job, actor=request.actor, after=int(after) if after.isdecimal() else 0)
    context = {
        "job": job,
        "scope": scope_words(job, get_language() or "id"),
        "lines": lines,
        "further": further,
        "form": form,
        "now": now(),
        "keys": KEYS,
    }
    if request.htmx and request.htmx.target == "recalculation-state":
        return render(request, "desk/_recalculation_state.html", context)
    return render(request, "desk/recalculation.html", context, status=status)


def _chosen(request: PageRequest) -> dict[str, object]:
    """What a page that leads here asked for: the type by its slug, the calendar by its code."""
    return {
        "query_type": QueryType.objects.filter(slug=request.GET.get("type", "")).first(),
        "calendar": Calendar.objects.filter(code=request.GET.get("calendar", "")).first(),
    }
