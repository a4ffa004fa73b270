"""From what happened on a ticket to when its clocks began, stood still and ended. Pure: no database, no clock.

Everything about a ticket's clocks follows from its events, so whatever is taken back, corrected or came late, counting
again gives the right answer. Order is that in which we came to know things; what a customer said counts from when it
reached us, even where we read it later.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime

FIRST, NEXT, UPDATE, RESOLUTION = "first_response", "next_response", "update", "resolution"
ANSWERS = (FIRST, NEXT)
LASTING = (UPDATE, RESOLUTION)
ENDED = ("resolved", "closed")
SPAM, NEW = "spam", "new"
WAITING_CUSTOMER, WAITING_OWN_TEAM = "waiting_customer", "waiting_own_team"
THEY_WROTE, WE_WROTE, STATUS = "they wrote", "we wrote", "status"


@dataclass(frozen=True, slots=True)
class Event:
    """Something that moves clocks: words of a person, theirs or ours, or a new status of the ticket."""

    at: datetime
    kind: str
    status: str = ""


@dataclass(slots=True)
class Span:
    """One stretch of a clock. pauses: from when, and until when unless it still stands still.

    waits_for: what must be there before its time begins, empty where it has begun.
    """

    goal: str
    started_at: datetime
    met_at: datetime | None = None
    pauses: list[tuple[datetime, datetime | None]] = field(default_factory=list)
    waits_for: str = ""

    @property
    def paused(self) -> bool:
        return bool(self.pauses) and self.pauses[-1][1] is None


def spans(received_at: datetime, events: Iterable[Event], *, pausing: Sequence[str] = ()) -> list[Span]:
    """All clocks of a ticket that reached us then, in the order they began; none on spam.

    pausing: statuses in which clocks stand still. Waiting for the customer is one only while the last word is ours,
    and waiting for our own team never is. Answers that a customer waits for never stand still.
    """
    story = _Story(received_at, frozenset(pausing) - {WAITING_OWN_TEAM})
    for event in events:
        story.happen(event)
    return story.spans


class _Story:
    def __init__(self, received_at: datetime, pausing: frozenset[str]) -> None:
        self.pausing = pausing
        self.status, self.last_is_ours = NEW, False
        self.unanswered_since: datetime | None = None
        self.received_at, self.answered = received_at, False
        self.open: dict[str, Span] = {}
        self.spans: list[Span] = []
        self.resolved: Span | None = None
        self._begin_all()

    def _begin_all(self) -> None:
        for goal in LASTING if self.answered else (FIRST, *LASTING):
            self._begin(goal, self.received_at)

    def happen(self, event: Event) -> None:
        if event.kind == THEY_WROTE:
            self._they_wrote(event.at)
        elif event.kind == WE_WROTE:
            self._we_wrote(event.at)
        elif event.status != self.status:
            self._became(event.status, event.at)
        self._stand_still(event.at)

    def _they_wrote(self, at: datetime) -> None:
        self.last_is_ours = False
        self.unanswered_since = self.unanswered_since or at
        if self.status not in (*ENDED, SPAM) and not any(goal in self.open for goal in ANSWERS):
            self._begin(NEXT, at)

    def _we_wrote(self, at: datetime) -> None:
        self.last_is_ours, self.answered, self.unanswered_since = True, True, None
        for goal in ANSWERS:
            self._end(goal, at)
        if UPDATE in self.open:
            self._end(UPDATE, at)
            self._begin(UPDATE, at)

    def _became(self, status: str, at: datetime) -> None:
        before, self.status = self.status, status
        if status == SPAM:
            self.spans, self.open, self.resolved = [], {}, None
        elif before == SPAM:
            self._begin_all()
        elif status in ENDED and before not in ENDED:
            self.resolved = self.open.get(RESOLUTION)
            for goal in list(self.open):
                self._end(goal, at)
            self.unanswered_since = None
        elif before in ENDED and status not in ENDED:
            self._again(at)

    def _again(self, at: datetime) -> None:
        """Opened again: the time that was used stays used, the time in between does not count."""
        if self.resolved and self.resolved.met_at:
            self.resolved.pauses.append((self.resolved.met_at, self.unanswered_since or at))
            self.resolved.met_at, self.open[RESOLUTION] = None, self.resolved
        else:
            self._begin(RESOLUTION, at)
        self._begin(UPDATE, self.unanswered_since or at)
        if self.unanswered_since and not any(goal in self.open for goal in ANSWERS):
            self._begin(NEXT, self.unanswered_since)

    def _begin(self, goal: str, at: datetime) -> None:
        """Two that would begin in the same moment are one."""
        same = next((span for span in self.spans if (span.goal, span.started_at) == (goal, at)), None)
        if same:
            same.met_at = None
        else:
            same = Span(goal, at)
            self.spans.append(same)
        self.open[goal] = same

    def _end(self, goal: str, at: datetime) -> None:
        span = self.open.pop(goal, None)
        if span:
            self._resume(span, at)
            span.met_at = max(at, span.started_at)

    def _stand_still(self, at: datetime) -> None:
        still = self.status in self.pausing and (self.status != WAITING_CUSTOMER or self.last_is_ours)
        for goal in LASTING:
            span = self.open.get(goal)
            if span and still and not span.paused:
                span.pauses.append((max(at, span.started_at), None))
            elif span and not still:
                self._resume(span, at)

    def _resume(self, span: Span, at: datetime) -> None:
        if span.paused:
            begun = span.pauses.pop()[0]
            if at > begun:
                span.pauses.append((begun, at))
