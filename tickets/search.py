"""Finding tickets and customers by what a person types: a reference, an address, a name, or words that were said.

Words are looked up in the database's own full text over the timeline (FTS5 or tsvector, made by migration 0002). At
most 2,001 candidates are taken from the index: few are sorted by time, many are walked from the newest; nothing is
ranked or counted, so no search slows with the size of the tables.
"""

import re
from dataclasses import dataclass

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection, models
from django.db.models.expressions import RawSQL
from django.db.models.functions import Right
from django.db.models.lookups import Exact

from core.actor import Actor
from customers.models import Customer
from tickets.models import Ticket, TimelineEntry
from tickets.references import references_in
from tickets.timeline import Line, with_details

CANDIDATES = 2001
CODE = r"[A-Za-z0-9]{7}"  # the last part of a reference, as cards show it
SQLITE = "SELECT rowid FROM tickets_timeline_words WHERE tickets_timeline_words MATCH %s ORDER BY rowid DESC LIMIT %s"
POSTGRES = "SELECT id FROM tickets_timelineentry WHERE words @@ websearch_to_tsquery('simple', %s) LIMIT %s"


@dataclass(frozen=True, slots=True)
class SearchResult:
    """What was found, each kind the newest first."""

    tickets: list[Ticket]
    customers: list[Customer]
    lines: list[Line]


def search(actor: Actor, text: str, *, limit: int = 50) -> SearchResult:
    """Everything the actor may read that fits; nothing for fewer than two characters."""
    wanted = " ".join(text.split())[:200]
    if len(wanted) < 2:
        return SearchResult([], [], [])
    return SearchResult(_tickets(actor, wanted, limit), _customers(actor, wanted, limit), _lines(actor, wanted, limit))


def _tickets(actor: Actor, wanted: str, limit: int) -> list[Ticket]:
    found = Ticket.objects.visible_to(actor).for_cards()
    if re.fullmatch(CODE, wanted):
        return list(found.filter(Exact(Right("reference", 7), wanted.upper())).order_by("-id")[:limit])
    return list(found.filter(reference__in=references_in(wanted))[:limit])


def _customers(actor: Actor, wanted: str, limit: int) -> list[Customer]:
    seen = Customer.objects.visible_to(actor)
    digits = re.sub(r"[^\d]", "", wanted)
    if "@" in wanted:
        found = seen.filter(identities__value=wanted.lower())
    elif len(digits) >= 6 and not re.search(r"[A-Za-z]", wanted):
        found = seen.filter(identities__value__in=[f"+{digits}", f"+62{digits.lstrip('0')}", digits])
    elif connection.vendor == "postgresql":
        query = SearchQuery(f"'{_plain(wanted)}':*", search_type="raw", config="simple")
        found = seen.annotate(words=SearchVector("name", config="simple")).filter(words=query)
    else:
        found = seen.filter(name__icontains=wanted)
    return list(found.order_by("-id").distinct()[:limit])


def _plain(wanted: str) -> str:
    return re.sub(r"[^\w\s.-]", " ", wanted).strip() or "-"


def _lines(actor: Actor, wanted: str, limit: int) -> list[Line]:
    entries = TimelineEntry.objects.visible_to(actor).select_related("ticket__customer", "channel", "customer")
    entries = entries.defer("channel__secrets")
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(POSTGRES, [wanted, CANDIDATES])
        else:
            cursor.execute(SQLITE, [_match(wanted), CANDIDATES])
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) < CANDIDATES or connection.vendor != "postgresql":
        return with_details(entries.filter(pk__in=ids[: CANDIDATES - 1]).order_by("-at", "-id")[:limit])
    fits = RawSQL("tickets_timelineentry.words @@ websearch_to_tsquery('simple', %s)", [wanted], models.BooleanField())
    return with_details(entries.filter(fits).order_by("-id")[:limit])


def _match(wanted: str) -> str:
    """The words as FTS5 wants them: all of them, the last one perhaps unfinished, none of them an operator."""
    words = re.findall(r"\w+", wanted)
    return " ".join(f'"{word}"' for word in words) + "*" if words else '""'
