"""Asking a vendor or a technician: a thread of its own beside the customer's, which the customer never sees.

What is forwarded and what comes back stands on the ticket, for the staff alone; the customer's clocks go on.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.utils import timezone, translation
from django.utils.dateformat import format as date_format
from django.utils.translation import gettext as _

from channels_out.services.outbox import Recipient
from core.actor import Actor
from core.errors import Invalid
from core.history import by
from customers.models import Identity
from notices import live
from tickets.models import Attachment, Conversation, Draft, Message, Ticket, TicketHistory, TimelineEntry
from tickets.services.clocks import deadlines
from tickets.services.handling.locking import lock
from tickets.services.outward import letters, outgoing, replies
from tickets.services.outward.letters import Letter

MOST_MESSAGES = 50


@dataclass(frozen=True, slots=True)
class Along:
    """What of a ticket is sent along to somebody else."""

    message_ids: Sequence[int] = ()
    attachment_ids: Sequence[int] = ()


NOTHING = Along()


@transaction.atomic
def forward(
    ticket_id: int,
    *,
    actor: Actor,
    text: str,
    now: datetime,
    undo: timedelta = timedelta(0),
    to: Sequence[Recipient] = (),
    cc: Sequence[Recipient] = (),
    thread_id: int | None = None,
    along: Along = NOTHING,
    file_ids: Sequence[tuple[int, str]] = (),
    wait: bool = False,
    version: int | None = None,
) -> Message:
    """Write to somebody who is not the customer, with chosen messages of the ticket below one's own words.

    thread_id: a thread that goes on; else one begins with the first of `to`. wait: the ticket waits for their answer.
    Raises Invalid, NotAllowed, Conflict, Ticket.DoesNotExist.
    """
    ticket = lock(ticket_id, actor=actor, version=version)
    if not text.strip():
        raise Invalid(_("Say what you need from them. Write something first."), field="text")
    known = _thread(ticket, thread_id) if thread_id else None
    way = _way(ticket, known, to=to, cc=cc)
    letter = _letter(ticket, text, along, file_ids, language=way.channel.language, is_first=known is None)
    before = replies.as_it_was(ticket)
    thread = known or _begin(ticket, way, now=now)
    message = letters.send(ticket, letter, way, actor=actor, now=now, undo=undo, thread=thread)
    letters.tell_timeline(message, actor, direction=TimelineEntry.Direction.INTERNAL)
    if wait and ticket.is_open:
        ticket.status = Ticket.Status.WAITING_THIRD_PARTY
    _note(ticket, message, before=before, actor=actor, now=now)
    Draft.objects.filter(ticket=ticket, author_id=actor.id, mode=Draft.Mode.FORWARD).delete()
    live.tickets_changed(ticket.pk)
    return message


def _letter(
    ticket: Ticket, text: str, along: Along, file_ids: Sequence[tuple[int, str]], *, language: str, is_first: bool
) -> Letter:
    files = [(each.file_id, each.name) for each in _attachments(ticket, along.attachment_ids)]
    return Letter(
        text,
        subject=outgoing.subject_line(ticket, before="Fwd: " if is_first else "Re: "),
        file_ids=[*files, *file_ids],
        below=_quoted(_messages(ticket, along.message_ids), language=language),
    )


def threads_of(ticket: Ticket) -> list[Conversation]:
    """The threads with third parties on this ticket, the latest first."""
    return list(ticket.conversations.with_third_parties().order_by("-id"))


def _thread(ticket: Ticket, thread_id: int) -> Conversation:
    found = ticket.conversations.with_third_parties().filter(pk=thread_id).first()
    if found is None:
        raise Invalid(_("This thread is not on this ticket any more."), field="thread")
    return found


def _way(
    ticket: Ticket, known: Conversation | None, *, to: Sequence[Recipient], cc: Sequence[Recipient]
) -> outgoing.Way:
    channel = outgoing.mailbox_for(ticket.channel)
    if channel is None:
        raise Invalid(_("There is no mailbox to write from. An administrator can add one under Channels."))
    if not to and known:
        to = [Recipient(known.party_address, known.party_name)]
    if not to:
        raise Invalid(_("Say to whom it is forwarded."), field="to")
    copies = outgoing.without(cc, to)
    outgoing.refuse_our_own([*to, *copies])
    _refuse_the_customer(ticket, [*to, *copies])
    return outgoing.Way(channel, to, copies)


def _refuse_the_customer(ticket: Ticket, recipients: Sequence[Recipient]) -> None:
    """What is said in such a thread is not meant for them."""
    addresses = [each.address.lower() for each in recipients]
    theirs = Identity.objects.filter(customer__root_id=ticket.customer.root_id, value__in=addresses).first()
    if theirs:
        raise Invalid(
            _("%(address)s is the customer. Write them a reply instead.") % {"address": theirs.value}, field="to"
        )


def _begin(ticket: Ticket, way: outgoing.Way, *, now: datetime) -> Conversation:
    party = way.to[0]
    return Conversation.objects.create(
        kind=Conversation.Kind.THIRD_PARTY,
        party_name=party.name,
        party_address=party.address,
        customer=ticket.customer,
        channel=way.channel,
        ticket=ticket,
        started_at=now,
    )


def _messages(ticket: Ticket, ids: Sequence[int]) -> list[Message]:
    """What goes along, in the order it was said; notes stay inside."""
    wanted = ticket.messages.exclude(kind=Message.Kind.NOTE).filter(pk__in=list(ids)[:MOST_MESSAGES])
    found = list(wanted.order_by("received_at", "id"))
    if len(found) != len(set(ids)):
        raise Invalid(_("Only messages of this ticket can be forwarded, no notes."), field="messages")
    return found


def _attachments(ticket: Ticket, ids: Sequence[int]) -> list[Attachment]:
    rows = Attachment.objects.filter(message__ticket=ticket, pk__in=ids).select_related("file")
    found = list(rows.order_by("id"))
    if len(found) != len(set(ids)):
        raise Invalid(_("Only files of this ticket can be forwarded."), field="attachments")
    for each in found:
        if why := each.file.bar(each.name):
            raise Invalid(f"“{each.name}”: {why}", field="attachments")
    return found


def _quoted(messages: Sequence[Message], *, language: str) -> str:
    """The chosen messages below one's own words: who, when, what. The customer's address is not told on."""
    with translation.override(language):
        blocks = [
            "\n".join(
                [
                    "---------- " + _("Forwarded message") + " ----------",
                    _("From: %(name)s") % {"name": each.from_name or _("the customer")},
                    _("Date: %(when)s") % {"when": _moment(each.received_at)},
                    "",
                    each.text.strip(),
                ]
            )
            for each in messages
        ]
    return "".join(f"\n\n{block}" for block in blocks)


def _moment(at: datetime) -> str:
    local = timezone.localtime(at)
    return f"{date_format(local, 'j F Y H:i')} {local:%Z}"


def _note(ticket: Ticket, message: Message, *, before: dict[str, object], actor: Actor, now: datetime) -> None:
    ticket.version += 1
    ticket.save(update_fields=["status", "version"])
    after = {"message": message.pk, "status": ticket.status, "to": message.to, "cc": message.cc}
    TicketHistory.objects.create(
        ticket=ticket,
        at=now,
        change="forwarded",
        before=before,
        after=after | {"version": ticket.version},
        **by(actor),
    )
    deadlines.follow([ticket], now=now)
