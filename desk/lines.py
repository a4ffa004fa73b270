"""The lines of a timeline as the pages show them: by day, with silences, each with its own look."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from django.template.defaultfilters import linebreaksbr
from django.utils import timezone
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from channels_out.models import Dispatch
from desk.queue import EPOCH
from desk.rule_words import lift_words
from desk.templatetags.desk import DELIVERIES, change_words, look_icon, remark_words
from desk.trust import Trust, details_of, trust_of
from policies.models import Channel
from tickets.follow_up_words import outcome_words, try_words
from tickets.legal_words import reason_words
from tickets.models import Attachment, Message, TimelineEntry
from tickets.services.clocks.extending import EXTENDED
from tickets.services.escalation.lifts import LIFTED
from tickets.services.promises.follow_ups import DONE, DROPPED, TRIED
from tickets.timeline import Line, Position
from web.templatetags.web import icon, short_code, when

SILENCE = timedelta(days=30)  # a gap this long between two entries is worth a line of its own


@dataclass(frozen=True, slots=True)
class Delivery:
    """What became of a message of ours. again, stop: what one may do about it who may change the ticket."""

    pk: int
    state: str
    sign: SafeString
    words: str
    error: str
    again: bool
    stop: bool


@dataclass(frozen=True, slots=True)
class Shown:
    """One line as it is shown. look: customer, us, aside, note, call, machine or change. here: of the ticket one
    stands on. thread, party: of a line beside the customer's thread, where it stands and with whom.

    did: what was changed. way: whom it went to. silent_days: how long nothing happened before this, 0 where it is not
    worth saying. trust: how far the sender is proven, None where that is no question. held_back: the id of a message
    that the customer may not read yet, 0 for none. details: what else is known of it. mail: the id of a message that
    came by mail, 0 for any other. silent: a message that says nothing. remarks: what is odd about it, in words. more:
    the id of the message that has quotes or formatting besides, 0 for none. elsewhere, missing: how many pictures of
    other hosts wait to be asked for, or were asked for in vain.
    """

    pk: int
    at: datetime
    time: SafeString
    look: str
    sign: SafeString
    who: str
    did: str
    inbound: bool
    way: str
    trust: Trust | None
    held_back: int
    details: list[tuple[str, str]]
    mail: int
    reference: str
    code: str
    subject: str
    here: bool
    delivery: Delivery | None
    text: SafeString
    silent: bool
    remarks: list[str]
    files: list[Attachment]
    more: int
    elsewhere: int
    missing: int
    silent_days: int
    thread: int
    party: str


@dataclass(slots=True)
class Day:
    """A day with its lines."""

    at: datetime
    lines: list[Shown] = field(default_factory=list)


def days_of(lines: Sequence[Line], *, ticket_id: int | None = None, newest_first: bool = False) -> list[Day]:
    """The lines by day. lines: the newest first, as timeline_page gives them. ticket_id: the ticket one stands on."""
    ordered = list(reversed(lines))
    shown = [_shown(line, earlier, ticket_id) for line, earlier in zip(ordered, [None, *ordered], strict=False)]
    days: list[Day] = []
    for item in reversed(shown) if newest_first else shown:
        if not days or timezone.localdate(days[-1].at) != timezone.localdate(item.at):
            days.append(Day(item.at))
        days[-1].lines.append(item)
    return days


def _shown(line: Line, earlier: Line | None, ticket_id: int | None) -> Shown:
    entry, message, look = line.entry, line.message, _look(line)
    aside = message.conversation if message and look == "aside" else None
    silence = entry.at - earlier.entry.at if earlier else timedelta(0)
    here = ticket_id is not None and entry.ticket_id == ticket_id
    return Shown(
        pk=entry.pk,
        at=entry.at,
        time=when(entry.at, "time"),
        look=look,
        sign=look_icon(look, entry.channel),
        who=_who(line),
        did=change_words(entry.title) if look == "change" else "",
        inbound=_inbound(line),
        way=message.to[0] if message and message.to else _("to the customer"),
        trust=trust_of(message, entry.channel) if message and aside is None else None,
        held_back=message.pk if message and message.is_held_back and aside is None else 0,
        details=details_of(message) if message and here else [],
        mail=message.pk if message and _came_by_mail(message, entry.channel) else 0,
        reference=entry.ticket.reference if entry.ticket else "",
        code=short_code(entry.ticket.reference) if entry.ticket else "",
        subject=entry.ticket.subject if entry.ticket else "",
        here=here,
        delivery=_delivery(line.dispatch) if line.dispatch and look in ("us", "machine", "aside") else None,
        text=linebreaksbr(message.text if message else _said(entry)),
        silent=message is not None and not message.text,
        remarks=remark_words(message.remarks) if message else [],
        files=line.attachments,
        more=message.pk if message and line.more else 0,
        elsewhere=line.elsewhere,
        missing=line.missing,
        silent_days=silence.days if silence > SILENCE else 0,
        thread=aside.pk if aside else 0,
        party=(aside.party_name or aside.party_address) if aside else "",
    )


def _said(entry: TimelineEntry) -> str:
    """What stands below a change; codes become words."""
    if entry.title == LIFTED:
        return lift_words(entry.text)
    if entry.title == EXTENDED:
        pack, _colon, reason = entry.text.partition(": ")
        return f"{pack}: {reason_words(reason)}"
    if entry.title in (DONE, DROPPED):
        return outcome_words(entry.text)
    if entry.title == TRIED:
        return try_words(entry.text)
    return entry.text


def _came_by_mail(message: Message, channel: Channel | None) -> bool:
    return message.kind == Message.Kind.INBOUND and channel is not None and channel.kind == Channel.Kind.EMAIL


def _inbound(line: Line) -> bool:
    """Whether it was said to us; of a call the line knows it, since all of it is written down by us."""
    if line.message and line.entry.kind != TimelineEntry.Kind.CALL:
        return line.message.kind == Message.Kind.INBOUND
    return line.entry.direction == TimelineEntry.Direction.IN


def _delivery(dispatch: Dispatch) -> Delivery:
    sign, label = DELIVERIES[Dispatch.State(dispatch.state)]
    words = _("nobody knows whether it left") if dispatch.doubtful else str(label)
    waits = dispatch.state == Dispatch.State.QUEUED and dispatch.tries > 0
    return Delivery(
        pk=dispatch.pk,
        state=dispatch.state,
        sign=icon(sign),
        words=_("replaced by a corrected one") if dispatch.superseded_by_id else words,
        error=dispatch.error,
        again=dispatch.state == Dispatch.State.FAILED and not dispatch.superseded_by_id,
        stop=waits or dispatch.state == Dispatch.State.HELD,
    )


def _look(line: Line) -> str:
    entry, message = line.entry, line.message
    if entry.kind in (TimelineEntry.Kind.STATUS, TimelineEntry.Kind.FOLLOW_UP):
        return "change"
    if entry.kind == TimelineEntry.Kind.NOTE:
        return "note"
    if message and message.is_aside:
        return "aside"
    if message and message.automatic:
        return "machine"
    if entry.kind == TimelineEntry.Kind.CALL:
        return "call"
    return "customer" if entry.direction == TimelineEntry.Direction.IN else "us"


def _who(line: Line) -> str:
    message = line.message
    return (message.from_name or message.from_address if message else "") or line.entry.actor_name or _("Unknown")


@dataclass(frozen=True, slots=True)
class Undo:
    """An answer that can still be taken back, and until when."""

    message: Message
    until: datetime


def may_be_taken_back(lines: Iterable[Line], *, ticket_id: int, author_id: int | None, now: datetime) -> Undo | None:
    """The reader's own latest answer on this ticket while it still waits in the outbox."""
    for line in lines:
        dispatch, message = line.dispatch, line.message
        waiting = dispatch and dispatch.state == Dispatch.State.QUEUED and dispatch.send_after > now
        mine = message and message.author_id == author_id and not message.automatic
        if dispatch and message and waiting and mine and message.ticket_id == ticket_id:
            return Undo(message, dispatch.send_after)
    return None


def written_position(position: Position | None) -> str:
    """A place in a timeline as it stands in an address."""
    return f"{(position[0] - EPOCH) // timedelta(microseconds=1)}_{position[1]}" if position else ""


def read_position(given: str) -> Position | None:
    """A place in a timeline from an address; None for what is none."""
    moment, _mark, pk = given.partition("_")
    if not all(part.isascii() and part.isdigit() and len(part) < 18 for part in (moment, pk)):
        return None
    return (EPOCH + timedelta(microseconds=int(moment))).astimezone(UTC), int(pk)
