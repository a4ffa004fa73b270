"""When a target runs out: the one place that knows what its units mean. Pure."""

from datetime import datetime, timedelta

from policies import worktime
from policies.hours import Hours
from policies.targets import DAYS, WORKING, Target


def due(target: Target, start: datetime, hours: Hours, *, next_day_after_hours: bool = False) -> datetime:
    """start: when the clock begins. hours: of the target's calendar. Raises NeverOpen."""
    if target.unit == WORKING:
        return worktime.add(hours, start, timedelta(minutes=target.amount))
    if target.unit == DAYS:
        return worktime.working_days_end(hours, start, target.amount, late_is_next_day=next_day_after_hours)
    return start + timedelta(minutes=target.amount)
