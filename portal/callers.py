"""Telling callers apart for budgets, without keeping who they are."""

from ipaddress import IPv6Address, ip_address, ip_network

from django.http import HttpRequest
from django.utils.crypto import salted_hmac

HOUSEHOLD_BITS = 64  # what one IPv6 customer has to choose addresses from


def caller_of(request: HttpRequest) -> str:
    """A digest of the caller's address; the same for a whole IPv6 household."""
    written = request.META.get("REMOTE_ADDR", "")
    try:
        address = ip_address(written)
    except ValueError:
        place = written
    else:
        is_wide = isinstance(address, IPv6Address)
        place = str(ip_network((address, HOUSEHOLD_BITS), strict=False)) if is_wide else str(address)
    return salted_hmac("portal.caller", place, algorithm="sha256").hexdigest()[:32]
