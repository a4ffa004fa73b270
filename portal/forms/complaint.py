"""The complaint form: three pages of questions. `said` is what a valid page contributes to the arrival."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from policies.models import Channel
from portal import uploads
from portal.forms.base import Card, ManyFiles, Questions
from portal.phones import e164

FEWEST_CHARACTERS = 20
MOST_CHARACTERS = 5000  # held by validators: a maxlength attribute would cut what is pasted without a word
DAY_FORMATS = [
    "%Y-%m-%d",
    "%d/%m/%Y",
    "%d-%m-%Y",
    "%d.%m.%Y",
]  # what a date field sends, and what people type without one
REMEDIES = [
    ("repair", gettext_lazy("Put it right")),
    ("refund", gettext_lazy("Money back")),
    ("replacement", gettext_lazy("A replacement")),
    ("explanation", gettext_lazy("An explanation")),
    ("apology", gettext_lazy("An apology")),
    ("other", gettext_lazy("Something else")),
]


class AboutForm(Questions):
    """Step 1: what is it about?"""

    cards = ("query_type",)
    query_type = forms.ChoiceField(
        label=gettext_lazy("What is it about?"),
        widget=forms.RadioSelect,
        error_messages={
            "required": gettext_lazy("Choose what it is about."),
            "invalid_choice": gettext_lazy("Choose what it is about."),
        },
    )

    def __init__(self, *args: Any, choices: Sequence[tuple[str, Card]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["query_type"]
        assert isinstance(field, forms.ChoiceField)
        field.choices = choices

    def said(self) -> dict[str, str]:
        return {"query_type": self.cleaned_data["query_type"]}


class StoryForm(Questions):
    """Step 2: what happened, and what should we do?"""

    cards = ("remedy",)
    text = forms.CharField(
        label=gettext_lazy("What happened?"),
        help_text=gettext_lazy("For example: since when, what you have tried, and what we told you before."),
        widget=forms.Textarea(attrs={"rows": 7, "data-counts-to": MOST_CHARACTERS}),
        error_messages={"required": gettext_lazy("Tell us what happened.")},
    )
    occurred_on = forms.DateField(
        label=gettext_lazy("Since when?"),
        required=False,
        input_formats=DAY_FORMATS,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        error_messages={"invalid": gettext_lazy("Write the day like 21/11/2026, or leave it empty.")},
    )
    not_sure = forms.BooleanField(label=gettext_lazy("I am not sure since when"), required=False)
    service_number = forms.CharField(
        label=gettext_lazy("Customer or service number"),
        help_text=gettext_lazy("It stands on your bill. We find you without it too."),
        required=False,
        max_length=60,
    )
    area = forms.CharField(label=gettext_lazy("City or area"), required=False, max_length=120)
    impact = forms.CharField(
        label=gettext_lazy("How does it affect you?"),
        required=False,
        validators=[MaxLengthValidator(MOST_CHARACTERS)],
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    remedy = forms.ChoiceField(
        label=gettext_lazy("What would you like us to do?"),
        choices=[(value, Card(name)) for value, name in REMEDIES],
        widget=forms.RadioSelect,
        error_messages={"required": gettext_lazy("Choose what you would like us to do.")},
    )
    remedy_text = forms.CharField(label=gettext_lazy("What exactly?"), required=False, max_length=500)
    attachments = forms.FileField(
        label=gettext_lazy("Pictures and documents"),
        help_text=gettext_lazy("Up to 5 files of 10 MB each: pictures, PDF, documents, recordings."),
        required=False,
        widget=ManyFiles(attrs={"accept": uploads.ACCEPT}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.fields["occurred_on"].widget.attrs["max"] = today.isoformat()

    def optional(self) -> list[str]:
        return [name for name in super().optional() if name != "not_sure"]

    def clean_text(self) -> str:
        text: str = self.cleaned_data["text"]
        if len(text) < FEWEST_CHARACTERS:
            raise forms.ValidationError(
                _("Tell us a little more: at least %(fewest)s characters.") % {"fewest": FEWEST_CHARACTERS}
            )
        if len(text) > MOST_CHARACTERS:
            raise forms.ValidationError(
                _("Your text has %(count)s characters; we can take %(most)s. Shorten it, or send the rest as a file.")
                % {"count": len(text), "most": MOST_CHARACTERS}
            )
        return text

    def clean_occurred_on(self) -> date | None:
        day: date | None = self.cleaned_data["occurred_on"]
        if day and not date(1990, 1, 1) <= day <= self.today:
            raise forms.ValidationError(_("Choose today or a day before."))
        return day

    def clean(self) -> None:
        if self.cleaned_data.get("remedy") == "other" and not self.cleaned_data.get("remedy_text"):
            self.add_error("remedy_text", _("Write what you would like us to do."))

    def said(self) -> dict[str, str]:
        given = self.cleaned_data
        day = given["occurred_on"]
        return {
            "text": given["text"],
            "subject": headline(given["text"]),
            "occurred_on": day.isoformat() if day else "",
            "service_number": given["service_number"],
            "area": given["area"],
            "impact": given["impact"],
            "desired_remedy": self.desired_remedy(),
        }

    def desired_remedy(self) -> str:
        """The wish in the customer's own words, in front of them what was chosen."""
        chosen, words = self.cleaned_data["remedy"], self.cleaned_data["remedy_text"]
        name = "" if chosen == "other" else str(dict(REMEDIES)[chosen])
        return ": ".join(part for part in (name, words) if part)


class PersonForm(Questions):
    """Step 3: who are you, and how do we reach you? `website` is for robots alone, who fill in everything."""

    cards, own = ("answer_by",), ("website",)
    name = forms.CharField(
        label=gettext_lazy("Your name"),
        max_length=200,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
        error_messages={"required": gettext_lazy("Write your name.")},
    )
    email = forms.EmailField(
        label=gettext_lazy("E-mail address"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email", "inputmode": "email"}),
        error_messages={"invalid": gettext_lazy("This is not an e-mail address. It looks like name@example.com.")},
    )
    phone = forms.CharField(
        label=gettext_lazy("Phone number"),
        required=False,
        max_length=40,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel", "inputmode": "tel"}),
    )
    answer_by = forms.ChoiceField(label=gettext_lazy("How shall we answer?"), required=False, widget=forms.RadioSelect)
    website = forms.CharField(
        label=gettext_lazy("Leave this field empty"),
        required=False,
        max_length=200,
        widget=forms.TextInput(attrs={"tabindex": "-1", "autocomplete": "off"}),
    )

    def __init__(self, *args: Any, ways: Sequence[tuple[str, Card]], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["answer_by"]
        assert isinstance(field, forms.ChoiceField)
        field.choices, field.initial = ways, ""

    def optional(self) -> list[str]:
        return []

    def clean_email(self) -> str:
        return str(self.cleaned_data["email"]).lower()

    def clean_phone(self) -> str:
        written = str(self.cleaned_data["phone"])
        number = e164(written) if written else ""
        if number is None:
            raise forms.ValidationError(
                _("This is not a phone number with its area code. It looks like 0812 3456 7890.")
            )
        return number

    def clean_website(self) -> str:
        if self.cleaned_data["website"]:
            raise forms.ValidationError(
                _("A hidden field was filled in, as robots do. It is empty again: if you are a person, just go on.")
            )
        return ""

    def clean(self) -> None:
        email, phone = self.cleaned_data.get("email"), self.cleaned_data.get("phone")
        if self.errors.keys() & {"email", "phone"}:
            return
        way = self.cleaned_data.get("answer_by")
        if not email and not phone:
            self.add_error("email", _("Write an e-mail address or a phone number, so that we can answer."))
        elif way == Channel.Kind.EMAIL and not email:
            self.add_error("email", _("To answer by e-mail we need your e-mail address."))
        elif way and way != Channel.Kind.EMAIL and not phone:
            self.add_error("phone", _("To answer this way we need your phone number."))

    def said(self) -> dict[str, str]:
        return {name: self.cleaned_data[name] for name in ("name", "email", "phone", "answer_by")}


def headline(text: str) -> str:
    """The first words of a text on one line, cut between words, for lists."""
    words = text[:400].split()
    line = " ".join(words)
    if len(line) <= 80:
        return line
    return line[:80].rsplit(" ", 1)[0].rstrip(",.;:") + "…"
