"""What laws ask of a ticket, as people fill it in. The rules stand in tickets.services.clocks: documents, extending."""

from collections.abc import Iterable

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from desk.work_forms import MOMENT, ChangeForm
from tickets.legal_words import reason_words
from tickets.models import Ticket
from tickets.services.clocks import documents


class DocumentsForm(ChangeForm):
    """Since when the documents are complete; once it was said, with a reason, that they are not."""

    at = forms.DateTimeField(label=_("Complete since"), help_text=_("Empty: since now."), widget=MOMENT, required=False)
    incomplete = forms.BooleanField(label=_("They are not complete after all"), required=False)
    reason = forms.CharField(
        label=_("Why is it corrected?"), widget=forms.Textarea({"rows": 2}), max_length=2000, required=False
    )

    def __init__(self, data: QueryDict | None = None, *, ticket: Ticket) -> None:
        super().__init__(data, ticket=ticket)
        if ticket.documents_at is None:
            del self.fields["incomplete"], self.fields["reason"]

    def known(self, ticket: Ticket) -> dict[str, object]:
        return super().known(ticket) | {"at": ticket.documents_at}


def record_documents(ticket_id: int, *, incomplete: bool = False, at: object = None, **given: object) -> Ticket:
    """What the form says: complete since a moment, or not complete after all."""
    if incomplete:
        return documents.take_back(ticket_id, **given)  # type: ignore[arg-type]
    return documents.complete(ticket_id, at=at, **given)  # type: ignore[arg-type]


class InWritingForm(ChangeForm):
    """A spoken complaint goes on in writing."""

    needed = forms.CharField(
        label=_("What shall the customer send us?"),
        help_text=_("They are asked for it by mail, in these words. Empty: nobody is written to."),
        widget=forms.Textarea({"rows": 4}),
        max_length=4000,
        required=False,
    )


class RefuseForm(ChangeForm):
    """The documents were not completed in time."""

    reason = forms.CharField(
        label=_("What was missing?"),
        help_text=_("The customer reads it. The ticket is resolved as not upheld."),
        widget=forms.Textarea({"rows": 3}),
        max_length=4000,
        required=False,
    )


class ExtendForm(forms.Form):
    """reasons: the codes that the law allows."""

    reason = forms.ChoiceField(label=_("Why is it not settled in time?"))
    done = forms.CharField(
        label=_("What has been done so far?"), widget=forms.Textarea({"rows": 3}), max_length=2000, required=False
    )

    def __init__(self, data: QueryDict | None = None, *, reasons: Iterable[str]) -> None:
        super().__init__(data)
        field = self.fields["reason"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = [(code, reason_words(code)) for code in reasons]
