"""Moments as we tell them to a customer."""

from datetime import datetime
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.utils import formats, translation

from customers.models import Customer

WHEN = {"id": r"l, j F Y \p\u\k\u\l H.i", "en": "l, j F Y, H:i"}  # ux.md 3.6


def told(moment: datetime, customer: Customer) -> str:
    """Thursday, 26 November 2026, 17:00 WIB: in the customer's time and in the language that is active."""
    return told_in(moment, customer.time_zone, translation.get_language() or "")


@lru_cache(maxsize=256)  # what came in one minute reads the same in every acknowledgement
def told_in(moment: datetime, time_zone: str, language: str) -> str:
    """The same in a time zone. language: the one that is active."""
    local = moment.astimezone(ZoneInfo(time_zone))
    return f"{formats.date_format(local, WHEN.get(language, WHEN['en']))} {local:%Z}"
