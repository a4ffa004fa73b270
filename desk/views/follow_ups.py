"""Follow-ups: the list, one of them with its script, and what came of it."""

from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import now
from core.errors import DomainError
from desk.call_lists import busy
from desk.follow_up_forms import HandOverForm, MoveForm, NotReachedForm, ReachedForm
from desk.follow_ups import STATES, WHOSE, Choice, Row, follow_up_page, one
from desk.keys import KEYS
from desk.pages import field_of, leaders_page, staff_page, status_of
from tickets.models import FollowUp
from tickets.services.promises import follow_ups, moving, reaching
from web.requests import PageRequest

DEEDS: dict[str, Callable[..., FollowUp]] = {
    "reached": reaching.reached,
    "not-reached": reaching.not_reached,
    "move": moving.move,
    "hand-over": follow_ups.hand_over,
}


@require_safe
@staff_page
def overview(request: PageRequest) -> HttpResponse:
    moment = now()
    page = follow_up_page(Choice.read(request.GET.dict()), actor=request.actor, now=moment)
    loads = busy(request.actor, now=moment)
    context = {"page": page, "whose": WHOSE, "states": STATES, "loads": loads, "now": moment, "keys": KEYS}
    return render(request, "desk/follow_ups.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def follow_up(request: PageRequest, pk: int) -> HttpResponse:
    """One follow-up; what is posted says by `deed` what was done."""
    row = _row(request, pk)
    deed = request.POST.get("deed", "")
    filled = _forms(row, request, deed)
    if deed not in DEEDS:
        return _page(request, row, filled, status=200 if request.method != "POST" else 422)
    form = filled[deed]
    if not form.is_valid():
        return _page(request, row, filled, status=422)
    try:
        done = DEEDS[deed](pk, actor=request.actor, now=now(), **form.cleaned_data)
    except DomainError as refused:
        form.add_error(field_of(refused, form), refused.message)
        if not row.may_act:  # then no form is shown that could say it
            messages.error(request, refused.message)
        return _page(request, row, filled, status=status_of(refused))
    messages.success(request, _said(done))
    return redirect("desk:follow-ups") if done.is_done else redirect("desk:follow-up", pk)


@require_POST
@leaders_page
def write_instead(request: PageRequest) -> HttpResponse:
    """More calls than people to make them: the chosen apologies are written."""
    chosen = [int(each) for each in request.POST.getlist("follow_up") if each.isdecimal()][:200]
    written, refused = reaching.write_instead(chosen, actor=request.actor, now=now())
    messages.success(request, _("%(count)d apologies are being sent in writing.") % {"count": written})
    for sentence in dict.fromkeys(refused):
        messages.warning(request, sentence)
    return redirect(f"{request.path.removesuffix('write/')}?whose=team")


def _row(request: PageRequest, pk: int) -> Row:
    try:
        return one(pk, actor=request.actor, now=now())
    except FollowUp.DoesNotExist as missing:
        raise Http404 from missing


def _forms(row: Row, request: HttpRequest, deed: str) -> dict[str, forms.Form]:
    """All that may be filled in; the one that was sent holds what was typed."""
    data = {name: request.POST if name == deed else None for name in DEEDS}
    return {
        "reached": ReachedForm(data["reached"], follow_up=row.follow_up),
        "not-reached": NotReachedForm(data["not-reached"]),
        "move": MoveForm(data["move"], follow_up=row.follow_up),
        "hand-over": HandOverForm(data["hand-over"]),
    }


def _page(request: PageRequest, row: Row, filled: dict[str, forms.Form], *, status: int) -> HttpResponse:
    context = {
        "row": row,
        "reached": filled["reached"],
        "not_reached": filled["not-reached"],
        "move": filled["move"],
        "hand_over": filled["hand-over"],
        "tries": row.follow_up.tries.select_related("made_by"),
        "now": now(),
        "keys": KEYS,
    }
    return render(request, "desk/follow_up.html", context, status=status)


def _said(done: FollowUp) -> str:
    if done.outcome == FollowUp.Outcome.NOT_SATISFIED:
        return _("Noted. The ticket is open again and its lead knows.")
    if done.outcome == FollowUp.Outcome.UNREACHABLE:
        return _("Noted. The customer gets it in writing.") if done.written_in_id else _("Noted: not reached.")
    return _("Done. The history knows.") if done.is_done else _("Saved.")
