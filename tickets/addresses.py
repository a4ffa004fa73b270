"""Addresses as people type them into To and Cc."""

import re
from collections.abc import Iterable
from typing import Protocol

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _

from channels_out.models import DispatchRecipient
from channels_out.services.outbox import Recipient
from core.errors import Invalid

LONGEST = 254
MOST_CHARACTERS = 8_000
MOST = 20
BETWEEN = re.compile(r'"[^"]*"|[,;\n]')
NAMED = re.compile(r'\A"?([^"<>]*)"?\s*<\s*([^<>\s]+)\s*>\Z')


def read_addresses(text: str, *, kind: str = DispatchRecipient.Kind.TO, field: str = "to") -> list[Recipient]:
    """The mailboxes in a text such as "Budi <budi@mail.example>, siti@mail.example", each once, in lower case.

    field: the input to name where one of them is none. Raises Invalid with the piece that is no address.
    """
    found: dict[str, Recipient] = {}
    for piece in _pieces(text[:MOST_CHARACTERS]):
        named = NAMED.match(piece)
        name, address = (named[1].strip(), named[2]) if named else ("", piece)
        usable = usable_address(address)
        if not usable:
            raise Invalid(_("“%(piece)s” is not an e-mail address.") % {"piece": piece[:80]}, field=field)
        found.setdefault(usable, Recipient(usable, name[:200], kind))
    if len(found) > MOST:
        raise Invalid(_("At most %(most)d addresses.") % {"most": MOST}, field=field)
    return list(found.values())


def _pieces(text: str) -> list[str]:
    """Between commas, semicolons and line ends, but not inside quotation marks."""
    marked = BETWEEN.sub(lambda sign: sign[0] if sign[0].startswith('"') else "\0", text)
    return [piece.strip() for piece in marked.split("\0") if piece.strip()]


def usable_address(typed: str) -> str:
    """The address as it is kept and sent: lower case, the host in its ASCII form; empty where it is none."""
    local, _at, host = typed.strip().rpartition("@")
    try:
        address = f"{local}@{host.encode('idna').decode()}".lower()
        validate_email(address)
    except (UnicodeError, ValidationError):
        return ""
    return address if len(address) <= LONGEST else ""


class Mailbox(Protocol):
    """Somebody with an address."""

    @property
    def address(self) -> str: ...

    @property
    def name(self) -> str: ...


def written(recipients: Iterable[Mailbox]) -> str:
    """Addresses as they stand in an input, so that reading them gives the same again."""
    return ", ".join(
        f'"{clean}" <{each.address}>' if (clean := _bare(each.name)) else each.address for each in recipients
    )


def _bare(name: str) -> str:
    """A name without the signs that mean something beside an address."""
    return " ".join(re.sub(r'["<>\0]', " ", name).split())
