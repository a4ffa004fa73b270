"""More calls than people: a team's calls by harm and value, and how many it can make."""

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from core.actor import Role
from core.clock import now
from core.errors import DomainError
from desk.call_lists import call_list
from desk.keys import KEYS
from desk.pages import leaders_page
from desk.rule_forms import tell
from staff.models import Team
from staff.services import teams
from web.requests import PageRequest


class CallsForm(forms.Form):
    calls_per_day = forms.IntegerField(
        label=gettext_lazy("Calls the team can make in a day"),
        help_text=gettext_lazy("Empty: as many as there are."),
        required=False,
        min_value=0,
    )


@require_http_methods(["GET", "HEAD", "POST"])
@leaders_page
def calls(request: PageRequest, slug: str) -> HttpResponse:
    """What is posted is how many calls the team can make."""
    team = Team.objects.filter(slug=slug).first()
    if team is None:
        raise Http404
    form = CallsForm(request.POST or None, initial={"calls_per_day": team.calls_per_day})
    status = 422 if request.method == "POST" else 200
    if request.method == "POST" and form.is_valid():
        try:
            teams.set_calls(team.pk, actor=request.actor, now=now(), **form.cleaned_data)
        except DomainError as refused:
            status = tell(form, refused)
        else:
            messages.success(request, _("Saved. The history knows."))
            return redirect("desk:calls", slug)
    context = {
        "team": team,
        "form": form,
        "list": call_list(team, actor=request.actor, now=now()),
        "may_set": request.actor.role == Role.ADMINISTRATOR,
        "now": now(),
        "keys": KEYS,
    }
    return render(request, "desk/calls.html", context, status=status)
