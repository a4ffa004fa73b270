"""What came in and is no message: parked, being tried again, there already, or discarded."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import BinaryField, QuerySet
from django.db.models.functions import Substr
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from channels_in.glance import HEAD_BYTES, glance
from channels_in.models import Arrival, ArrivalHistory
from channels_in.models.arrival import BLOCKED, ArrivalQuerySet
from channels_in.services import ledger
from core.actor import Actor
from desk.reasons import REASONS, Reason, reason_of
from desk.templatetags.desk import kind_icon
from policies.models import Channel
from tickets.models import Ticket

PAGE = 30
LARGEST_NUMBER = 10**18
SHOWN_BYTES = 64 * 1024
UNSHOWABLE = dict.fromkeys((*range(32), *range(127, 160)), "�") | dict.fromkeys(
    (*range(0x200E, 0x2010), *range(0x202A, 0x202F), *range(0x2066, 0x206A)), "\N{REPLACEMENT CHARACTER}"
)
SHOWABLE = {ord("\n"): "\n", ord("\t"): "\t", ord("\r"): ""}
RETRYING = "retrying"
STATES: dict[str, Promise] = {
    Arrival.State.PARKED.value: _("Needs a look"),
    RETRYING: _("Being tried again"),
    Arrival.State.DUPLICATE.value: _("There already"),
    Arrival.State.DISCARDED.value: _("Discarded"),
}
READ = _("Read")


@dataclass(frozen=True, slots=True)
class Choice:
    """What of it is shown. before: the number below which the page begins; until: none newer than this."""

    state: str = Arrival.State.PARKED.value
    channel: int = 0
    reason: str = ""
    before: int = 0
    until: int = 0

    @classmethod
    def read(cls, given: Mapping[str, str]) -> "Choice":
        """From an address; what is not known there is left out."""
        state, reason = given.get("state", ""), given.get("reason", "")
        return cls(
            state=state if state in STATES else Arrival.State.PARKED.value,
            channel=number(given.get("channel")),
            reason=reason if reason in REASONS else "",
            before=number(given.get("before")),
            until=number(given.get("until")),
        )

    def address(self, **changes: Any) -> str:
        """The query of the page with these changes, without what says nothing."""
        changed = replace(self, **{"before": 0, "until": 0, **changes})
        names = ("state", "channel", "reason", "before", "until")
        return urlencode({name: value for name in names if (value := getattr(changed, name))})

    def chosen(self, actor: Actor) -> ArrivalQuerySet:
        """The arrivals that fit, as far as the actor may open them."""
        found = Arrival.objects.visible_to(actor).openable_by(actor)
        if self.state == RETRYING:
            found = found.filter(state__in=[Arrival.State.NEW, Arrival.State.PROCESSING], tries__gt=0)
        else:
            found = found.filter(state=self.state)
        if self.channel:
            found = found.filter(channel=self.channel)
        if self.reason:
            found = found.filter(reason=self.reason)
        return found.filter(pk__lte=self.until) if self.until else found


def number(given: str | None) -> int:
    """A row's number from an address, 0 for what is none."""
    found = int(given) if given and given.isascii() and given.isdigit() and len(given) < 18 else 0
    return found if found < LARGEST_NUMBER else 0


@dataclass(frozen=True, slots=True)
class Row:
    """One arrival in the list."""

    pk: int
    sign: SafeString
    sender: str
    subject: str
    reason: Reason
    size: int
    tries: int
    received_at: datetime
    is_parked: bool


@dataclass(frozen=True, slots=True)
class IncomingPage:
    choice: Choice
    rows: Sequence[Row]
    channels: Sequence[Channel]
    more: str

    @property
    def all_of_it(self) -> str:
        """The query that stands for all that fits, as far as it was seen: not for what comes meanwhile."""
        return self.choice.address(until=self.rows[0].pk if self.rows else 0)


def incoming_page(choice: Choice, *, actor: Actor) -> IncomingPage:
    """Two statements, and a look into the files of those that are too large for a row."""
    found = choice.chosen(actor).select_related("channel", "file").defer("body", "channel__secrets")
    if choice.before:
        found = found.filter(pk__lt=choice.before)
    head = Substr("body", 1, HEAD_BYTES, output_field=BinaryField())
    arrivals = list(found.annotate(head=head).order_by("-pk")[: PAGE + 1])
    rows = [_row(arrival) for arrival in arrivals[:PAGE]]
    more = choice.address(before=rows[-1].pk) if len(arrivals) > PAGE else ""
    channels = Channel.objects.defer("secrets", "settings").order_by("name", "id")
    return IncomingPage(choice, rows, list(channels), more)


def _row(arrival: Any) -> Row:
    """arrival: with its head."""
    seen = glance(arrival.channel.kind, ledger.head_of(arrival, HEAD_BYTES) if arrival.file else bytes(arrival.head))
    return Row(
        pk=arrival.pk,
        sign=kind_icon(arrival.channel.kind, arrival.channel.name),
        sender=seen.sender,
        subject=seen.subject,
        reason=reason_of(arrival.reason, state=arrival.state, tries=arrival.tries),
        size=arrival.size,
        tries=arrival.tries,
        received_at=arrival.received_at,
        is_parked=arrival.state == Arrival.State.PARKED,
    )


@dataclass(frozen=True, slots=True)
class ArrivalPage:
    """One arrival with all that is known of it. raw: its beginning as text that can do nothing. tickets: the references
    of those on which it stands.
    """

    arrival: Arrival
    sender: str
    subject: str
    reason: Reason
    raw: str
    is_cut: bool
    history: QuerySet[ArrivalHistory]
    tickets: Sequence[str]

    @property
    def is_parked(self) -> bool:
        return self.arrival.state == Arrival.State.PARKED

    @property
    def may_be_retried(self) -> bool:
        """Of a stub there is nothing to read again."""
        if self.arrival.is_stub:
            return False
        return self.is_parked or (self.arrival.state, self.arrival.reason) == (Arrival.State.DISCARDED, BLOCKED)

    @property
    def state_words(self) -> str | Promise:
        if self.arrival.state == Arrival.State.DONE:
            return READ
        return STATES.get(self.arrival.state, STATES[RETRYING])


def arrival_of(pk: int, *, actor: Actor) -> Arrival:
    """Raises Arrival.DoesNotExist where the actor may not open it."""
    return Arrival.objects.visible_to(actor).openable_by(actor).select_related("channel", "file").get(pk=pk)


def arrival_behind(message_id: int, *, actor: Actor) -> Arrival | None:
    """What brought this message, where the actor may open it."""
    found = Arrival.objects.visible_to(actor).openable_by(actor).filter(messages=message_id)
    return found.only("pk").order_by("pk").first()


def arrival_page(pk: int, *, actor: Actor) -> ArrivalPage:
    """Raises Arrival.DoesNotExist where the actor may not open it."""
    arrival = arrival_of(pk, actor=actor)
    head = ledger.head_of(arrival, SHOWN_BYTES)
    seen = glance(arrival.channel.kind, head)
    return ArrivalPage(
        arrival=arrival,
        sender=seen.sender,
        subject=seen.subject,
        reason=reason_of(arrival.reason, state=arrival.state, tries=arrival.tries),
        raw=harmless(head),
        is_cut=arrival.size > len(head),
        history=arrival.history.order_by("-at", "-id"),
        tickets=list(
            Ticket.objects.visible_to(actor)
            .filter(messages__in=arrival.messages.all())
            .distinct()
            .order_by("pk")
            .values_list("reference", flat=True)
        ),
    )


def harmless(raw: bytes) -> str:
    """Bytes as a text that shows what they are: nothing in it moves, turns round or rings."""
    return raw.decode("utf-8", "replace").translate(UNSHOWABLE | SHOWABLE)
