"""When one may be told: quiet hours, being away, and who stands in."""

from datetime import datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from desk.keys import KEYS
from desk.pages import staff_page, user_of
from staff.models import User
from staff.services import preferences
from web.requests import PageRequest

ZONES = [
    ("Asia/Jakarta", gettext_lazy("WIB – Jakarta")),
    ("Asia/Makassar", gettext_lazy("WITA – Makassar")),
    ("Asia/Jayapura", gettext_lazy("WIT – Jayapura")),
]
CLOCK = {"type": "time"}
DAY = {"type": "date"}


class AvailabilityForm(forms.Form):
    time_zone = forms.ChoiceField(choices=ZONES, label=gettext_lazy("Your time zone"))
    quiet_from = forms.TimeField(
        label=gettext_lazy("Quiet from"), required=False, widget=forms.TimeInput(attrs=CLOCK, format="%H:%M")
    )
    quiet_until = forms.TimeField(
        label=gettext_lazy("Quiet until"), required=False, widget=forms.TimeInput(attrs=CLOCK, format="%H:%M")
    )
    away_until = forms.DateField(
        label=gettext_lazy("Away, back on"), required=False, widget=forms.DateInput(attrs=DAY, format="%Y-%m-%d")
    )
    deputy = forms.ModelChoiceField(
        User.objects.none(), label=gettext_lazy("Who is told instead"), required=False, blank=True
    )

    def __init__(self, *args: Any, user: User, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        others = User.objects.filter(is_active=True).exclude(pk=user.pk).order_by("name")
        choice = self.fields["deputy"]
        assert isinstance(choice, forms.ModelChoiceField)
        choice.queryset, choice.empty_label = others, _("nobody")

    def clean(self) -> dict[str, Any]:
        given = super().clean() or {}
        if (given.get("quiet_from") is None) != (given.get("quiet_until") is None):
            self.add_error("quiet_until", _("Quiet hours need a beginning and an end; leave both empty for none."))
        if given.get("away_until") and not given.get("deputy"):
            self.add_error("deputy", _("Say who is told instead while you are away."))
        return given


@require_http_methods(["GET", "HEAD", "POST"])
@staff_page
def availability(request: PageRequest) -> HttpResponse:
    user = user_of(request)
    form = AvailabilityForm(request.POST or None, user=user, initial=_initial(user))
    if form.is_valid():
        given = form.cleaned_data
        preferences.be_available(user.pk, **{**given, "away_until": _morning(given["away_until"], given["time_zone"])})
        messages.success(request, _("Saved."))
        return redirect("staff:availability")
    status = 422 if request.method == "POST" else 200
    return render(request, "desk/availability.html", {"form": form, "keys": KEYS}, status=status)


def _initial(user: User) -> dict[str, object]:
    names = ("time_zone", "quiet_from", "quiet_until", "deputy")
    back = user.away_until.astimezone(ZoneInfo(user.time_zone)).date() if user.away_until else None
    return {name: getattr(user, name) for name in names} | {"away_until": back}


def _morning(day: Any, zone: str) -> datetime | None:
    """The moment at which the day that somebody is back begins for them."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone)) if day else None
