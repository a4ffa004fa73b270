"""Recalculation as the desk shows it: the choice, the counts, and line by line which date becomes which."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from desk.clocks import exactly
from desk.work_forms import NamedChoice
from policies.models import Calendar, QueryType
from tickets.models import Deadline, Recalculation, RecalculationLine

PAGE = 50


class LookForm(forms.Form):
    """For which open tickets."""

    query_type = NamedChoice(
        QueryType.objects.in_use(), label=gettext_lazy("Type"), required=False, empty_label=gettext_lazy("any")
    )
    calendar = NamedChoice(
        Calendar.objects.all(),
        label=gettext_lazy("Counted with the calendar"),
        required=False,
        empty_label=gettext_lazy("any"),
    )


class ConfirmForm(forms.Form):
    reason = forms.CharField(
        label=gettext_lazy("Why the dates move"),
        max_length=1000,
        required=False,
        widget=forms.Textarea({"rows": 2}),
        help_text=gettext_lazy("It stands in the history of every ticket."),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """One clock of a ticket. before, after: a moment, a time that is left in words, or None where there is no clock."""

    name: str
    before: datetime | None
    after: datetime | None
    before_words: str
    after_words: str


@dataclass(frozen=True, slots=True)
class Line:
    row: RecalculationLine
    moves: list[Move]


def lines_of(job: Recalculation, *, actor: Actor, after: int) -> tuple[list[Line], int | None]:
    """A page of what moves, in the order of the tickets; and where the next page begins."""
    seen = job.lines.visible_to(actor).filter(pk__gt=after).select_related("ticket")
    rows = list(seen.order_by("pk")[: PAGE + 1])
    return [Line(row, _moves(row)) for row in rows[:PAGE]], rows[PAGE - 1].pk if len(rows) > PAGE else None


def scope_words(job: Recalculation, language: str) -> str:
    """Which tickets it is about."""
    about = job.query_type or job.calendar
    return about.name_in(language) if about else _("All open tickets")


def _moves(row: RecalculationLine) -> list[Move]:
    names = [name for name in {**row.before, **row.after} if row.before.get(name) != row.after.get(name)]
    return [_move(name, row.before.get(name), row.after.get(name)) for name in names]


def _move(name: str, before: str | int | None, after: str | int | None) -> Move:
    goal, _space, pack = name.partition(" ")
    label = f"{Deadline.Goal(goal).label} {pack}".strip()
    return Move(label, _moment(before), _moment(after), _words(before), _words(after))


def _moment(due: str | int | None) -> datetime | None:
    return datetime.fromisoformat(due) if isinstance(due, str) else None


def _words(due: str | int | None) -> str:
    if due is None:
        return _("no clock")
    return _("%(time)s left") % {"time": exactly(timedelta(seconds=due))} if isinstance(due, int) else ""
