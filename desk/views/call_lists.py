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
from desk.call_lists import call_list
from desk.keys import KEYS
from desk.pages import leaders_page, posted, submit
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
    moment, form = now(), CallsForm(posted(request), initial={"calls_per_day": team.calls_per_day})
    changed, status = submit(
        form, lambda: teams.set_calls(team.pk, actor=request.actor, now=moment, **form.cleaned_data)
    )
    if changed:
        messages.success(request, _("Saved. The history knows."))
        return redirect("desk:calls", slug)
    context = {
        "team": team,
        "form": form,
        "list": call_list(team, actor=request.actor, now=moment),
        "may_set": request.actor.role == Role.ADMINISTRATOR,
        "keys": KEYS,
    }
    return render(request, "desk/calls.html", context, status=status)
