"""The single keys of the desk: one table from which the help is shown and the keys are made to work."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True, slots=True)
class Key:
    """press: the character produced, two with a blank for one after the other. act: what desk/keys.js does with target.

    act: next, previous, open, back, select, range, help, focus (an input), click (a link or button).
    """

    press: str
    label: str | Promise
    act: str
    target: str = ""

    @property
    def caps(self) -> list[str]:
        return self.press.split()


KEYS = [
    Key("j", _("Next ticket in the list"), "next"),
    Key("k", _("Previous ticket in the list"), "previous"),
    Key("Enter", _("Open the chosen ticket"), "open"),
    Key("x", _("Select the ticket, for all of a selection at once"), "select"),
    Key("X", _("Select up to here"), "range"),
    Key("!", _("Mark as spam"), "click", "#bulk-spam:enabled, #mark-spam"),
    Key("u", _("Back to the list"), "back"),
    Key("]", _("Open the next ticket"), "click", "#ticket-next"),
    Key("[", _("Open the previous ticket"), "click", "#ticket-previous"),
    Key("r", _("Write a reply"), "click", "#compose-reply-tab"),
    Key("n", _("Write an internal note"), "click", "#compose-note-tab"),
    Key("c", _("Write down a call"), "click", "#compose-call-tab"),
    Key("a", _("Assign"), "click", "#pop-assign > summary"),
    Key("e", _("Ask for help"), "click", "#pop-escalate > summary"),
    Key("s", _("Status"), "click", "#pop-status > summary"),
    Key("y", _("Type and priority"), "click", "#pop-classify > summary"),
    Key("f", _("Set a follow-up"), "click", "#pop-follow-up > summary"),
    Key("t", _("Just thanks: resolved as before"), "click", "#just-thanks"),
    Key("h", _("Whole history"), "click", "#tab-history"),
    Key(".", _("Copy the reference"), "click", "#ticket-reference-copy"),
    Key("/", _("Search"), "focus", "#search-words"),
    Key("g q", _("Go to the queue"), "click", "#go-queue"),
    Key("g m", _("Go to my tickets"), "click", "#view-mine"),
    Key("g o", _("Go to all open tickets"), "click", "#view-open"),
    Key("g f", _("Go to the follow-ups"), "click", "#go-follow-ups"),
    Key("g b", _("Go to the board"), "click", "#go-board"),
    Key("g n", _("Go to my notices"), "click", "#bell"),
    Key("?", _("Show these keys"), "help"),
]
