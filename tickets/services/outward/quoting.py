"""The message that an answer answers, below it, as mail programs do, for customers who have lost the thread."""

from zoneinfo import ZoneInfo

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from channels_out.ways import WayOut
from tickets.models import Message, Ticket
from tickets.services.outward.outgoing import NOT_THEIRS, Way

MOST_LINES, MOST_CHARACTERS = 100, 5_000


def last_words(ticket: Ticket, way: Way) -> str:
    """What the customer wrote last, quoted, with who and when; empty where nothing is to be quoted.

    Only its author gets it back: where anybody else is written to, they would read what was not meant for them
    (threats.md T07). Only new words are quoted, not what the customer's program quoted in turn.
    """
    if not WayOut.of(way.channel).quote_last or way.cc or len(way.to) != 1:
        return ""
    theirs = ticket.messages.filter(kind=Message.Kind.INBOUND, automatic="", from_address__iexact=way.to[0].address)
    last = theirs.exclude(trust__in=NOT_THEIRS).order_by("-received_at", "-id").first()
    if last is None or not last.text.strip():
        return ""
    with translation.override(ticket.customer.language):
        local = last.received_at.astimezone(ZoneInfo(ticket.customer.time_zone))
        when = f"{date_format(local, 'j F Y H:i')} {local:%Z}"
        head = _("On %(when)s, %(name)s wrote:") % {"when": when, "name": last.from_name or last.from_address}
    return "\n\n" + "\n".join([head, *_quoted(last.text)])


def _quoted(text: str) -> list[str]:
    lines = text.strip()[:MOST_CHARACTERS].splitlines()
    cut = len(lines) > MOST_LINES or len(text.strip()) > MOST_CHARACTERS
    return [f"> {line}".rstrip() for line in [*lines[:MOST_LINES], *(["…"] if cut else [])]]
