"""The page of the story: what happened, what comes next, and whose screen to look at."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from demo.story import telling
from tickets.models import Ticket


@dataclass(frozen=True, slots=True)
class Step:
    """title: what happens in it. button: what is pressed for it. look: whose screen shows it best, by demo.people."""

    title: str | Promise
    button: str | Promise
    look: str


STEPS = {
    "three-days-later": Step(_("Three days pass, and the book does not come"), _("Three days later"), "supervisor"),
    "first-call": Step(_("Ratna calls; Rangga promises: tomorrow"), _("Ratna calls"), "agent"),
    "a-day-later": Step(_("It does not come the next day either"), _("A day later"), "supervisor"),
    "second-call": Step(_("Ratna calls again and gets Maya, of another team"), _("Ratna calls again"), "other-agent"),
    "book-arrives": Step(_("The book arrives; the ticket is resolved"), _("The book arrives"), "agent"),
    "try-to-close": Step(_("Somebody tries to close the ticket"), _("Close the ticket"), "agent"),
    "satisfied": Step(_("Ratna is reached and content"), _("Reached, satisfied"), "agent"),
    "not-satisfied": Step(_("Ratna is reached and not content"), _("Reached, not satisfied"), "supervisor"),
    "unreachable": Step(_("Nobody gets through to Ratna"), _("Three tries, nobody answers"), "agent"),
}


@dataclass(frozen=True, slots=True)
class Shown:
    key: str
    step: Step


def story(ticket: Ticket) -> dict[str, object]:
    """What the template shows."""
    made = telling.done(ticket)
    ahead = telling.next_steps(ticket)
    look = STEPS[made[-1]].look if made else "agent"
    if ahead == ["second-call"]:
        look = "other-agent"  # she opens it before she answers
    return {
        "ticket": ticket,
        "made": [Shown(key, STEPS[key]) for key in made],
        "ahead": [Shown(key, STEPS[key]) for key in ahead],
        "look": look,
    }
