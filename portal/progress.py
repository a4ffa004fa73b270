"""How a ticket stands, in the customer's words: never our state names, never a clock of ours."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from tickets.models import Ticket

Status = Ticket.Status
RECEIVED, CHECKED, WITH_TEAM, ANSWERED, CLOSED = range(5)
PLACES: dict[str, int] = {
    Status.NEW: RECEIVED,
    Status.OPEN: CHECKED,
    Status.WAITING_CUSTOMER: CHECKED,
    Status.WAITING_THIRD_PARTY: WITH_TEAM,
    Status.WAITING_OWN_TEAM: WITH_TEAM,
    Status.RESOLVED: ANSWERED,
    Status.CLOSED: CLOSED,
    Status.SPAM: CLOSED,
}


@dataclass(frozen=True, slots=True)
class Progress:
    """The five stages with the one the ticket is at, and what that means for the customer."""

    stages: Sequence[str]
    place: int
    sentence: str
    waits_for_customer: bool

    @property
    def word(self) -> str:
        return self.stages[self.place]

    @property
    def is_answered(self) -> bool:
        return self.place == ANSWERED

    @property
    def is_closed(self) -> bool:
        return self.place == CLOSED


def of(ticket: Ticket) -> Progress:
    waits = ticket.status == Status.WAITING_CUSTOMER
    checked = pgettext("customer", "Waiting for you") if waits else pgettext("customer", "Being checked")
    stages = [
        pgettext("customer", "Received"),
        checked,
        pgettext("customer", "With the team"),
        pgettext("customer", "Answered"),
        pgettext("customer", "Closed"),
    ]
    sentences = [
        _("We have it. Somebody of our team reads it and answers you."),
        _("We need something from you to go on: please read our last message and answer it."),
        _("We are looking into it."),
        _("The people who can put it right are working on it."),
        _("We have answered. If it is not solved, say so: it is opened again at once."),
        _("This is closed. If it comes back, write to us: we go on where we stopped."),
    ]
    place = PLACES[ticket.status]
    meant = {RECEIVED: 0, CHECKED: 1 if waits else 2, WITH_TEAM: 3, ANSWERED: 4, CLOSED: 5}
    return Progress(stages, place, sentences[meant[place]], waits)
