"""What goes out: what waits, what did not arrive, and what left today."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.models.dispatch import LEFT, UNSENT, DispatchQuerySet
from core.actor import Actor
from desk.incoming import number
from desk.templatetags.desk import DELIVERIES, kind_icon
from files.models import StoredFile
from policies.models import Channel
from tickets.models import Message, Ticket
from tickets.rights import may_change
from web.templatetags.web import icon

PAGE = 30
FAILED, WAITING, HELD, DOUBTFUL, SENT = "failed", "waiting", "held", "doubtful", "sent"
STATES: dict[str, Promise] = {
    FAILED: _("Could not be sent"),
    WAITING: _("Waiting to be sent"),
    HELD: _("Held back"),
    DOUBTFUL: _("In doubt"),
    SENT: _("Sent today"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """What of it is shown. before: the number below which the page begins."""

    state: str = FAILED
    channel: int = 0
    before: int = 0

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Choice":
        """From an address; what is not known there is left out."""
        state = given.get("state", "")
        return cls(
            state=state if state in STATES else FAILED,
            channel=number(given.get("channel")),
            before=number(given.get("before")),
        )

    def address(self, **changes: Any) -> str:
        """The query of the page with these changes, without what says nothing."""
        changed = replace(self, **{"before": 0, **changes})
        return urlencode({name: value for name in ("state", "channel", "before") if (value := getattr(changed, name))})

    def chosen(self, actor: Actor, *, now: datetime) -> DispatchQuerySet:
        found = _readable(actor)
        if self.state == WAITING:
            found = found.filter(state__in=[Dispatch.State.QUEUED, Dispatch.State.SENDING])
        elif self.state == HELD:
            found = found.filter(state=Dispatch.State.HELD)
        elif self.state == SENT:
            midnight = timezone.localtime(now).replace(hour=0, minute=0, second=0, microsecond=0)
            found = found.filter(state__in=LEFT, sent_at__gte=midnight)
        else:
            found = found.to_be_decided()
        if self.state == DOUBTFUL:
            found = found.filter(doubtful=True)
        return found.filter(channel=self.channel) if self.channel else found


def _readable(actor: Actor) -> DispatchQuerySet:
    """Without the messages of tickets that the actor may not read."""
    own = Message.objects.visible_to(actor).filter(dispatch=OuterRef("pk")).values("pk")[:1]
    found = Dispatch.objects.visible_to(actor).annotate(readable=Subquery(own))
    return found.filter(Q(message=None) | Q(readable__isnull=False))


@dataclass(frozen=True, slots=True)
class Row:
    """One message on its way. ticket: what it belongs to, if anything. may_act: whether the reader may change that.

    state_sign, state_words: how it stands; error: why, a line each; waits_for: what else than its turn it waits for.
    """

    pk: int
    sign: SafeString
    recipients: Sequence[DispatchRecipient]
    subject: str
    text: str
    state: str
    state_sign: SafeString
    state_words: str
    error: str
    tries: int
    next_try_at: datetime | None
    at: datetime
    automatic: bool
    ticket: Ticket | None
    may_act: bool

    @property
    def waits_for(self) -> str:
        """Said of the whole message, not of one address."""
        told = {recipient.error for recipient in self.recipients}
        return self.error if self.state in UNSENT and self.error not in told else ""

    @property
    def may_be_stopped(self) -> bool:
        return self.may_act and self.state in (Dispatch.State.QUEUED, Dispatch.State.HELD)

    @property
    def may_be_sent_again(self) -> bool:
        return self.may_act and self.state == Dispatch.State.FAILED


@dataclass(frozen=True, slots=True)
class OutboxPage:
    choice: Choice
    rows: Sequence[Row]
    channels: Sequence[Channel]
    more: str


def outbox_page(choice: Choice, *, actor: Actor, now: datetime) -> OutboxPage:
    """Three statements, whatever it shows."""
    found = _whole(choice.chosen(actor, now=now))
    if choice.before:
        found = found.filter(pk__lt=choice.before)
    dispatches = list(found.order_by("-pk")[: PAGE + 1])
    rows = [_row(dispatch, actor, now=now) for dispatch in dispatches[:PAGE]]
    more = choice.address(before=rows[-1].pk) if len(dispatches) > PAGE else ""
    channels = Channel.objects.defer("secrets", "settings").order_by("name", "id")
    return OutboxPage(choice, rows, list(channels), more)


def outbox_row(pk: int, *, actor: Actor, now: datetime) -> Row:
    """Raises Dispatch.DoesNotExist."""
    return _row(_whole(_readable(actor)).get(pk=pk), actor, now=now)


@dataclass(frozen=True, slots=True)
class Carried:
    """A file that goes along. refusal: why it never leaves, empty where it may."""

    pk: int
    name: str
    waits: bool
    refusal: str


def files_of(pk: int, *, actor: Actor) -> list[Carried]:
    """What a message carries, in order. Two statements. Raises Dispatch.DoesNotExist."""
    listed = _readable(actor).values_list("attachments", flat=True).get(pk=pk)
    stored = StoredFile.objects.in_bulk([each["file"] for each in listed])
    return [_carried(each["name"], stored[each["file"]]) for each in listed if each["file"] in stored]


def _carried(name: str, file: StoredFile) -> Carried:
    harmful = file.scan == StoredFile.Scan.INFECTED
    waits = file.scan == StoredFile.Scan.PENDING
    return Carried(file.pk, name, waits=waits, refusal=file.refusal(name) if harmful else "")


def _whole(dispatches: DispatchQuerySet) -> DispatchQuerySet:
    related = dispatches.select_related("channel", "message__ticket__customer").prefetch_related("recipients")
    return related.defer("html", "headers", "channel__secrets", "channel__settings", "message__html")


def _row(dispatch: Dispatch, actor: Actor, *, now: datetime) -> Row:
    message: Message | None = getattr(dispatch, "message", None)
    sign, words = DELIVERIES[Dispatch.State(dispatch.state)]
    waits = dispatch.state == Dispatch.State.QUEUED and dispatch.send_after > now
    return Row(
        pk=dispatch.pk,
        sign=kind_icon(dispatch.channel.kind, dispatch.channel.name),
        recipients=sorted(dispatch.recipients.all(), key=lambda each: each.pk),
        subject=dispatch.subject,
        text=message.text if message else dispatch.text,
        state=dispatch.state,
        state_sign=icon(sign),
        state_words=str(_("nobody knows whether it left") if dispatch.doubtful else words),
        error=dispatch.error,
        tries=dispatch.tries,
        next_try_at=dispatch.send_after if waits else None,
        at=dispatch.sent_at or dispatch.created_at,
        automatic=dispatch.automatic,
        ticket=message.ticket if message else None,
        may_act=message is not None and may_change(message.ticket, actor),
    )
