"""Why a deadline is due when it is: the sum behind it, line by line, from what the row itself holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policies.calendar_spec import ROUND_THE_CLOCK, compiled
from policies.hours import Day, Reason
from tickets.clocks import Allowed, explain, stretches
from tickets.models import Deadline
from tickets.spans import Span

COUNTED, CLOSED, WORKING_DAY, PAUSED, EXTENDED = "counted", "closed", "day", "paused", "extended"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum.

    kind: time that counts; a day that does not; a working day with its number; a time in which the clock stood still,
    until None where it still does; the limit that was put off, with what it is since. waits_for: what must be there
    before its time begins. day: of the calendar, with the name of a holiday. total: counted up to here.
    """

    kind: str
    on: date
    begins: datetime
    ends: datetime | None
    counted: timedelta = timedelta()
    total: timedelta = timedelta()
    day: Day | None = None
    number: int | None = None
    waits_for: str = ""

    @property
    def reason(self) -> str:
        """Why the day is as it is; empty on a day like all others."""
        return self.day.reason.value if self.day and self.day.reason != Reason.USUAL else ""


def lines(deadline: Deadline) -> list[Line]:
    """The whole sum of a deadline; the last line that counts ends when it is due. Its calendar must be at hand."""
    return list(_lines(deadline))


def _lines(deadline: Deadline) -> Iterator[Line]:
    hours, span = deadline.hours or compiled(ROUND_THE_CLOCK), span_of(deadline)
    if span.waits_for:
        begun = span.started_at
        yield Line(PAUSED, hours.local(begun).date(), begun, None, waits_for=span.waits_for)
        return
    extension = _extension(deadline, span)
    for step in explain(span, allowed_of(deadline)):
        if extension and step.line and step.line.date > extension.on:
            yield extension
            extension = None
        if step.line is None:
            yield Line(PAUSED, hours.local(step.begins).date(), step.begins, step.ends)
            continue
        line = step.line
        kind = WORKING_DAY if line.number is not None else COUNTED if line.counted else CLOSED
        yield Line(kind, line.date, line.opens, line.closes, line.counted, line.total, line.day, line.number)
    if extension:
        yield extension


def _extension(deadline: Deadline, span: Span) -> Line | None:
    """What the limit was before it was put off, and what it is since."""
    if not deadline.extended:
        return None
    first, last = (list(stretches(span, allowed_of(deadline, more=more)))[-1].due for more in (-deadline.extended, 0))
    return Line(EXTENDED, (deadline.hours or compiled(ROUND_THE_CLOCK)).local(first).date(), first, last)


def allowed_of(deadline: Deadline, *, more: int = 0) -> Allowed:
    """What a deadline is measured by, with so much more than it has. Its calendar must be at hand."""
    hours = deadline.hours or compiled(ROUND_THE_CLOCK)
    return Allowed(deadline.target + deadline.extended + more, deadline.unit, hours, deadline.late_is_next_day)


def span_of(deadline: Deadline) -> Span:
    """The stretch that the row keeps."""
    read = datetime.fromisoformat
    pauses = [(read(begun), read(ended) if ended else None) for begun, ended in deadline.pauses]
    return Span(deadline.goal, deadline.started_at, deadline.met_at, pauses, deadline.waits_for)
