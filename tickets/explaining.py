"""Why a deadline is due when it is: the sum behind it, line by line, from what the row itself holds."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from policies.calendar_spec import ROUND_THE_CLOCK, compiled
from policies.hours import Day, Reason
from tickets.clocks import Allowed, explain
from tickets.models import Deadline
from tickets.spans import Span

COUNTED, CLOSED, WORKING_DAY, PAUSED = "counted", "closed", "day", "paused"


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the sum.

    kind: time that counts; a day that does not; a working day with its number; a time in which the clock stood still,
    until None where it still does. day: of the calendar, with the name of a holiday. total: counted up to here.
    """

    kind: str
    on: date
    begins: datetime
    ends: datetime | None
    counted: timedelta = timedelta()
    total: timedelta = timedelta()
    day: Day | None = None
    number: int | None = None

    @property
    def reason(self) -> str:
        """Why the day is as it is; empty on a day like all others."""
        return self.day.reason.value if self.day and self.day.reason != Reason.USUAL else ""


def lines(deadline: Deadline) -> list[Line]:
    """The whole sum of a deadline; the last line that counts ends when it is due. Its calendar must be at hand."""
    return list(_lines(deadline))


def _lines(deadline: Deadline) -> Iterator[Line]:
    hours = deadline.hours or compiled(ROUND_THE_CLOCK)
    allowed = Allowed(deadline.target, deadline.unit, hours, deadline.late_is_next_day)
    for step in explain(span_of(deadline), allowed):
        if step.line is None:
            yield Line(PAUSED, hours.local(step.begins).date(), step.begins, step.ends)
            continue
        line = step.line
        kind = WORKING_DAY if line.number is not None else COUNTED if line.counted else CLOSED
        yield Line(kind, line.date, line.opens, line.closes, line.counted, line.total, line.day, line.number)


def span_of(deadline: Deadline) -> Span:
    """The stretch that the row keeps."""
    read = datetime.fromisoformat
    pauses = [(read(begun), read(ended) if ended else None) for begun, ended in deadline.pauses]
    return Span(deadline.goal, deadline.started_at, deadline.met_at, pauses)
