"""What narrows the queue beside type, channel and priority: by it the numbers of the board lead to their lists."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime

from django.db.models import Subquery
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from staff.models import Team, User
from tickets.models import OPEN_STATUSES, Escalation, Ticket
from tickets.models.ticket import TicketQuerySet
from web.templatetags.web import clock as clock_time
from web.templatetags.web import day_and_time, named

NAMES = ("team", "owner", "clock", "status", "area", "since", "until", "escalated")
NONE = "-"  # nobody, nowhere
STANDINGS: dict[str, Promise] = {
    "late": gettext_lazy("Late"),
    "due": gettext_lazy("Due within 2 hours"),
    "urgent": gettext_lazy("Under a tenth left"),
    "soon": gettext_lazy("Under a quarter left"),
    "calm": gettext_lazy("Time enough"),
    "paused": gettext_lazy("Paused"),
    "none": gettext_lazy("Without a deadline"),
}


def read(given: Mapping[str, str]) -> dict[str, str]:
    """From an address; what is not known there is left out."""
    owner, clock, status = (given.get(name, "") for name in ("owner", "clock", "status"))
    return {
        "team": given.get("team", "")[:50],
        "owner": owner if owner == NONE or _is_number(owner) else "",
        "clock": clock if clock in STANDINGS else "",
        "status": status if status in OPEN_STATUSES else "",
        "area": given.get("area", "")[:120],
        "escalated": "1" if given.get("escalated") else "",
        "since": seconds(given.get("since", "")),
        "until": seconds(given.get("until", "")),
    }


def seconds(text: str) -> str:
    """A moment in an address, as moment_of() reads it; empty where it is none."""
    return text if _is_number(text) and len(text) <= 10 else ""


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 18


def narrowed(tickets: TicketQuerySet, chosen: Mapping[str, str], *, now: datetime) -> TicketQuerySet:
    steps: dict[str, Callable[[str], TicketQuerySet]] = {
        "team": lambda slug: tickets.filter(team=Subquery(Team.objects.filter(slug=slug).values("pk")[:1])),
        "owner": lambda pk: tickets.filter(owner=None if pk == NONE else int(pk)),
        "clock": lambda how: tickets.standing(how, now),
        "status": lambda status: tickets.filter(status=status),
        "area": lambda area: tickets.filter(area="" if area == NONE else area),
        "escalated": lambda _one: tickets.filter(pk__in=Escalation.objects.unanswered().values("ticket_id")),
        "since": lambda since: tickets.filter(received_at__gt=moment_of(since)),
        "until": lambda until: tickets.filter(queue_due_at__gt=now, queue_due_at__lt=moment_of(until)),
    }
    for name in NAMES:
        if name in chosen:
            tickets = steps[name](chosen[name])
    return tickets


def labels(chosen: Mapping[str, str]) -> dict[str, str]:
    """The filters that are set, in words; a team and a person cost a statement each."""
    words: dict[str, Callable[[str], str]] = {
        "team": lambda slug: named(Team.objects.filter(slug=slug).first()) or slug,
        "owner": _owner,
        "clock": lambda how: str(STANDINGS[how]),
        "status": lambda status: str(Ticket.Status(status).label),
        "area": lambda area: _("no place given") if area == NONE else area,
        "escalated": lambda _one: _("Escalated, no answer yet"),
        "since": lambda since: _("since %(time)s") % {"time": clock_time(moment_of(since))},
        "until": lambda until: _("due before %(time)s") % {"time": day_and_time(moment_of(until))},
    }
    return {name: words[name](chosen[name]) for name in NAMES if name in chosen}


def _owner(pk: str) -> str:
    if pk == NONE:
        return _("nobody yet")
    return User.objects.filter(pk=int(pk)).values_list("name", flat=True).first() or _("Unknown")


def moment_of(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
