"""Moments as the people of the tests say them: local time in Jakarta."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

JAKARTA = ZoneInfo("Asia/Jakarta")


def moment(words: str) -> datetime:
    """'2026-11-20 09:00' in Jakarta, as aware UTC."""
    return datetime.fromisoformat(words).replace(tzinfo=JAKARTA).astimezone(UTC)
