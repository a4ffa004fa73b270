"""Types and their rules: everybody of the staff looks at them, administrators change them."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from core.clock import now
from core.errors import DomainError
from desk import rule_words, rules_page
from desk.pages import posted, staff_page, submit
from desk.rule_forms import RuleForm, TryForm, TypeForm, known
from desk.rules_page import GENERAL
from desk.views.rule_frame import frame
from policies.matching import TicketFacts
from policies.models import Ladder, PriorityLift, QueryType, TatRule
from policies.services import checks, editing, lifts, tat_rules
from policies.simulation import Coming, simulate
from web.requests import PageRequest

USUAL_LADDER = "L-A"


@require_safe
@staff_page
def overview(request: PageRequest) -> HttpResponse:
    """The tree, the rules of every type, what laws ask, and what waits to be published."""
    return _show(request, None)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def query_type(request: PageRequest, slug: str) -> HttpResponse:
    found = _type(slug)
    if request.method != "POST":
        return _show(request, found)
    form = TypeForm(request.POST, instance=_type(slug))
    changed, status = submit(
        form, lambda: editing.change_type(slug, actor=request.actor, now=now(), **form.cleaned_data)
    )
    if changed:
        messages.success(request, _("The type is saved."))
        return redirect("desk:rule-type", slug)
    return _show(request, found, form=form, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def new_type(request: PageRequest) -> HttpResponse:
    form = TypeForm(posted(request), initial={"kind": QueryType.Kind.COMPLAINT})
    made, status = submit(form, lambda: editing.create_type(actor=request.actor, now=now(), **form.cleaned_data))
    if made:
        messages.success(request, _("The type is made. Give it a rule: until then the general ones hold."))
        return redirect("desk:rule-new", made.slug)
    return render(request, "desk/rule_type_new.html", {"form": form, **frame(request)}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def rule(request: PageRequest, slug: str, pk: int | None = None) -> HttpResponse:
    """A rule of a type, or a new one where there is no pk; `then` leads on to publishing."""
    about = None if slug == GENERAL else _type(slug)
    former = _rule(pk, about) if pk else None
    form = RuleForm(posted(request), initial=known(former) if former else _suggested(about))
    saved, status = submit(form, lambda: _save(request, form, about, former))
    if saved:
        messages.success(request, _("The rule is saved. It holds once it is published."))
        return redirect("desk:rules-publish") if "then" in request.POST else _back(slug)
    context = {"form": form, "about": about, "rule": former, **frame(request)}
    return render(request, "desk/rule_edit.html", context, status=status)


def _save(request: PageRequest, form: RuleForm, about: QueryType | None, former: TatRule | None) -> TatRule:
    values = form.values(about, former=former)
    if former:
        return tat_rules.change(former.pk, values, actor=request.actor, now=now())
    return tat_rules.create(values, actor=request.actor, now=now())


@require_POST
@staff_page
def change_rule(request: PageRequest, slug: str, pk: int, what: str) -> HttpResponse:
    """Take a rule away, or change its place."""
    found = _rule(pk, None if slug == GENERAL else _type(slug))
    try:
        if what == "remove":
            tat_rules.remove(found.pk, actor=request.actor, now=now())
            messages.success(request, _("The rule is gone once that is published."))
        else:
            tat_rules.move(found.pk, up=what == "up", actor=request.actor, now=now())
    except DomainError as refused:
        messages.error(request, refused.message)
    return _back(slug)


@require_POST
@staff_page
def switch_lift(request: PageRequest, code: str) -> HttpResponse:
    """Let something raise priorities, or no more."""
    try:
        lifts.switch(code, in_force=request.POST.get("in_force") == "1", actor=request.actor, now=now())
    except PriorityLift.DoesNotExist as missing:
        raise Http404 from missing
    except DomainError as refused:
        messages.error(request, refused.message)
    else:
        messages.success(request, _("Saved. It holds at once."))
    return redirect("desk:rules")


def _show(
    request: PageRequest, about: QueryType | None, *, form: TypeForm | None = None, status: int = 200
) -> HttpResponse:
    rules = list(TatRule.objects.filter(query_type=about).select_related("ladder"))
    problems = checks.of_draft(now(), only=[rule.pk for rule in rules])
    asked = TryForm(request.GET) if "received" in request.GET else None
    context = {
        "about": about,
        "form": form or (TypeForm(instance=about) if about else None),
        "lines": rules_page.lines(rules, problems),
        "goals": rule_words.goal_names(),
        "tree": rules_page.tree(),
        "slug": about.slug if about else GENERAL,
        "trying": asked or TryForm(initial={"received": now(), "priority": about.priority if about else "normal"}),
        "tried": _try(request, about, asked) if asked and about and asked.is_valid() else None,
        "legal": [] if about else rules_page.legal_lines(),
        "lifts": [] if about else PriorityLift.objects.all(),
        **frame(request),
    }
    return render(request, "desk/rules.html", context, status=status)


def _try(request: PageRequest, about: QueryType, form: TryForm) -> dict[str, object]:
    """What would hold for the ticket that was described, by the rules as they are edited."""
    given = form.cleaned_data
    names = ("priority", "channel_kind", "stage", "high_value", "loss_claimed")
    facts = TicketFacts(about.pk, **{name: given[name] for name in names})
    coming = Coming(given["received"], given["documents"], given["occurred"])
    found = simulate(facts, coming, checks.draft(), checks.calendar_hours())
    clocks = [
        {"goal": checks.GOAL_NAMES[clock.goal], "clock": clock, "duration": rule_words.duration(clock.target)}
        for clock in found.clocks
    ]
    winner = TatRule.objects.filter(pk=found.snapshot.rule or 0).first()
    whom = rule_words.for_whom(winner.conditions, {}) if winner else ""
    return {"clocks": clocks, "rule": winner, "for_whom": whom, "ladder": found.snapshot.ladder}


def _suggested(about: QueryType | None) -> dict[str, object]:
    """What a new rule begins with: usual targets, to be made one's own."""
    usual = {"first_response": 1, "next_response": 2, "update": 1, "resolution": 2}
    units = {f"{goal}_unit": "h" if goal.endswith("response") else "wd" for goal in usual}
    ladder = Ladder.objects.filter(code=USUAL_LADDER).first()
    return {**usual, **units, "ladder": ladder, "calendar": about.calendar if about else "B"}


def _back(slug: str) -> HttpResponse:
    return redirect("desk:rules") if slug == GENERAL else redirect("desk:rule-type", slug)


def _type(slug: str) -> QueryType:
    found = QueryType.objects.select_related("parent", "team").filter(slug=slug).first()
    if found is None:
        raise Http404
    return found


def _rule(pk: int, about: QueryType | None) -> TatRule:
    found = TatRule.objects.filter(pk=pk, query_type=about).first()
    if found is None:
        raise Http404
    return found
