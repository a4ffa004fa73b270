"""Phone numbers as people write them."""

import re

import phonenumbers
from phonenumbers import PhoneNumberFormat, ValidationResult

HOME = "ID"
EXIT_PREFIX = re.compile(r"^\s*00(?=[1-9])")  # 0062 812…, which the library reads as a local number


def e164(written: str) -> str | None:
    """The number as +62812…, however it was written; None where nobody could be reached under it from abroad."""
    try:
        number = phonenumbers.parse(EXIT_PREFIX.sub("+", written), HOME)
    except phonenumbers.NumberParseException:
        return None
    if phonenumbers.is_possible_number_with_reason(number) != ValidationResult.IS_POSSIBLE:
        return None
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def readable(number: str) -> str:
    """A stored number the way people at home read it, +62 812-3456-7890."""
    try:
        return phonenumbers.format_number(phonenumbers.parse(number, HOME), PhoneNumberFormat.INTERNATIONAL)
    except phonenumbers.NumberParseException:
        return number
