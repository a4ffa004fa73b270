"""Questions about one customer's whole history: every message, note and change, all channels, one order."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache

from django.db.models import Case, Count, Exists, IntegerField, OuterRef, Q, QuerySet, Subquery, Value, When
from django.db.models.functions import Coalesce, Length, Replace

from channels_out.models import Dispatch
from core.actor import Actor
from core.written_html import PICTURE_ELSEWHERE
from customers.models import Customer
from tickets.models import Attachment, Message, Picture, Ticket, TimelineEntry

SPOKEN = (TimelineEntry.Kind.MESSAGE, TimelineEntry.Kind.NOTE, TimelineEntry.Kind.CALL)
Position = tuple[datetime, int]
SHOWN_OF_TICKET = ("id", "reference", "subject", "team")
UNREAD = (
    "channel__secrets",
    "channel__settings",
    *(f"ticket__{field.name}" for field in Ticket._meta.concrete_fields if field.name not in SHOWN_OF_TICKET),
)


@dataclass(slots=True)
class Line:
    """One line of a timeline with what belongs to it. more: the message has quoted text or its own look besides.

    elsewhere: how many pictures of its look lie on other hosts and were not asked for. missing: how many were in vain.
    """

    entry: TimelineEntry
    message: Message | None = None
    dispatch: Dispatch | None = None
    attachments: list[Attachment] = field(default_factory=list)
    more: bool = False
    elsewhere: int = 0
    missing: int = 0


@dataclass(slots=True)
class TimelinePage:
    """The newest first. older: where the next page begins, None at the first contact. hidden: how many lines of this
    page the actor may not read, since they belong to a restricted team.
    """

    entries: list[Line]
    older: Position | None
    hidden: int


def customer_ids_of(customer: Customer) -> list[int]:
    """All customers that are this one: itself and everything merged into the same root."""
    return list(Customer.objects.members([customer.root_id or customer.pk]).values_list("pk", flat=True))


def timeline_page(
    actor: Actor,
    *,
    customer_ids: Sequence[int] | None = None,
    ticket_id: int | None = None,
    before: Position | None = None,
    kinds: Collection[str] = (),
    limit: int = 30,
) -> TimelinePage:
    """A page of the history of customers, or of one ticket; three statements whatever its length.

    before: the position of the last line already seen. kinds: only these kinds of lines, all when empty.
    """
    lines = TimelineEntry.objects.order_by("-at", "-id")
    if customer_ids is not None:
        lines = lines.filter(customer_id__in=customer_ids)
    if ticket_id is not None:
        lines = lines.filter(ticket_id=ticket_id)
    if kinds:
        lines = lines.filter(kind__in=kinds)
    if before:
        lines = lines.filter(Q(at__lt=before[0]) | Q(at=before[0], id__lt=before[1]), at__lte=before[0])
    found = list(lines.select_related("ticket__team", "channel").defer(*UNREAD)[: limit + 1])
    page = found[:limit]
    older = (page[-1].at, page[-1].pk) if len(found) > limit else None
    readable = [entry for entry in page if _readable(entry, actor)]
    return TimelinePage(with_details(readable), older, hidden=len(page) - len(readable))


def _readable(entry: TimelineEntry, actor: Actor) -> bool:
    """The rule of Ticket.visible_to, asked of rows already read, so that what is hidden can be counted."""
    if not actor.is_staff:
        return False
    team = entry.ticket.team if entry.ticket else None
    hidden = team is not None and team.restricted and team.pk not in actor.team_ids
    return not hidden or actor.sees_restricted


def with_details(entries: Iterable[TimelineEntry]) -> list[Line]:
    """The entries with their messages, delivery states and files, in two statements."""
    lines = [Line(entry) for entry in entries]
    ids = [line.entry.object_id for line in lines if line.entry.kind in SPOKEN and line.entry.object_id]
    messages = _spoken().in_bulk(ids)
    files: dict[int, list[Attachment]] = {}
    for attachment in Attachment.objects.filter(message_id__in=list(messages)).select_related("file").order_by("id"):
        files.setdefault(attachment.message_id, []).append(attachment)
    for line in lines:
        line.message = messages.get(line.entry.object_id or 0) if line.entry.kind in SPOKEN else None
        if line.message:
            line.dispatch = line.message.dispatch
            line.more = bool(getattr(line.message, "more", False))
            line.elsewhere = getattr(line.message, "elsewhere", 0)
            line.missing = getattr(line.message, "missing", 0)
            line.attachments = files.get(line.message.pk, [])
    return lines


@cache
def _spoken() -> "QuerySet[Message]":
    """Messages as lines show them; put together once, each page asks a copy of it."""
    left_out = (f"dispatch__{name}" for name in ("text", "html", "headers", "attachments"))
    spoken = Message.objects.select_related("dispatch", "conversation").defer("html", "full_text", *left_out)
    quotes = Q(full_text__gt="") & ~Q(kind=Message.Kind.OUTBOUND)  # ours differ by the signature alone
    return spoken.annotate(more=quotes | Q(html__gt=""), elsewhere=_elsewhere(), missing=_missing())


def _elsewhere() -> Case:
    """How many pictures the HTML has on other hosts, as long as nobody asked for them."""
    without = Replace("html", Value(PICTURE_ELSEWHERE), Value(""))
    count = (Length("html") - Length(without)) / len(PICTURE_ELSEWHERE)
    asked = Exists(Picture.objects.filter(message=OuterRef("pk")))
    return Case(When(Q(html="") | asked, then=Value(0)), default=count, output_field=IntegerField())


def _missing() -> Coalesce:
    in_vain = Picture.objects.filter(message=OuterRef("pk")).exclude(trouble="").order_by().values("message")
    return Coalesce(Subquery(in_vain.annotate(count=Count("pk")).values("count")), 0)
