"""Follow-ups as their page shows them: what is to be done, the most urgent first, and what stands behind each."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from urllib.parse import urlencode

from django.db.models import Count, Q
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from core.actor import Actor
from customers.models import Identity
from desk import narrowing
from desk.lines import read_position, written_position
from policies.models import Channel
from tickets.models import FollowUp
from tickets.models.follow_up import FollowUpQuerySet
from tickets.rights import may_change
from web.templatetags.web import lasting

PAGE = 30
MINE, TEAM, ALL = "mine", "team", "all"
WHOSE: dict[str, Promise] = {MINE: gettext_lazy("Mine"), TEAM: gettext_lazy("My teams"), ALL: gettext_lazy("All")}
TO_DO, MISSED, UNDATED, DONE = "to-do", "missed", "undated", "done"
STATES: dict[str, Promise] = {
    TO_DO: gettext_lazy("To do"),
    MISSED: gettext_lazy("Missed"),
    UNDATED: gettext_lazy("Waiting for the fix"),
    DONE: gettext_lazy("Done"),
}
SOON = timedelta(hours=4)


@dataclass(frozen=True, slots=True)
class Choice:
    """Whose are shown, and which. team, channel: of their tickets, where the board leads here.

    until: only what is due before then and not missed yet, where the morning's mail leads here.
    after: the place behind which the page begins.
    """

    whose: str = MINE
    state: str = TO_DO
    team: str = ""
    channel: str = ""
    until: str = ""
    after: str = ""

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Choice":
        """From an address; what is not known there is left out."""
        whose, state = given.get("whose", ""), given.get("state", "")
        return cls(
            whose=whose if whose in WHOSE else MINE,
            state=state if state in STATES else TO_DO,
            team=given.get("team", "")[:50],
            channel=given.get("channel", "")[:20],
            until=narrowing.seconds(given.get("until", "")),
            after=given.get("after", "")[:40],
        )

    def address(self, **changes: str) -> str:
        """The query of the page with these changes."""
        changed = replace(self, **{"after": "", **changes})
        return urlencode(
            {
                name: value
                for name in ("whose", "state", "team", "channel", "until", "after")
                if (value := getattr(changed, name))
            }
        )

    def narrowed(self) -> list[str]:
        given = {name: value for name in ("team", "until") if (value := getattr(self, name))}
        kinds = [str(Channel.Kind(self.channel).label)] if self.channel in Channel.Kind.values else []
        return [*narrowing.labels(given).values(), *kinds]

    def chosen(self, actor: Actor) -> FollowUpQuerySet:
        found = FollowUp.objects.visible_to(actor)
        if self.whose == MINE:
            found = found.filter(owner_id=actor.id)
        elif self.whose == TEAM:
            found = found.filter(Q(team_id__in=actor.team_ids) | Q(owner_id=actor.id))
        if self.team:
            found = found.filter(ticket__team__slug=self.team)
        if self.channel:
            found = found.filter(ticket__channel__kind=self.channel)
        if self.state == MISSED:
            return found.filter(state=FollowUp.State.MISSED)
        if self.state == DONE:
            return found.filter(state=FollowUp.State.DONE)
        if self.until:
            return found.filter(state=FollowUp.State.OPEN, due_at__lt=narrowing.moment_of(self.until))
        undated = self.state == UNDATED
        return found.to_do().filter(due_at__isnull=undated)


@dataclass(frozen=True, slots=True)
class Row:
    """One follow-up. urgency: missed, soon, later, undated or done; when: in words. phone: the number to call."""

    follow_up: FollowUp
    urgency: str
    when: str
    phone: str
    tries: int
    may_act: bool


@dataclass(frozen=True, slots=True)
class FollowUpPage:
    """narrowed: in words, to which part of the house and which time."""

    choice: Choice
    narrowed: Sequence[str]
    rows: Sequence[Row]
    more: str


def follow_up_page(choice: Choice, *, actor: Actor, now: datetime) -> FollowUpPage:
    """Two statements, whatever it shows, and one more for the name of a team."""
    column = {TO_DO: "due_at", MISSED: "due_at", UNDATED: "created_at", DONE: "done_at"}[choice.state]
    found = _whole(choice.chosen(actor))
    newest_first = choice.state == DONE
    if place := read_position(choice.after):
        side = "lt" if newest_first else "gt"
        later = Q(**{f"{column}__{side}": place[0]}) | Q(**{column: place[0], f"pk__{side}": place[1]})
        found = found.filter(later)
    order = (f"-{column}", "-pk") if newest_first else (column, "pk")
    follow_ups = list(found.order_by(*order)[: PAGE + 1])
    shown = follow_ups[:PAGE]
    phones = _phones(shown)
    rows = [row_of(each, phones, actor=actor, now=now) for each in shown]
    more = ""
    if len(follow_ups) > PAGE:
        more = choice.address(after=written_position((getattr(shown[-1], column), shown[-1].pk)))
    return FollowUpPage(choice, choice.narrowed(), rows, more)


def one(pk: int, *, actor: Actor, now: datetime) -> Row:
    """Raises FollowUp.DoesNotExist where the actor may not read it."""
    found = _whole(FollowUp.objects.visible_to(actor)).get(pk=pk)
    return row_of(found, _phones([found]), actor=actor, now=now)


def _whole(found: FollowUpQuerySet) -> FollowUpQuerySet:
    related = found.select_related("ticket__query_type", "ticket__team", "customer", "owner", "team", "told_in")
    return related.defer("owner__password", "told_in__html").annotate(try_count=Count("tries"))


def _phones(found: Sequence[FollowUp]) -> dict[int, str]:
    """A number of each customer, by their root."""
    roots = {each.customer.root_id for each in found}
    numbers = Identity.objects.filter(kind__in=[Identity.Kind.PHONE, Identity.Kind.WHATSAPP])
    known = numbers.filter(customer__root_id__in=roots).order_by("-kind", "-id")
    return dict(reversed([(root or 0, value) for root, value in known.values_list("customer__root_id", "value")]))


def row_of(follow_up: FollowUp, phones: Mapping[int, str], *, actor: Actor, now: datetime) -> Row:
    urgency = _urgency(follow_up, now)
    return Row(
        follow_up=follow_up,
        urgency=urgency,
        when=_when(follow_up, urgency, now),
        phone=phones.get(follow_up.customer.root_id or 0, ""),
        tries=int(getattr(follow_up, "try_count", 0)),
        may_act=not follow_up.is_done and (follow_up.owner_id == actor.id or may_change(follow_up.ticket, actor)),
    )


def _urgency(follow_up: FollowUp, now: datetime) -> str:
    if follow_up.is_done:
        return "done"
    if follow_up.due_at is None:
        return "undated"
    if follow_up.due_at <= now:
        return "missed"
    return "soon" if follow_up.due_at - now <= SOON else "later"


def _when(follow_up: FollowUp, urgency: str, now: datetime) -> str:
    if urgency == "done":
        return str(FollowUp.Outcome(follow_up.outcome).label)
    if follow_up.due_at is None:
        return _("when the fix is recorded")
    if urgency == "missed":
        return _("late by %(time)s") % {"time": lasting(now - follow_up.due_at)}
    if timezone.localdate(follow_up.due_at) == timezone.localdate(now):
        return _("in %(time)s") % {"time": lasting(follow_up.due_at - now)}
    return ""
