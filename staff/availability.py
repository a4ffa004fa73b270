"""Who is told now, and when: deputies and quiet hours. Rules alone; they change nothing."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from staff.models import User

LONGEST_CHAIN = 5  # of deputies who are away themselves


def is_away(user: User, now: datetime) -> bool:
    return not user.is_active or (user.away_until is not None and user.away_until > now)


def stand_in(user: User, people: Mapping[int, User], now: datetime) -> User:
    """Who is told instead of somebody who is away: the deputy, or the deputy's; the person where nobody stands in.

    people: those who may be deputies, by id.
    """
    found, seen = user, {user.pk}
    for _ in range(LONGEST_CHAIN):
        if not is_away(found, now):
            return found
        following = people.get(found.deputy_id or 0)
        if following is None or following.pk in seen:
            return user
        found = following
        seen.add(found.pk)
    return user


def reachable_from(user: User, now: datetime) -> datetime:
    """The moment from which the person may be disturbed: now, or the end of their quiet hours."""
    if user.quiet_from is None or user.quiet_until is None or user.quiet_from == user.quiet_until:
        return now
    local = now.astimezone(ZoneInfo(user.time_zone))
    begin, end = user.quiet_from, user.quiet_until
    over_midnight = begin > end
    quiet = (local.time() >= begin or local.time() < end) if over_midnight else begin <= local.time() < end
    if not quiet:
        return now
    day = local.date() + timedelta(days=1) if over_midnight and local.time() >= begin else local.date()
    return datetime.combine(day, end, tzinfo=local.tzinfo).astimezone(now.tzinfo)
