"""Moments as we tell them to a customer."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils import formats, translation

from customers.models import Customer

WHEN = {"id": r"l, j F Y \p\u\k\u\l H.i", "en": "l, j F Y, H:i"}  # ux.md 3.6


def told(moment: datetime, customer: Customer) -> str:
    """Thursday, 26 November 2026, 17:00 WIB: in the customer's time and in the language that is active."""
    local = moment.astimezone(ZoneInfo(customer.time_zone))
    return f"{formats.date_format(local, WHEN.get(translation.get_language() or '', WHEN['en']))} {local:%Z}"
