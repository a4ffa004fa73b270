"""All clocks of a ticket, each with the sum behind it: why it is due then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from core.actor import Actor
from desk.calendar_page import reason_words
from desk.clocks import Chip, chip_of, exactly
from desk.rule_words import spoken
from tickets import explaining
from tickets.explaining import COUNTED, EXTENDED, PAUSED, WORKING_DAY
from tickets.models import Deadline, Extension, Ticket
from tickets.rights import may_change
from tickets.services.clocks import extending


@dataclass(frozen=True, slots=True)
class SumLine:
    """One line as people read it. what: why it counts or not; counted, total: in words, else empty."""

    line: explaining.Line
    what: str
    counted: str
    total: str


@dataclass(frozen=True, slots=True)
class Clock:
    deadline: Deadline
    chip: Chip
    target: str
    lines: list[SumLine]
    extensions: list[Extension]
    extendable: bool

    @property
    def from_documents(self) -> bool:
        """It counts from when the documents were complete, which they are."""
        return _from_documents(self.deadline)


def _from_documents(row: Deadline) -> bool:
    return row.basis == Deadline.Basis.LEGAL and row.started_at == row.ticket.documents_at


def clocks_of(ticket: Ticket, *, actor: Actor, now: datetime) -> list[Clock]:
    """Open clocks first, the nearest on top; then those that have ended, the last one first. Two statements at most.

    extendable: the actor may put it off.
    """
    seen = Deadline.objects.visible_to(actor).filter(ticket=ticket)
    rows = list(seen.select_related("calendar__calendar", "terms").order_by("-id"))
    by_law = any(row.basis == Deadline.Basis.LEGAL for row in rows)
    extensions, may = list(ticket.extensions.all()) if by_law else [], may_change(ticket, actor)
    rows.sort(key=lambda row: (row.met_at is not None, row.due_at is None, row.due_at if not row.met_at else now))
    found = []
    for row in rows:
        row.ticket = ticket
        own = [each for each in extensions if row.extended and each.pack == row.pack]
        zero = _("the documents are complete") if _from_documents(row) else _("day of receipt")
        sum_lines = [_sum_line(line, zero) for line in explaining.lines(row)]
        extendable = by_law and may and not extending.refusal(row, extensions, now=now)
        found.append(Clock(row, chip_of(row, now=now), target_words(row), sum_lines, own, extendable))
    return found


def target_words(deadline: Deadline) -> str:
    """How long it may take, and by which calendar: 4 h 0 m of working time (Office hours)."""
    calendar = deadline.calendar.calendar.name_in(spoken()) if deadline.calendar else ""
    if deadline.unit == Deadline.Unit.DAYS:
        count = deadline.target
        days = ngettext("%(count)d working day (%(calendar)s)", "%(count)d working days (%(calendar)s)", count)
        return days % {"count": count, "calendar": calendar}
    time = timedelta(minutes=deadline.target)
    if deadline.unit == Deadline.Unit.CALENDAR or not calendar:
        return _("%(time)s round the clock") % {"time": exactly(time)}
    return _("%(time)s of working time (%(calendar)s)") % {"time": exactly(time), "calendar": calendar}


def _sum_line(line: explaining.Line, zero: str) -> SumLine:
    """zero: what the day is from which working days count."""
    counted, total = exactly(line.counted), exactly(line.total)
    if line.kind == PAUSED:
        waits = _("has not begun: waits for documents") if line.waits_for else _("stood still: waiting")
        return SumLine(line, waits, "", "")
    if line.kind == EXTENDED:
        return SumLine(line, _("the limit was extended"), "", "")
    if line.kind == WORKING_DAY:
        words = _("working day %(number)d") % {"number": line.number} if line.number else zero
        return SumLine(line, words, "", "")
    why = reason_words(line.day) if line.day and line.reason else ""
    if line.kind == COUNTED:
        return SumLine(line, why, counted, total)
    return SumLine(line, why or _("closed"), "–", total)
