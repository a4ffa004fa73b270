"""What all questions to customers have in common."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from crispy_forms.helper import FormHelper
from crispy_forms.layout import Field, Layout
from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Card:
    """One large choice: its name and a line that helps to choose."""

    name: str | Promise
    hint: str = ""

    def __str__(self) -> str:
        return str(self.name)


class ManyFiles(forms.FileInput):
    """A field for several files; which of them are taken is judged one by one (portal.services.drafts)."""

    allow_multiple_selected = True


class Questions(forms.Form):
    """One page of questions. cards: the fields that are drawn as large choices. own: those the page draws itself."""

    cards: ClassVar[Sequence[str]] = ()
    own: ClassVar[Sequence[str]] = ()

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"label_suffix": "", **kwargs})
        self.helper = FormHelper(self)
        self.helper.form_tag, self.helper.disable_csrf = False, True
        drawn = [name for name in self.fields if name not in self.own]
        self.helper.layout = Layout(*[Field(name, template=self._template(name)) for name in drawn])
        for name in self.optional():
            self.fields[name].label = _("%(label)s (optional)") % {"label": self.fields[name].label}

    def _template(self, name: str) -> str:
        if isinstance(self.fields[name], forms.BooleanField):
            return "bootstrap5/field.html"
        return "portal/_cards.html" if name in self.cards else "portal/_field.html"

    def optional(self) -> list[str]:
        """The fields whose label says that they may stay empty."""
        return [name for name, field in self.fields.items() if not field.required]

    def number_of_problems(self) -> int:
        return sum(len(sentences) for sentences in self.errors.values())

    def problems(self) -> Iterator[tuple[str, str]]:
        """What is wrong, for the summary on top: the id of the field to jump to, and the sentence."""
        for name, sentences in self.errors.items():
            target = self[name].auto_id + ("_0" if name in self.cards else "")
            yield from ((target, str(sentence)) for sentence in sentences)
