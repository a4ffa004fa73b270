"""What is known of a complaint beyond its words, as whoever works on it fills it in."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from desk.work_forms import MOMENT, ChangeForm
from tickets.models import Ticket


class FactsForm(ChangeForm):
    """What is empty is not known. Rules for services, areas, losses and what is said in public look at these."""

    occurred_at = forms.DateTimeField(label=_("When it happened"), widget=MOMENT, required=False)
    product = forms.CharField(label=_("Product"), max_length=120, required=False)
    service_number = forms.CharField(label=_("Service number"), max_length=60, required=False)
    area = forms.CharField(label=_("Area"), max_length=120, required=False)
    loss_amount = forms.DecimalField(
        label=_("Loss in rupiah"),
        help_text=_("Empty where no money is claimed."),
        max_digits=14,
        decimal_places=2,
        required=False,
    )
    reach = forms.IntegerField(
        label=_("Followers of who said it in public"),
        help_text=_("Empty where it was said in private. From 10,000 on the priority rises."),
        min_value=0,
        max_value=2_000_000_000,
        required=False,
    )
    impact = forms.CharField(
        label=_("What it means for them"), widget=forms.Textarea({"rows": 2}), max_length=2000, required=False
    )
    desired_remedy = forms.CharField(
        label=_("Asks for"), widget=forms.Textarea({"rows": 2}), max_length=2000, required=False
    )

    def clean(self) -> dict[str, Any]:
        """What was not touched stays as it is: browsers know no seconds, and end lines in their own way."""
        given = super().clean() or self.cleaned_data
        known = self.initial["occurred_at"]
        if known and given.get("occurred_at") == known.replace(second=0, microsecond=0):
            given["occurred_at"] = known
        return given | {name: given.get(name, "").replace("\r\n", "\n") for name in ("impact", "desired_remedy")}

    def known(self, ticket: Ticket) -> dict[str, object]:
        names = [name for name in self.base_fields if name != "version"]
        return super().known(ticket) | {name: getattr(ticket, name) for name in names}
