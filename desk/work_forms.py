"""Changes of a ticket, as people fill them in. The rules stand in tickets.services.handling.work."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from core.errors import Invalid
from desk.narrowing import STANDINGS
from policies.models import Channel, Priority, QueryType
from staff.models import Team, User
from tickets.models import Ticket
from tickets.services.escalation import escalating
from tickets.services.escalation.superiors import concerned_by
from tickets.services.handling import awaiting, settling
from tickets.services.handling.work import WAITING
from tickets.services.promises import calls
from web.templatetags.web import named

MOMENT = forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M")

if TYPE_CHECKING:
    RowChoice = forms.ModelChoiceField[Any]
else:
    RowChoice = forms.ModelChoiceField  # not generic at run time


class NamedChoice(RowChoice):
    """Teams or types, by their names in the language of the page."""

    def label_from_instance(self, obj: Any) -> str:
        return named(obj)


class PersonChoice(RowChoice):
    def label_from_instance(self, obj: Any) -> str:
        teams = ", ".join(named(team) for team in obj.teams.all())
        return f"{obj.name} ({teams})" if teams else str(obj.name)


class Suggesting(forms.TextInput):
    """A line of text with proposals that need no script."""

    template_name = "desk/_suggesting.html"
    offered: list[str] = []

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context = super().get_context(
            name, value, {**(attrs or {}), "list": f"offered-{(attrs or {}).get('id', name)}"}
        )
        return context | {"offered": self.offered}


class ChangeForm(forms.Form):
    """version: what of the ticket the writer had seen."""

    version = forms.IntegerField(widget=forms.HiddenInput)

    def __init__(self, data: QueryDict | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, initial=self.known(ticket))

    def known(self, ticket: Ticket) -> dict[str, object]:
        """What the ticket says now."""
        return {"version": ticket.version}


def leave_out_concerned(field: forms.Field, ticket: Ticket) -> None:
    """A complaint about people is never offered to those whom it may be about; the form says who is left out."""
    concerned = concerned_by(ticket)
    if not concerned:
        return
    assert isinstance(field, forms.ModelChoiceField)
    assert field.queryset is not None
    people = field.queryset
    names = ", ".join(person.name for person in people if person.pk in concerned)
    field.queryset = people.exclude(pk__in=concerned)
    field.error_messages["invalid_choice"] = _("This complaint may be about them. Choose somebody else.")
    if names:
        field.help_text = gettext("Left out, since this complaint may be about them: %(names)s.") % {"names": names}


class AssignForm(ChangeForm):
    team = NamedChoice(Team.objects.all(), label=_("Team"), required=False, empty_label=_("No team"))
    owner = PersonChoice(
        User.objects.filter(is_active=True).prefetch_related("teams").order_by("name"),
        label=_("Person"),
        required=False,
        empty_label=_("Nobody yet: whoever in the team takes it"),
    )
    note = forms.CharField(
        label=_("What another team must know"), required=False, widget=forms.Textarea({"rows": 2}), max_length=2000
    )

    def __init__(self, data: QueryDict | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        leave_out_concerned(self.fields["owner"], ticket)

    def known(self, ticket: Ticket) -> dict[str, object]:
        return super().known(ticket) | {"team": ticket.team_id, "owner": ticket.owner_id}


class EscalateForm(ChangeForm):
    """Whom to ask for help, why, and what was tried."""

    team = NamedChoice(Team.objects.all(), label=_("Specialists"), required=False, empty_label=_("The team's lead"))
    person = PersonChoice(
        User.objects.filter(is_active=True, role__in=escalating.MAY_DECIDE).prefetch_related("teams").order_by("name"),
        label=_("Or a named superior"),
        required=False,
        empty_label=_("Nobody in particular"),
    )
    reason = forms.CharField(label=_("Why do you need help?"), required=False, widget=forms.Textarea({"rows": 2}))
    tried = forms.CharField(label=_("What was tried already?"), required=False, widget=forms.Textarea({"rows": 2}))

    def __init__(self, data: QueryDict | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        leave_out_concerned(self.fields["person"], ticket)


class ClassifyForm(ChangeForm):
    query_type = NamedChoice(QueryType.objects.in_use(), label=_("Type"), empty_label=None)
    priority = forms.ChoiceField(choices=Priority.choices, label=_("Priority"), widget=forms.RadioSelect)

    def known(self, ticket: Ticket) -> dict[str, object]:
        """What holds; for an unsorted ticket what its words propose."""
        proposed = ticket.proposed_type if ticket.query_type.unsorted else None
        if proposed:
            return super().known(ticket) | {"query_type": proposed.pk, "priority": proposed.priority}
        return super().known(ticket) | {"query_type": ticket.query_type_id, "priority": ticket.priority}


class WaitForm(ChangeForm):
    status = forms.ChoiceField(
        choices=[
            (Ticket.Status.WAITING_CUSTOMER, _("Waiting for customer")),
            (Ticket.Status.WAITING_THIRD_PARTY, _("Waiting for third party")),
            (Ticket.Status.WAITING_OWN_TEAM, _("Waiting for own team")),
        ],
        label=_("Whom does the ticket wait for?"),
        widget=forms.RadioSelect,
    )
    awaited = forms.CharField(
        label=_("What is awaited?"),
        help_text=_("Of a customer: what we asked for. A reminder repeats these words."),
        max_length=300,
        required=False,
    )
    until = forms.DateTimeField(
        label=_("Until when?"),
        help_text=_("Optional. Then the ticket is open again and its owner is told."),
        widget=MOMENT,
        required=False,
    )

    def known(self, ticket: Ticket) -> dict[str, object]:
        waits = ticket.status in WAITING
        found = super().known(ticket) | {"status": ticket.status if waits else Ticket.Status.WAITING_CUSTOMER}
        try:
            return found | {"awaited": awaiting.our_question(ticket)}
        except Invalid:
            return found


class EndingForm(forms.Form):
    """How a matter ended. What is no complaint is answered, unless somebody says otherwise."""

    outcome = forms.ChoiceField(
        choices=Ticket.Outcome.choices, label=_("How did it end?"), required=False, widget=forms.RadioSelect
    )
    fault = forms.ChoiceField(
        choices=[("", _("Not known yet")), *Ticket.Fault.choices], label=_("Whose fault was it?"), required=False
    )
    cause = forms.CharField(label=_("What was the cause?"), max_length=200, required=False, widget=Suggesting)


class ResolveForm(EndingForm, ChangeForm):
    field_order = ("outcome", "fault", "cause")

    def __init__(self, data: QueryDict | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        suggest_causes(self, ticket)

    def known(self, ticket: Ticket) -> dict[str, object]:
        return super().known(ticket) | known_ending(ticket)


def known_ending(ticket: Ticket) -> dict[str, object]:
    """What stands in the form before anybody has chosen."""
    plain = ticket.query_type.kind not in settling.ASKED_OUTCOME
    outcome = ticket.outcome or (Ticket.Outcome.ANSWERED if plain else "")
    return {"outcome": outcome, "fault": ticket.fault, "cause": ticket.cause}


def suggest_causes(form: EndingForm, ticket: Ticket) -> None:
    """Offer the causes that others found for this type; anything else can be typed."""
    widget = form.fields["cause"].widget
    assert isinstance(widget, Suggesting)
    widget.offered = settling.known_causes(ticket.query_type_id)


class CallForm(ChangeForm):
    """What was said on the phone or at the counter."""

    version = None  # type: ignore[assignment]
    direction = forms.ChoiceField(
        choices=[(calls.IN, _("The customer called")), (calls.OUT, _("We called"))],
        label=_("Who called?"),
        widget=forms.RadioSelect,
    )
    who = forms.CharField(label=_("Who was on the phone, if not the customer"), max_length=200, required=False)
    said = forms.CharField(label=_("What the customer said"), required=False, widget=forms.Textarea({"rows": 3}))
    answered = forms.CharField(label=_("What we said"), required=False, widget=forms.Textarea({"rows": 3}))

    def known(self, _ticket: Ticket) -> dict[str, object]:
        return {"direction": calls.IN}


class CloseForm(ChangeForm):
    """Nothing is asked: what is missing, the rules say."""


class ReopenForm(ChangeForm):
    reason = forms.CharField(label=_("Why is it opened again?"), required=False, widget=forms.Textarea({"rows": 3}))


class FilterForm(forms.Form):
    """What narrows the queue."""

    type = forms.ChoiceField(label=_("Type"), required=False)
    channel = forms.ChoiceField(label=_("Channel"), choices=[("", _("Any")), *Channel.Kind.choices], required=False)
    priority = forms.ChoiceField(label=_("Priority"), choices=[("", _("Any")), *Priority.choices], required=False)
    clock = forms.ChoiceField(label=_("Deadline"), choices=[("", _("Any")), *STANDINGS.items()], required=False)
    team = forms.ChoiceField(label=_("Team"), required=False)


def filter_form(chosen: dict[str, str]) -> FilterForm:
    """The form with the types there are and what is chosen."""
    form = FilterForm(initial=chosen)
    offered: dict[str, Iterable[QueryType | Team]] = {"type": QueryType.objects.all(), "team": Team.objects.all()}
    for name, things in offered.items():
        field = form.fields[name]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [("", _("Any")), *((thing.slug, named(thing)) for thing in things)]
    return form
