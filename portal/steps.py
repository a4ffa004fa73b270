"""The order of the complaint form, and its pages made ready for one customer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from django.forms import ChoiceField
from django.utils.formats import date_format
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from policies.models import Channel, QueryType
from portal.contacts import Contacts
from portal.forms.base import Card
from portal.forms.complaint import AboutForm, PersonForm, StoryForm
from portal.phones import readable

ABOUT, STORY, PERSON, CHECK = "about", "story", "person", "check"
ORDER = (ABOUT, STORY, PERSON, CHECK)
QUESTIONS = (ABOUT, STORY, PERSON)
MOST_CHOICES = 8
StepForm = AboutForm | StoryForm | PersonForm
FORMS: dict[str, type[StepForm]] = {ABOUT: AboutForm, STORY: StoryForm, PERSON: PersonForm}


@dataclass(frozen=True, slots=True)
class Section:
    """What one page of questions brought, for the check page."""

    step: str
    title: str
    rows: list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Form:
    """Makes the pages of the form: what may be chosen depends on the channels and on the day.

    today: the last day that something can have happened on.
    """

    contacts: Contacts
    today: date

    def page(self, step: str, words: Mapping[str, str], *, judge: bool) -> StepForm:
        """One page with what was typed so far. judge: say what is wrong with it."""
        filled = {"data": words} if judge else {"initial": words}
        if step == ABOUT:
            return AboutForm(**filled, choices=query_type_cards(self.contacts.webform))
        if step == STORY:
            return StoryForm(**filled, today=self.today)
        return PersonForm(**filled, ways=ways_to_answer(self.contacts))

    def judged(self, words: Mapping[str, str]) -> dict[str, StepForm]:
        """All pages with questions, each knowing what is wrong with it."""
        return {step: self.page(step, words, judge=True) for step in QUESTIONS}


def first_open(pages: Mapping[str, StepForm]) -> str:
    """The first page that is not right yet, else the check page."""
    return next((step for step, page in pages.items() if not page.is_valid()), CHECK)


def before(step: str) -> str:
    return ORDER[max(ORDER.index(step) - 1, 0)]


def typed_names(step: str) -> list[str]:
    """The fields of a page whose words are kept as they were typed."""
    return [name for name in FORMS[step].base_fields if name != "attachments"]


def sections(pages: Mapping[str, StepForm]) -> list[Section]:
    """All valid answers in the words of the form; what was left empty is left out."""
    titles = {ABOUT: _("What it is about"), STORY: _("What happened"), PERSON: _("About you")}
    return [Section(step, titles[step], list(_rows(page))) for step, page in pages.items()]


def _rows(page: StepForm) -> Iterator[tuple[str, str]]:
    for name in [name for name in page.base_fields if name not in page.own]:
        bound = page[name]
        value = page.cleaned_data.get(name)
        if isinstance(bound.field, ChoiceField):
            value = next((str(radio.choice_label) for radio in bound if radio.data["selected"]), "")
        elif isinstance(value, date):
            value = date_format(value, "l, j F Y")
        elif name == "phone" and value:
            value = readable(str(value))
        if value and not isinstance(value, bool):
            yield str(page.base_fields[name].label), str(value)


def query_type_cards(webform: Channel | None) -> list[tuple[str, Card]]:
    """What customers may choose from: eight at most, and last of all what the web form takes for anything else."""
    language = get_language() or ""
    chosen = QueryType.objects.filter(customer_choice=True).order_by("position", "slug")
    other = webform.query_type if webform else None
    rows = [row for row in chosen[: MOST_CHOICES + 1] if other is None or row.pk != other.pk][:MOST_CHOICES]
    cards = [(row.slug, Card(row.name_in(language), row.hint_in(language))) for row in rows]
    if other:
        hint = other.hint_in(language) if other.customer_choice else _("Whatever it is, we read it.")
        name = other.name_in(language) if other.customer_choice else _("Something else")
        cards.append((other.slug, Card(name, hint)))
    return cards


def ways_to_answer(contacts: Contacts) -> list[tuple[str, Card]]:
    """The channels by which this company can answer; calling somebody needs no channel of its own."""
    known = [(Channel.Kind.EMAIL, _("By e-mail")), (Channel.Kind.WHATSAPP, _("By WhatsApp"))]
    ways = [(str(kind), Card(name)) for kind, name in known if kind in contacts.kinds]
    return [("", Card(_("Whichever is quicker"))), *ways, (str(Channel.Kind.PHONE), Card(_("By phone call")))]
