"""Public references such as KLH-2611-7F4Q2XK: prefix, year and month, six random characters, one check character.

The alphabet has no look-alikes (0 O, 1 I L, U V); its size is prime, so the check finds every single wrong character
and every swap of two of the six.
"""

import re
import secrets
from datetime import datetime
from zoneinfo import ZoneInfo

from django.conf import settings

PREFIX = "KLH"
ALPHABET = "23456789ABCDEFGHJKMNPQRSTWXYZ"
PATTERN = re.compile(rf"\b{PREFIX}-(\d{{4}})-([{ALPHABET}]{{7}})\b", re.IGNORECASE)


def new_reference(now: datetime) -> str:
    """A fresh reference for a ticket made at this moment; random, so it tells nobody how many there are."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(6))
    month = now.astimezone(ZoneInfo(settings.TIME_ZONE))
    return f"{PREFIX}-{month:%y%m}-{drawn}{check_character(drawn)}"


def another_reference(now: datetime, used: set[str]) -> str:
    """A fresh reference that is not among the used ones; it is one of them from then on."""
    reference = new_reference(now)
    while reference in used:
        reference = new_reference(now)
    used.add(reference)
    return reference


def check_character(drawn: str) -> str:
    """The character that makes a mistyped reference visible."""
    total = sum(weight * ALPHABET.index(character) for weight, character in enumerate(drawn, start=1))
    return ALPHABET[total % len(ALPHABET)]


def references_in(text: str) -> list[str]:
    """The well-formed references in a text, in order, in upper case."""
    found = [(month, code.upper()) for month, code in PATTERN.findall(text)]
    return [f"{PREFIX}-{month}-{code}" for month, code in found if check_character(code[:6]) == code[6]]
