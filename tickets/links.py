"""Addresses that go out to customers."""

from django.conf import settings
from django.core import signing

SALT = "tickets.status"
LINK_DAYS = 30


def status_token(ticket_id: int) -> str:
    """What opens one ticket's public page for 30 days, from the day it is made."""
    return signing.dumps(ticket_id, salt=SALT)


def status_url(ticket_id: int) -> str:
    """The full address of a ticket's public page, for our own messages."""
    return f"{settings.SITE_URL}/c/{status_token(ticket_id)}/"


def read_status_token(token: str) -> int | None:
    """The ticket that an intact, unexpired token opens, or None."""
    try:
        number = signing.loads(token, salt=SALT, max_age=LINK_DAYS * 24 * 3600)
    except signing.BadSignature:
        return None
    return int(number)
