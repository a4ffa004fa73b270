"""Calendars as administrators fill them in. The rules stand in policies.services.calendars."""

from datetime import date
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from django import forms
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from policies import slot_words
from policies.calendar_spec import JAKARTA, CalendarSpec, Effect, SpecialDays
from policies.hours import ALL_DAY
from policies.models import CalendarVersion
from policies.services.calendars import Names

INDONESIA = (
    (JAKARTA, _("Western Indonesia (WIB)")),
    ("Asia/Makassar", _("Central Indonesia (WITA)")),
    ("Asia/Jayapura", _("Eastern Indonesia (WIT)")),
)
EFFECTS = (
    (Effect.CLOSED.value, _("Closed")),
    (Effect.HOURS.value, _("Other hours on days that are open (Ramadan)")),
    (Effect.EXTRA.value, _("Open with these hours, whatever the day")),
    (Effect.USUAL.value, _("Open as usual although it is a holiday")),
)
HOURS_EXAMPLE = "08:00-12:00, 13:00-17:00"


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, Any]]:
    """Indonesia's zones by their names, then all others."""
    known = {zone for zone, _name in INDONESIA}
    return [*INDONESIA, *((zone, zone) for zone in sorted(available_timezones() - known) if "/" in zone)]


class SlotsField(forms.CharField):
    """Hours as people write them."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=200, **kwargs)

    def clean(self, value: Any) -> Any:
        try:
            return slot_words.read(super().clean(value))
        except Invalid as wrong:
            raise forms.ValidationError(wrong.message) from wrong


class CalendarForm(forms.Form):
    """number: which version the writer had seen."""

    name_id = forms.CharField(label=_("Name in Indonesian"), max_length=120)
    name_en = forms.CharField(label=_("Name in English"), max_length=120)
    zone = forms.ChoiceField(label=_("Time zone"))
    always = forms.BooleanField(label=_("Round the clock, every day"), required=False)
    holidays = forms.BooleanField(label=_("Closed on national holidays of Indonesia"), required=False)
    joint_leave = forms.BooleanField(label=_("Closed on joint leave (cuti bersama) too"), required=False)
    number = forms.IntegerField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["zone"] = forms.ChoiceField(label=_("Time zone"), choices=zones(), initial=JAKARTA)
        for number, name in WEEKDAYS.items():
            self.fields[f"day_{number}"] = SlotsField(label=name)

    @property
    def days(self) -> "list[forms.BoundField]":
        return [self[f"day_{number}"] for number in WEEKDAYS]

    def names(self) -> Names:
        return Names(self.cleaned_data["name_id"], self.cleaned_data["name_en"])

    def spec(self, special: tuple[SpecialDays, ...] = ()) -> CalendarSpec:
        """What was filled in, with the special days that stand elsewhere."""
        given = self.cleaned_data
        week = tuple(ALL_DAY if given["always"] else given[f"day_{number}"] for number in WEEKDAYS)
        return CalendarSpec(given["zone"], week, given["holidays"], given["joint_leave"], special)


class NewCalendarForm(CalendarForm):
    code = forms.CharField(
        label=_("Code"), help_text=_("Short, for rules and programs, such as JKT-SHIFT. It stays."), max_length=40
    )


class SpecialForm(forms.Form):
    """A day, or several in a row, that differ."""

    first = forms.DateField(label=_("From"), widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(
        label=_("Until (empty: one day)"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    effect = forms.ChoiceField(label=_("What holds then?"), choices=EFFECTS)
    slots = SlotsField(label=_("Hours, where they are other ones"))
    name_id = forms.CharField(label=_("Why, in Indonesian"), max_length=120)
    name_en = forms.CharField(label=_("Why, in English (empty: the same)"), max_length=120, required=False)

    def special(self) -> SpecialDays:
        given = self.cleaned_data
        last: date = given["last"] or given["first"]
        effect = Effect(given["effect"])
        return SpecialDays(
            given["first"], last, effect, given["slots"], given["name_id"], given["name_en"] or given["name_id"]
        )


class FileForm(forms.Form):
    file = forms.FileField(label=_("Holidays from a file (.ics or .csv)"))


def known(version: CalendarVersion) -> dict[str, object]:
    """What a calendar says now, for its form."""
    spec = version.spec
    days = {f"day_{number}": slot_words.write(slots) for number, slots in enumerate(spec.week)}
    return {
        "name_id": version.calendar.name_id,
        "name_en": version.calendar.name_en,
        "zone": spec.zone,
        "always": spec.week == (ALL_DAY,) * 7,
        "holidays": spec.holidays,
        "joint_leave": spec.joint_leave,
        "number": version.number,
        **days,
    }
