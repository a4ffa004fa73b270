"""One ticket with all that its page shows: at most fifteen statements, the session and the user included."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from django.db.models import Exists, OuterRef, Subquery
from django.utils import translation

from core.actor import Actor
from core.errors import Invalid
from core.first_row import FirstRow, moment
from core.planning import kept_plans
from desk.clocks import Chip, chip_of_card
from desk.escalation import OpenEscalation, escalation_column, open_escalation
from desk.law import LawPart, law_part
from desk.lines import Day, Undo, days_of, may_be_taken_back, read_position, written_position
from desk.person import Person, person
from desk.queue import MOST, CappedCount
from tickets.addresses import written
from tickets.briefing import Briefing, brief
from tickets.models import Draft, FollowUp, Participant, Ticket, TimelineEntry, Wait
from tickets.models.ticket import TicketQuerySet
from tickets.rights import may_change
from tickets.services.handling import closing
from tickets.services.handling.work import WAITING
from tickets.services.outward import outgoing
from tickets.services.outward.seen import heard
from tickets.thanks import is_just_thanks
from tickets.timeline import TimelinePage, timeline_page

TICKET, HISTORY, CUSTOMER = "ticket", "history", "customer"
TABS = (TICKET, HISTORY, CUSTOMER)
FEWEST_LINES, NEW_LINES, MOST_LINES = 30, 10, 500


@dataclass(frozen=True, slots=True)
class Place:
    """Where on the page somebody stands. kind: only this kind of lines. before: where older lines begin. lines: how
    many are read at once.
    """

    tab: str = TICKET
    kind: str = ""
    before: str = ""
    lines: int = FEWEST_LINES

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Place":
        """From an address; what is not known there is left out."""
        tab, kind = given.get("tab", ""), given.get("kind", "")
        return cls(
            tab=tab if tab in TABS else TICKET,
            kind=kind if kind in TimelineEntry.Kind.values else "",
            before=given.get("before", "")[:40],
            lines=_lines_wanted(given.get("lines", "")),
        )


def _lines_wanted(given: str) -> int:
    """As many as the page has by now, some new ones included, so that a fresh part holds all that was loaded."""
    return min(MOST_LINES, max(FEWEST_LINES, int(given) + NEW_LINES)) if given.isdecimal() else FEWEST_LINES


@dataclass(frozen=True, slots=True)
class History:
    """A stretch of a timeline. older: where the one before it begins, empty at the first contact."""

    days: list[Day]
    older: str
    hidden: int


@dataclass(frozen=True, slots=True)
class Composer:
    """What can be written, and where it goes.

    refusal: why no answer can be written, a whole sentence. to, cc: as they stand in the inputs. files: of the draft.
    mode: of the draft that was written last.
    """

    may_change: bool
    way: outgoing.Way | None
    refusal: str
    to: str
    cc: str
    reply: str
    files: list[dict[str, Any]]
    note: str
    mode: str
    saved_at: datetime | None


@dataclass(frozen=True, slots=True)
class NextFollowUp:
    """What is to be done next towards the customer. due_at: None while it waits for the fix. late: that has passed."""

    pk: int
    kind: str
    what: str
    due_at: datetime | None
    late: bool


@dataclass(frozen=True, slots=True)
class ShownWait:
    """For what the ticket waits. next_at: when something happens by itself, the customer is reminded for one."""

    since: datetime
    awaited: str
    until: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class TicketPage:
    ticket: Ticket
    person: Person
    briefing: Briefing
    history: History
    place: Place
    composer: Composer
    undo: Undo | None
    now: datetime

    @property
    def participants(self) -> list[Participant]:
        """Who else takes part, or is proposed to; a statement only where there is anybody."""
        if not getattr(self.ticket, "has_participants", False):
            return []
        people = Participant.objects.filter(conversation__ticket_id=self.ticket.pk)
        return list(people.present())

    @property
    def chip(self) -> Chip | None:
        """How the nearest of its clocks stands."""
        return chip_of_card(self.ticket.clock, now=self.now)

    @property
    def follow_up(self) -> NextFollowUp | None:
        """What is to be done next towards the customer."""
        nearest = getattr(self.ticket, "follow_up", None)
        if nearest is None:
            return None
        kind, due = str(FollowUp.Kind(nearest["kind"]).label), moment(nearest["due_at"])
        return NextFollowUp(nearest["pk"], kind, nearest["what"], due, late=bool(due and due <= self.now))

    @property
    def waits(self) -> ShownWait | None:
        """Since when and for what it waits, where that was said."""
        wait: Any = getattr(self.ticket, "wait", None)
        since = moment(wait["since"]) if wait and self.ticket.status in WAITING else None
        if since is None:
            return None
        return ShownWait(since, wait["awaited"], moment(wait["until"]), moment(wait["next_at"]))

    @property
    def law(self) -> LawPart | None:
        """What a law asks of us beyond its dates; nothing where all that is done."""
        part = law_part(self.ticket, now=self.now)
        return part if part and (part.waits or part.spoken) else None

    @property
    def missing(self) -> list[str]:
        """What keeps a resolved ticket from being closed; of several follow-ups the most urgent."""
        if self.ticket.status != Ticket.Status.RESOLVED:
            return []
        follow_up, extra = self.follow_up, self.ticket
        to_do = [follow_up.what or follow_up.kind] if follow_up else []
        return closing.sentences(self.ticket.outcome, answered=getattr(extra, "answered", False), to_do=to_do)

    @property
    def seems_thanks(self) -> bool:
        """Whether what the customer wrote after the solution reads like thanks and nothing else."""
        alone = self.ticket.unanswered == 1 and not self.ticket.preview_ours
        return self.ticket.wrote_after and alone and is_just_thanks(self.ticket.preview)

    @property
    def escalation(self) -> OpenEscalation | None:
        """What waits for an answer on an open ticket."""
        return open_escalation(self.ticket)

    @property
    def history_count(self) -> int:
        """How many entries the customer's whole history has, as far as they are counted."""
        extra: Any = self.ticket
        return int(extra.history_count)


def find(reference: str, *, actor: Actor) -> Ticket:
    """The ticket of a reference, to be changed. Raises Ticket.DoesNotExist where the actor may not read it."""
    return (
        Ticket.objects.visible_to(actor).select_related("query_type", "proposed_type").get(reference=reference.upper())
    )


@lru_cache(maxsize=200)
def _shown(actor: Actor) -> TicketQuerySet:
    """With its people and kinds, this person's drafts, and the length of the customer's history, in one statement.

    Kept, for it takes longer to put together than to answer; a page asks a copy of it.
    """
    drafts = Draft.objects.filter(ticket=OuterRef("pk"), author_id=actor.id)
    replies, notes = drafts.filter(mode=Draft.Mode.REPLY), drafts.filter(mode=Draft.Mode.NOTE)
    latest = drafts.exclude(mode=Draft.Mode.FORWARD).order_by("-saved_at")
    seen = TimelineEntry.objects.visible_to(actor)
    whole = seen.filter(customer__root_id=OuterRef("customer__root_id"))
    to_do = FollowUp.objects.to_do().filter(ticket=OuterRef("pk"))
    waits = Wait.objects.filter(ticket=OuterRef("pk"), status=OuterRef("status")).latest_first()
    return (
        Ticket.objects.visible_to(actor)
        .select_related("customer__root", "query_type", "proposed_type", "team", "owner", "channel", "terms")
        .defer("channel__secrets", "owner__password")
        .annotate(
            draft_reply=Subquery(replies.values("text")[:1]),
            draft_note=Subquery(notes.values("text")[:1]),
            draft_addressed=Subquery(replies.values("addressed")[:1]),
            draft_files=Subquery(replies.values("files")[:1]),
            draft=FirstRow(latest, mode="mode", saved_at="saved_at"),
            has_participants=Exists(Participant.objects.present().filter(conversation__ticket=OuterRef("pk"))),
            follow_up_count=CappedCount(to_do.values("pk")[:MOST]),
            follow_up=FirstRow(to_do.in_order(), pk="pk", kind="kind", what="what", due_at="due_at"),
            answered=Exists(closing.answers(OuterRef("pk"))),
            wait=FirstRow(waits, since="since", awaited="awaited", until="until", next_at="next_at"),
            last_heard=Subquery(heard(OuterRef("pk")).order_by("-pk").values("pk")[:1]),
            escalation=escalation_column(actor),
            history_count=CappedCount(whole.values("pk")[:MOST]),
        )
    )


def ticket_page(reference: str, place: Place, *, actor: Actor, now: datetime) -> TicketPage:
    """Everything the page of a ticket shows. Raises Ticket.DoesNotExist where the actor may not read it."""
    with kept_plans():
        return _page(reference, place, actor=actor, now=now)


def _page(reference: str, place: Place, *, actor: Actor, now: datetime) -> TicketPage:
    ticket = _shown(actor).get(reference=reference.upper())
    who = person(ticket.customer, actor=actor, now=now)
    lines = _lines(ticket, who, place, actor=actor)
    return TicketPage(
        ticket=ticket,
        person=who,
        briefing=brief(ticket, now=now, language=translation.get_language() or "", members=who.ids, actor=actor),
        history=history_of(lines, ticket_id=ticket.pk),
        place=place,
        composer=_composer(ticket, actor=actor),
        undo=may_be_taken_back(lines.entries, ticket_id=ticket.pk, author_id=actor.id, now=now),
        now=now,
    )


def _lines(ticket: Ticket, who: Person, place: Place, *, actor: Actor) -> TimelinePage:
    before, kinds = read_position(place.before), [place.kind] if place.kind else ()
    if place.tab == HISTORY:
        return timeline_page(actor, customer_ids=who.ids, before=before, kinds=kinds, limit=place.lines)
    return timeline_page(actor, ticket_id=ticket.pk, before=before, limit=place.lines)


def history_of(lines: TimelinePage, *, ticket_id: int | None = None, newest_first: bool = False) -> History:
    """A stretch of a timeline, by day."""
    days = days_of(lines.entries, ticket_id=ticket_id, newest_first=newest_first)
    return History(days=days, older=written_position(lines.older), hidden=lines.hidden)


def _composer(ticket: Any, *, actor: Actor) -> Composer:
    """Where an answer would go now; one or two statements, none for who may not answer. ticket: from _shown()."""
    way, refusal = None, ""
    allowed = may_change(ticket, actor)
    if allowed:
        try:
            way = outgoing.route(ticket)
        except Invalid as refused:
            refusal = refused.message
    typed, latest = ticket.draft_addressed or {}, ticket.draft or {}
    return Composer(
        may_change=allowed,
        way=way,
        refusal=refusal,
        to=typed.get("to") or written(way.to if way else ()),
        cc=typed["cc"] if "cc" in typed else written(way.cc if way else ()),
        reply=ticket.draft_reply or "",
        files=ticket.draft_files or [],
        mode=latest.get("mode", ""),
        note=ticket.draft_note or "",
        saved_at=moment(latest.get("saved_at")),
    )
