"""What a customer can do about a complaint that was sent: find it again, and add to it."""

from django import forms
from django.core.validators import MaxLengthValidator
from django.utils.translation import gettext_lazy

from portal import uploads
from portal.forms.base import ManyFiles, Questions
from portal.forms.complaint import MOST_CHARACTERS


class LookUpForm(Questions):
    """Which ticket, and which address of its customer."""

    reference = forms.CharField(
        label=gettext_lazy("Number of your complaint"),
        help_text=gettext_lazy("It looks like KLH-2611-7F4Q2XK."),
        max_length=40,
        widget=forms.TextInput(attrs={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false"}),
        error_messages={"required": gettext_lazy("Write the number of your complaint.")},
    )
    address = forms.CharField(
        label=gettext_lazy("Your e-mail address or phone number"),
        help_text=gettext_lazy("The one that you gave us."),
        max_length=254,
        widget=forms.TextInput(attrs={"autocomplete": "email"}),
        error_messages={"required": gettext_lazy("Write your e-mail address or phone number.")},
    )


class WriteForm(Questions):
    """Something to add to a ticket."""

    text = forms.CharField(
        label=gettext_lazy("Write to us"),
        required=False,
        validators=[MaxLengthValidator(MOST_CHARACTERS)],
        widget=forms.Textarea(attrs={"rows": 4, "data-counts-to": MOST_CHARACTERS}),
    )
    attachments = forms.FileField(
        label=gettext_lazy("Pictures and documents"),
        required=False,
        widget=ManyFiles(attrs={"accept": uploads.ACCEPT}),
    )

    def optional(self) -> list[str]:
        return ["attachments"]
