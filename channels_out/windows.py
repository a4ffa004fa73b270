"""How much happened lately: counts by moment, small enough to lie in a row."""

from datetime import datetime, timedelta

Window = dict[str, int]  # seconds since 1970, as JSON writes them, and how many


def added(window: Window, count: int, *, now: datetime, span: timedelta, grain: int = 1) -> Window:
    """The window with some more of now, without what is older than the span. grain: seconds that count as one."""
    moment = int(now.timestamp()) // grain * grain
    kept = {at: many for at, many in window.items() if int(at) > now.timestamp() - span.total_seconds() - grain}
    return kept | {str(moment): kept.get(str(moment), 0) + count} if count else kept


def counted(window: Window, *, now: datetime, span: timedelta, grain: int = 1) -> int:
    """How many there were within the span, counting a whole grain as long as a part of it lies within."""
    begin = now.timestamp() - span.total_seconds()
    return sum(many for at, many in window.items() if int(at) + grain > begin)


def free_at(window: Window, *, span: timedelta, grain: int = 1, now: datetime) -> datetime:
    """When the oldest that still counts will count no more."""
    begin = now.timestamp() - span.total_seconds()
    oldest = min((int(at) for at in window if int(at) + grain > begin), default=int(begin))
    return now + timedelta(seconds=oldest + grain - begin)
