"""Putting rules in force, what was in force before, packs, and what laws ask."""

from datetime import datetime, time
from zoneinfo import ZoneInfo

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import now
from core.errors import DomainError
from desk import rule_words, rules_page
from desk.pack_page import pack_lines
from desk.pages import posted, staff_page, submit
from desk.rule_forms import PublishForm, SignForm
from desk.views.rule_frame import frame
from policies import pack_files
from policies.models import Calendar, LegalPack, LoadedPack, Publication
from policies.services import checks, packs, publishing, recording, tat_rules
from policies.targets import Target
from web.requests import PageRequest


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def publish(request: PageRequest) -> HttpResponse:
    """What would change, what is wrong, and what it would mean for open tickets; then who, why and from when."""
    form, problems = PublishForm(posted(request)), checks.of_draft(now())
    made, status = (None, 422) if form.is_bound and problems else submit(form, lambda: _publish(request, form))
    if made:
        messages.success(request, _("Published. New tickets follow these rules; open ones keep theirs."))
        return redirect("desk:rules")
    context = {
        "form": form,
        "problems": problems,
        "changes": rules_page.changed_lines(publishing.differences()),
        "effect": rules_page.effect(request.actor, now()),
        **frame(request),
    }
    return render(request, "desk/rules_publish.html", context, status=status)


def _publish(request: PageRequest, form: PublishForm) -> Publication:
    day, reason = form.cleaned_data["from_at"], form.cleaned_data["reason"]
    from_at = datetime.combine(day, time(), tzinfo=ZoneInfo(settings.TIME_ZONE)) if day else None
    return tat_rules.publish(actor=request.actor, now=now(), reason=reason, from_at=from_at)


@require_safe
@staff_page
def history(request: PageRequest) -> HttpResponse:
    context = {"publications": publishing.history(), "in_force": publishing.in_force(now()), **frame(request)}
    return render(request, "desk/rules_history.html", context)


@require_safe
@staff_page
def publication(request: PageRequest, pk: int) -> HttpResponse:
    """One publication, beside the one before it."""
    found = Publication.objects.filter(pk=pk).first()
    if found is None:
        raise Http404
    before = Publication.objects.filter(pk__lt=pk).order_by("-pk").first()
    changes = rules_page.changed_lines(publishing.compare(before.document if before else {}, found.document))
    return render(request, "desk/rules_publication.html", {"found": found, "changes": changes, **frame(request)})


@require_safe
@staff_page
def pack_list(request: PageRequest) -> HttpResponse:
    """The packs there are, which were loaded, and which have a later version."""
    loaded = {each.name: each for each in LoadedPack.objects.all()}
    lines = [(pack, loaded.get(pack.name)) for pack in (pack_files.read(name) for name in packs.names())]
    return render(request, "desk/packs.html", {"lines": lines, **frame(request)})


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def pack(request: PageRequest, name: str) -> HttpResponse:
    """What loading a pack would change; then loading it."""
    if name not in packs.names():
        raise Http404
    if request.method == "POST":
        try:
            recording.ensure_administrator(request.actor)
            loaded = packs.load(name, now=now(), actor=request.actor, confirm=True)
        except DomainError as refused:
            messages.error(request, refused.message)
        else:
            messages.success(request, _("Loaded: %(count)d new.") % {"count": loaded.new})
        return redirect("desk:rule-packs")
    context = {"pack": pack_files.read(name), "lines": pack_lines(name), **frame(request)}
    return render(request, "desk/pack.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def legal(request: PageRequest, code: str) -> HttpResponse:
    """A legal pack, and the signature of whoever answers for it."""
    form, found = SignForm(posted(request)), _legal(code)
    signed, status = submit(form, lambda: tat_rules.sign(code, actor=request.actor, now=now(), **form.cleaned_data))
    if signed:
        messages.success(request, _("Signed."))
        return redirect("desk:rule-legal", code)
    names = ("targets", "calendar")
    cells = rule_words.cells({name: getattr(found, name) for name in names})
    targets = list(zip(rule_words.goal_names(), cells, strict=True))
    more = found.extension and rule_words.duration(Target(found.extension["amount"], found.extension["unit"]))
    said = {name: found.text_in(name, rule_words.spoken()) for name in ("at_limit", "external", "source")}
    hours = Calendar.objects.filter(code=found.calendar).first()
    context = {"found": found, "form": form, "targets": targets, "extension": more, "said": said, "hours": hours}
    return render(request, "desk/legal_pack.html", context | frame(request), status=status)


@require_POST
@staff_page
def bind(request: PageRequest, code: str) -> HttpResponse:
    """Say whether the company is bound by a legal pack."""
    _legal(code)
    try:
        tat_rules.bind(code, in_force=request.POST.get("in_force") == "1", actor=request.actor, now=now())
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Saved. It holds once it is published."))
    return redirect("desk:rule-legal", code)


def _legal(code: str) -> LegalPack:
    found = LegalPack.objects.select_related("verified_by").filter(code=code).first()
    if found is None:
        raise Http404
    return found
