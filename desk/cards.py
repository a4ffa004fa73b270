"""Tickets as the lists show them: read as plain columns, since a list makes hundreds of objects otherwise."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import OuterRef, Subquery
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from desk.clocks import Chip, chip_of_card
from desk.templatetags.desk import kind_icon, status_icon
from policies.models import Priority
from tickets.models import OPEN_STATUSES, FollowUp, Ticket
from tickets.models.ticket import TicketQuerySet
from web.templatetags.web import capped, day_and_time, lasting, short_code

COLUMNS = (
    "pk",
    "reference",
    "subject",
    "status",
    "priority",
    "outcome",
    "ball",
    "queue_at",
    "queue_due_at",
    "clock",
    "received_at",
    "resolved_at",
    "last_message_at",
    "preview",
    "preview_ours",
    "unanswered",
    "customer__name",
    "customer__high_value",
    "channel__kind",
    "channel__name",
    "owner__name",
    "owner__public_name",
    "team__name_id",
    "team__name_en",
    "query_type__name_id",
    "query_type__name_en",
)
FOLLOW_UP = "follow_up_at"
MARKED = (Priority.HIGH, Priority.URGENT)


@dataclass(frozen=True, slots=True)
class Card:
    """One ticket of a list, in the words of the page.

    since: how long somebody waits, or how long ago the last word was said.
    chip: how the nearest of its clocks stands, None where it has none. follow_up: by when something must be
    done for the customer, empty where no follow-up has a date.
    position: when it is due, ball and moment, by which the queue is in order.
    """

    pk: int
    reference: str
    code: str
    subject: str
    name: str
    high_value: bool
    sign: SafeString
    waits: bool
    unread: bool
    since: str
    preview: str
    ours: bool
    new: str
    urgent: bool
    priority: str
    status: str
    status_sign: SafeString | str
    outcome: str
    owner: str
    team: str
    type: str
    is_open: bool
    received_at: datetime
    chip: Chip | None
    follow_up: str
    follow_up_late: bool
    position: tuple[datetime, int, datetime]
    address: str


def ticket_addresses() -> str:
    """The address of any ticket, with a place for its reference: made once for a list, not for each of its rows."""
    return reverse("desk:ticket", args=["REFERENCE"])


def cards(tickets: TicketQuerySet, *, now: datetime) -> list[Card]:
    """The cards of these tickets with the next of their follow-ups, in one statement."""
    dated = FollowUp.objects.to_do().filter(ticket=OuterRef("pk"), due_at__isnull=False)
    columns = (*COLUMNS, FOLLOW_UP)
    asked = tickets.annotate(**{FOLLOW_UP: Subquery(dated.order_by("due_at").values("due_at")[:1])})
    return _cards(columns, asked.values_list(*columns), now=now)


def cards_of_rows(rows: Iterable[Sequence[Any]], *, now: datetime) -> list[Card]:
    """The cards of tickets whose COLUMNS somebody has read already."""
    return _cards(COLUMNS, rows, now=now)


def _cards(columns: Sequence[str], rows: Iterable[Sequence[Any]], *, now: datetime) -> list[Card]:
    spoken = "id" if translation.get_language() == "id" else "en"
    address = ticket_addresses()
    return [_card(dict(zip(columns, row, strict=True)), spoken=spoken, address=address, now=now) for row in rows]


def _card(row: Mapping[str, Any], *, spoken: str, address: str, now: datetime) -> Card:
    status, open_now = row["status"], row["status"] in OPEN_STATUSES
    resolved_at = row["resolved_at"] if status == Ticket.Status.RESOLVED else None
    waits = open_now and row["ball"] == Ticket.Ball.OURS
    promised = row.get(FOLLOW_UP)
    plain = status in (Ticket.Status.NEW, Ticket.Status.OPEN)
    return Card(
        pk=row["pk"],
        reference=row["reference"],
        code=short_code(row["reference"]),
        subject=row["subject"] or _("(no subject)"),
        name=row["customer__name"] or _("Unknown"),
        high_value=row["customer__high_value"],
        sign=kind_icon(row["channel__kind"], row["channel__name"]),
        waits=waits,
        unread=row["unanswered"] > 0,
        since=lasting(now - row["queue_at" if waits else "last_message_at"]),
        preview=row["preview"] or _("(no text)"),
        ours=row["preview_ours"],
        new=capped(row["unanswered"]),
        urgent=row["priority"] == Priority.URGENT,
        priority=str(Priority(row["priority"]).label) if row["priority"] in MARKED else "",
        status=str(Ticket.Status(status).label),
        status_sign="" if plain else status_icon(status),
        outcome=str(Ticket.Outcome(row["outcome"]).label) if row["outcome"] else "",
        owner=row["owner__public_name"] or row["owner__name"] or "",
        team=row[f"team__name_{spoken}"] or "",
        type=row[f"query_type__name_{spoken}"],
        is_open=open_now,
        received_at=row["received_at"],
        chip=chip_of_card(row["clock"], now=now),
        follow_up=_("Follow-up by %(when)s") % {"when": day_and_time(promised)} if promised else "",
        follow_up_late=promised is not None and promised <= now,
        position=(row["queue_due_at"], row["ball"], resolved_at or row["queue_at"]),
        address=address.replace("REFERENCE", row["reference"]),
    )
