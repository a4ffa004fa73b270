"""How the company can be reached: what its channels say, and nothing invented."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import DatabaseError, InterfaceError

from policies.models import Channel
from portal.phones import readable

BY_HAND = (Channel.Kind.PHONE, Channel.Kind.WHATSAPP, Channel.Kind.SMS)
PLACES = (Channel.Kind.COUNTER, Channel.Kind.LETTER)
SHOWN = (Channel.Kind.EMAIL, Channel.Kind.WEBFORM, *BY_HAND, *PLACES)


@dataclass(frozen=True, slots=True)
class Line:
    """One way to reach us. link: tel: or mailto:, empty where a browser can do nothing with it."""

    kind: str
    name: str
    text: str
    link: str = ""


@dataclass(frozen=True, slots=True)
class Contacts:
    """All ways at once. webform: the channel that complaints are stored on, None while the form is closed."""

    lines: tuple[Line, ...] = ()
    kinds: frozenset[str] = frozenset()
    webform: Channel | None = None

    @property
    def phone(self) -> Line | None:
        return next((line for line in self.lines if line.kind == Channel.Kind.PHONE), None)


_last: list[Contacts] = [Contacts()]  # for the page that says the database is away


def read() -> Contacts:
    """What the channels say now, in one statement."""
    active = Channel.objects.active().filter(kind__in=SHOWN).select_related("query_type", "team").defer("secrets")
    channels = list(active)
    forms = [channel for channel in channels if channel.kind == Channel.Kind.WEBFORM]
    found = Contacts(
        lines=tuple(_lines(channels)),
        kinds=frozenset(channel.kind for channel in channels),
        webform=forms[0] if forms else None,
    )
    _last[0] = found
    return found


def last_known() -> Contacts:
    """The same where the database may be away: what this process read last."""
    try:
        return read()
    except (DatabaseError, InterfaceError):
        return _last[0]


def _lines(channels: Iterable[Channel]) -> Iterable[Line]:
    order = [*BY_HAND, Channel.Kind.EMAIL, *PLACES]
    shown = [channel for channel in channels if channel.kind in order and channel.address]
    for channel in sorted(shown, key=lambda channel: (order.index(Channel.Kind(channel.kind)), channel.pk)):
        if channel.kind == Channel.Kind.EMAIL:
            yield Line(channel.kind, channel.name, channel.address, f"mailto:{channel.address}")
        elif channel.kind in BY_HAND:
            shown_as = readable(channel.address) if channel.address.startswith("+") else channel.address
            yield Line(channel.kind, channel.name, shown_as, f"tel:{re.sub(r'[^0-9+]', '', channel.address)}")
        else:
            yield Line(channel.kind, channel.name, channel.address)
