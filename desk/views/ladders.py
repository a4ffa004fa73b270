"""Ladders: everybody of the staff reads them, administrators change their steps."""

from django.contrib import messages
from django.db.models import Count
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import now
from core.errors import DomainError
from desk import ladder_words
from desk.ladder_forms import LadderForm, StepForm, known_step
from desk.pages import posted, staff_page, submit
from desk.views.rule_frame import frame
from policies.models import Ladder, LadderStep
from policies.services import ladders, publishing
from policies.services.checks import reaches_nobody
from web.requests import PageRequest


@require_safe
@staff_page
def overview(request: PageRequest) -> HttpResponse:
    teams = ladder_words.team_names()
    steps = {each["code"]: each["steps"] for each in publishing.document()[publishing.LADDERS]}
    found = Ladder.objects.annotate(used=Count("rules"))
    lines = [(each, ladder_words.step_lines(steps[each.code], teams)) for each in found]
    return render(request, "desk/ladders.html", {"lines": lines, **frame(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new(request: PageRequest) -> HttpResponse:
    form = LadderForm(posted(request))
    made, status = submit(form, lambda: ladders.create(actor=request.actor, now=now(), **form.cleaned_data))
    if made:
        messages.success(request, _("The ladder is made. Give it a step: until then it tells nobody."))
        return redirect("desk:ladder", made.code)
    return render(request, "desk/ladder_new.html", {"form": form, **frame(request)}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def ladder(request: PageRequest, code: str) -> HttpResponse:
    """The steps of a ladder, and a form for one more."""
    found = _ladder(code)
    form = StepForm(posted(request))
    added, status = submit(form, lambda: ladders.add(code, form.values(), actor=request.actor, now=now()))
    if added:
        messages.success(request, _("The step is saved. It holds once it is published."))
        return redirect("desk:ladder", code)
    [stored] = [each for each in publishing.document()[publishing.LADDERS] if each["code"] == code]
    context = {
        "ladder": found,
        "lines": ladder_words.step_lines(stored["steps"], ladder_words.team_names()),
        "nobody": reaches_nobody(found),
        "form": form,
        **frame(request),
    }
    return render(request, "desk/ladder.html", context, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def step(request: PageRequest, code: str, position: int) -> HttpResponse:
    found = _step(code, position)
    form = StepForm(posted(request), initial=known_step(found))
    changed, status = submit(
        form, lambda: ladders.change(code, position, form.values(), actor=request.actor, now=now())
    )
    if changed:
        messages.success(request, _("The step is saved. It holds once it is published."))
        return redirect("desk:ladder", code)
    context = {"ladder": found.ladder, "form": form, **frame(request)}
    return render(request, "desk/ladder_step.html", context, status=status)


@require_POST
@staff_page
def change(request: PageRequest, code: str, position: int, what: str) -> HttpResponse:
    """Take a step away, or change its place."""
    _step(code, position)
    try:
        if what == "remove":
            ladders.remove(code, position, actor=request.actor, now=now())
            messages.success(request, _("The step is gone once that is published."))
        else:
            ladders.move(code, position, up=what == "up", actor=request.actor, now=now())
    except DomainError as refused:
        messages.error(request, refused.message)
    return redirect("desk:ladder", code)


def _ladder(code: str) -> Ladder:
    found = Ladder.objects.prefetch_related("steps__team").filter(code=code).first()
    if found is None:
        raise Http404
    return found


def _step(code: str, position: int) -> LadderStep:
    found = LadderStep.objects.select_related("ladder", "team").filter(ladder__code=code, position=position).first()
    if found is None:
        raise Http404
    return found
