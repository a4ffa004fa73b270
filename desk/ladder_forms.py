"""Ladders and their steps as administrators fill them in. What is right is decided by policies.services.ladders."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.work_forms import NamedChoice
from policies.models import Ladder, LadderStep
from policies.services.ladders import StepValues
from staff.models import Team


class LadderForm(forms.ModelForm):  # type: ignore[type-arg]
    class Meta:
        model = Ladder
        fields = ("code", "name_id", "name_en")
        labels = {"code": _("Code"), "name_id": _("Name in Indonesian"), "name_en": _("Name in English")}

    def validate_unique(self) -> None:
        """The service says it in its own words."""


class StepForm(forms.Form):
    """When, who, and what is done."""

    at_percent = forms.IntegerField(label=_("At which share of the time, in percent"), required=False, min_value=0)
    after_minutes = forms.IntegerField(label=_("Or so many minutes after the clock began"), required=False, min_value=0)
    level = forms.TypedChoiceField(label=_("Who is told"), choices=LadderStep.Level.choices, coerce=int)
    team = NamedChoice(
        Team.objects.all(), label=_("Specialists who are told instead"), required=False, empty_label=_("nobody else")
    )
    actions = forms.MultipleChoiceField(
        label=_("What is done"),
        choices=LadderStep.Action.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        initial=[LadderStep.Action.NOTIFY],
    )
    ask_minutes = forms.IntegerField(
        label=_("Minutes to acknowledge"),
        help_text=_("Without an answer it goes one level up."),
        required=False,
        min_value=1,
        initial=30,
    )
    deputies = forms.BooleanField(label=_("Who stands in is told where somebody is away"), required=False, initial=True)
    note_id = forms.CharField(label=_("Note in Indonesian"), required=False, max_length=120)
    note_en = forms.CharField(label=_("Note in English"), required=False, max_length=120)

    def values(self) -> StepValues:
        given = dict(self.cleaned_data)
        given["ask_minutes"] = given["ask_minutes"] or StepValues().ask_minutes
        return StepValues(**given)


def known_step(step: LadderStep) -> dict[str, Any]:
    """What a step says now, for its form."""
    values = StepValues.of(step)
    return {name: getattr(values, name) for name in StepValues.__dataclass_fields__}
