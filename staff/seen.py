"""Who is here now, and who was here when: told by open pages, kept in the cache, forgotten with it."""

from collections.abc import Collection
from datetime import datetime, timedelta

from django.core.cache import cache

HERE = timedelta(seconds=75)  # open pages tell every 30 seconds
KEPT = timedelta(days=7)


def note(user_id: int, *, now: datetime) -> None:
    cache.set(_key(user_id), now, KEPT.total_seconds())


def last_seen(user_ids: Collection[int]) -> dict[int, datetime]:
    """When each of these had a page of the desk open last, as far as is known."""
    found = cache.get_many([_key(pk) for pk in user_ids])
    return {pk: found[_key(pk)] for pk in user_ids if _key(pk) in found}


def _key(user_id: int) -> str:
    return f"seen-{user_id}"
