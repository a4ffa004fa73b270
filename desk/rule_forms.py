"""Types, rules and publications as administrators fill them in. What is right is decided by policies.services."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from customers.models import Customer
from desk.rule_words import FLAGS
from desk.work_forms import MOMENT, NamedChoice, RowChoice
from policies.models import Calendar, Channel, Ladder, Priority, QueryType, TatRule
from policies.services.checks import GOAL_NAMES
from policies.services.tat_rules import PAUSING, RuleValues
from policies.targets import CALENDAR, DAYS, GOALS, WORKING
from staff.models import Team
from tickets.models import Ticket
from web.templatetags.web import named

ANY = ("", _("any"))
UNITS = {
    "m": (1, WORKING, _("minutes of work")),
    "h": (60, WORKING, _("hours of work")),
    "wd": (1, DAYS, _("working days")),
    "cm": (1, CALENDAR, _("minutes by the clock")),
    "ch": (60, CALENDAR, _("hours by the clock")),
    "cd": (1440, CALENDAR, _("calendar days")),
}
TOO_SHORT = _("%(clock)s: write at least 1, or nothing where there is no such clock.")
UNASKED = {"kind", "sector"}
SEVERAL = ("priority", "channel_kind", "stage")


class TypeForm(forms.ModelForm):  # type: ignore[type-arg]
    """A query type. The form reads; policies.services.editing writes."""

    class Meta:
        model = QueryType
        fields = (
            "name_id", "name_en", "kind", "code", "parent", "priority", "team", "calendar", "apology", "position",
            "words_id", "words_en", "customer_choice", "settles_unanswered", "hint_id", "hint_en",
        )  # fmt: skip
        labels = {
            "name_id": _("Name in Indonesian"),
            "name_en": _("Name in English"),
            "kind": _("Kind"),
            "code": _("Code"),
            "parent": _("Below"),
            "priority": _("Priority"),
            "team": _("Team"),
            "calendar": _("Working hours"),
            "apology": _("Apology"),
            "words_id": _("Words in Indonesian, one a line"),
            "words_en": _("Words in English, one a line"),
            "customer_choice": _("Customers can choose it on the form"),
            "settles_unanswered": _("Settled when the customer stays silent"),
            "hint_id": _("Hint for customers in Indonesian"),
            "hint_en": _("Hint for customers in English"),
            "position": _("Place in lists"),
        }
        help_texts = {
            "settles_unanswered": _(
                "Ten working days after we asked, and two reminders, the ticket is resolved as withdrawn and the "
                "customer is told. Off: its owner is told to look instead."
            ),
        }
        widgets = {"words_id": forms.Textarea({"rows": 4}), "words_en": forms.Textarea({"rows": 4})}

    parent = NamedChoice(QueryType.objects.in_use(), label=_("Below"), required=False, empty_label=_("nothing"))
    team = NamedChoice(Team.objects.all(), label=_("Team"), required=False, empty_label=_("No team"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"] = calendar_field()

    def validate_unique(self) -> None:
        """The service says it in its own words."""


def calendar_field() -> forms.ChoiceField:
    codes = [(each.code, f"{each.code}: {named(each)}") for each in Calendar.objects.all()]
    return forms.ChoiceField(label=_("Working hours"), choices=codes)


class RuleForm(forms.Form):
    """For whom, and how long. An empty target has no clock."""

    priority = forms.MultipleChoiceField(
        label=_("Priority"), choices=Priority.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    channel_kind = forms.MultipleChoiceField(
        label=_("Channel"), choices=Channel.Kind.choices, required=False, widget=forms.CheckboxSelectMultiple
    )
    stage = forms.MultipleChoiceField(
        label=_("Customer’s stage"),
        choices=Customer.Stage.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    channel = RowChoice(Channel.objects.all(), label=_("One channel"), required=False, empty_label=_("any"))
    area = forms.CharField(label=_("Areas, with commas between"), required=False, max_length=300)
    tier = forms.CharField(label=_("Customer’s tiers, with commas between"), required=False, max_length=200)
    effect = forms.ChoiceField(label=_("What it does"), choices=TatRule.Effect.choices, initial=TatRule.Effect.SETS)
    percent = forms.IntegerField(
        label=_("Share of the usual time, in percent"), required=False, min_value=1, max_value=100
    )
    pauses = forms.MultipleChoiceField(
        label=_("Clocks stop while the ticket is"),
        choices=[(status, Ticket.Status(status).label) for status in PAUSING],
        required=False,
        initial=[PAUSING[0]],
        widget=forms.CheckboxSelectMultiple,
    )
    customer_sees = forms.BooleanField(
        label=_("Customers see by when we mean to settle it"), required=False, initial=False
    )
    ladder = NamedChoice(Ladder.objects.all(), label=_("Ladder"), required=False, empty_label=_("nobody is told"))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["calendar"] = calendar_field()
        for name, (yes, no) in FLAGS.items():
            choices = [ANY, ("yes", str(yes)), ("no", str(no))]
            self.fields[name] = forms.ChoiceField(label=yes, choices=choices, required=False)
        for goal in GOALS:
            self.fields[goal] = forms.IntegerField(
                label=GOAL_NAMES[goal],
                required=False,
                min_value=1,
                max_value=600_000,
                error_messages={"min_value": TOO_SHORT % {"clock": GOAL_NAMES[goal]}},
            )
            self.fields[f"{goal}_unit"] = forms.ChoiceField(
                label=_("Unit"), choices=[(key, name) for key, (_n, _u, name) in UNITS.items()], required=False
            )

    @property
    def targets(self) -> "list[tuple[forms.BoundField, forms.BoundField]]":
        return [(self[goal], self[f"{goal}_unit"]) for goal in GOALS]

    @property
    def flags(self) -> "list[forms.BoundField]":
        return [self[name] for name in FLAGS]

    def values(self, query_type: QueryType | None, *, former: TatRule | None = None) -> RuleValues:
        """What was filled in, for the service. former: what it says beyond the form stays."""
        unasked = {} if former is None else {name: former.conditions[name] for name in UNASKED & set(former.conditions)}
        given = self.cleaned_data
        return RuleValues(
            query_type=query_type,
            conditions=unasked | self._conditions(),
            effect=given["effect"],
            percent=given["percent"] or 100,
            targets={goal: _target(given[goal], given[f"{goal}_unit"]) for goal in GOALS if given[goal]},
            calendar=given["calendar"],
            pauses=given["pauses"],
            ladder=given["ladder"],
            customer_sees=given["customer_sees"],
        )

    def _conditions(self) -> dict[str, list[Any]]:
        given = self.cleaned_data
        conditions: dict[str, list[Any]] = {name: given[name] for name in SEVERAL if given[name]}
        conditions |= {name: [given[name] == "yes"] for name in FLAGS if given[name]}
        for name in ("area", "tier"):
            if listed := [each.strip() for each in given[name].split(",") if each.strip()]:
                conditions[name] = listed
        return conditions | ({"channel": [given["channel"].pk]} if given["channel"] else {})


def _target(number: int, unit: str) -> dict[str, Any]:
    size, kind, _name = UNITS.get(unit) or UNITS["m"]
    return {"amount": number * size, "unit": kind}


def known(rule: TatRule) -> dict[str, Any]:
    """What a rule says now, for its form."""
    conditions = rule.conditions
    said: dict[str, Any] = {name: conditions.get(name, []) for name in SEVERAL}
    said |= {name: "yes" if conditions[name][0] else "no" for name in FLAGS if len(conditions.get(name, [])) == 1}
    said |= {name: ", ".join(map(str, conditions.get(name, []))) for name in ("area", "tier")}
    said |= {name: getattr(rule, name) for name in ("effect", "percent", "calendar", "pauses", "customer_sees")}
    for goal, target in rule.targets.items():
        said[goal], said[f"{goal}_unit"] = _in_units(target)
    return said | {"channel": (conditions.get("channel") or [None])[0], "ladder": rule.ladder_id}


def _in_units(target: dict[str, Any]) -> tuple[int, str]:
    """The largest unit in which the number is whole."""
    size, key = max(
        (size, key)
        for key, (size, kind, _name) in UNITS.items()
        if kind == target["unit"] and target["amount"] % size == 0
    )
    return target["amount"] // size, key


class PublishForm(forms.Form):
    reason = forms.CharField(label=_("Why do the rules change?"), widget=forms.Textarea({"rows": 2}))
    from_at = forms.DateField(
        label=_("They hold from (empty: from now on)"),
        required=False,
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )


class SignForm(forms.Form):
    note = forms.CharField(
        label=_("What was checked, and against which text?"), required=False, widget=forms.Textarea({"rows": 3})
    )


class TryForm(forms.Form):
    """A ticket that might come in."""

    received = forms.DateTimeField(label=_("Received"), widget=MOMENT)
    occurred = forms.DateTimeField(
        label=_("It happened"), help_text=_("Empty: not known."), widget=MOMENT, required=False
    )
    documents = forms.DateTimeField(
        label=_("Documents complete"), help_text=_("Empty: not yet."), widget=MOMENT, required=False
    )
    priority = forms.ChoiceField(label=_("Priority"), choices=Priority.choices, initial=Priority.NORMAL)
    channel_kind = forms.ChoiceField(label=_("Channel"), choices=Channel.Kind.choices)
    stage = forms.ChoiceField(
        label=_("Customer’s stage"), choices=[("", _("not known")), *Customer.Stage.choices], required=False
    )
    high_value = forms.BooleanField(label=_("High value"), required=False)
    loss_claimed = forms.BooleanField(label=_("Loss claimed"), required=False)
