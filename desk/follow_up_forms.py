"""What people fill in about follow-ups. The rules stand in tickets.services.promises.follow_ups and reaching."""

from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from customers.models import Identity
from desk.work_forms import MOMENT, ChangeForm, PersonChoice
from staff.models import User
from tickets.models import FollowUp, Message, Ticket
from tickets.services.promises import reaching

BY_HAND = [choice for choice in FollowUp.Kind.choices if choice[0] != FollowUp.Kind.APOLOGY]
CALLED_BY = [
    (kind.value, kind.label)
    for kind in (Identity.Kind.PHONE, Identity.Kind.WHATSAPP, Identity.Kind.EMAIL, Identity.Kind.TELEGRAM)
]


def staff() -> Any:
    return User.objects.filter(is_active=True).prefetch_related("teams").order_by("name")


class MessageChoice(forms.ModelChoiceField):  # type: ignore[type-arg]
    def label_from_instance(self, obj: Any) -> str:
        return f"{obj.received_at:%d.%m. %H:%M} {' '.join(obj.text.split())[:60]}"


class FollowUpForm(ChangeForm):
    """What the customer can expect, by when, from whom, and where they were told so."""

    version = None  # type: ignore[assignment]
    kind = forms.ChoiceField(choices=BY_HAND, label=_("What kind"))
    what = forms.CharField(label=_("What the customer can expect"), max_length=300, required=False)
    due_at = forms.DateTimeField(label=_("By when"), widget=MOMENT)
    owner = PersonChoice(User.objects.none(), label=_("Who does it"), required=False, empty_label=_("I do"))
    told_in = MessageChoice(
        None,
        label=_("Where the customer was told"),
        required=False,
        empty_label=_("Not told yet"),
    )

    def __init__(self, data: QueryDict | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        owner, told_in = self.fields["owner"], self.fields["told_in"]
        assert isinstance(owner, forms.ModelChoiceField)
        assert isinstance(told_in, forms.ModelChoiceField)
        owner.queryset = staff()
        ours = ticket.messages.filter(kind=Message.Kind.OUTBOUND, automatic="")
        told_in.queryset = ours.order_by("-received_at", "-id")

    def known(self, _ticket: Ticket) -> dict[str, object]:
        return {"kind": FollowUp.Kind.CALL_BACK}


class ReachedForm(forms.Form):
    channel = forms.ChoiceField(choices=CALLED_BY, label=_("By"))
    outcome = forms.ChoiceField(label=_("How did the customer take it?"), widget=forms.RadioSelect)
    note = forms.CharField(label=_("What was said"), required=False, widget=forms.Textarea({"rows": 3}))

    def __init__(self, data: QueryDict | None = None, *, follow_up: FollowUp) -> None:
        super().__init__(data)
        apology = follow_up.kind == FollowUp.Kind.APOLOGY
        offered = [each for each in reaching.REACHED if not (apology and each == FollowUp.Outcome.KEPT)]
        outcome = self.fields["outcome"]
        assert isinstance(outcome, forms.ChoiceField)
        outcome.choices = [(each.value, each.label) for each in offered]


class NotReachedForm(forms.Form):
    channel = forms.ChoiceField(choices=CALLED_BY, label=_("Tried by"))


class MoveForm(forms.Form):
    """Says who reads the reason: the customer, where they were told the date."""

    due_at = forms.DateTimeField(label=_("New date"), widget=MOMENT)
    reason = forms.CharField(label=_("Why"), required=False)

    def __init__(self, data: QueryDict | None = None, *, follow_up: FollowUp) -> None:
        super().__init__(data)
        self.fields["reason"].help_text = (
            _("The customer reads it: by mail now, and on their page beside the old date.")
            if follow_up.told_in_id
            else _("Only the staff reads it: the customer was not told this date.")
        )


class HandOverForm(forms.Form):
    owner = PersonChoice(User.objects.none(), label=_("To whom"), empty_label=None)

    def __init__(self, data: QueryDict | None = None) -> None:
        super().__init__(data)
        owner = self.fields["owner"]
        assert isinstance(owner, forms.ModelChoiceField)
        owner.queryset = staff()
