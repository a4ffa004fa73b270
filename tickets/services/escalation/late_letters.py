"""Telling customers that it takes longer than it should: once a ticket, by dispatches that pass the loop gate."""

from collections.abc import Sequence
from datetime import datetime
from itertools import compress

from django.db.models import Exists, OuterRef
from django.utils import translation
from django.utils.translation import gettext as _

from channels_out.services import outbox
from channels_out.services.outbox import Outgoing, Recipient
from core import bulk
from customers.models import Identity
from policies.models import Channel
from tickets.links import status_url
from tickets.models import Conversation, Message, Ticket
from tickets.services.outward import acknowledgement
from tickets.services.outward.outgoing import NOT_THEIRS, headers, mailbox_for, subject_line

LATE = "late_letter"


def send(tickets: Sequence[Ticket], *, now: datetime) -> None:
    """Queue a letter for each ticket whose customer can be written to and was not told yet. In bulk."""
    if not tickets:
        return
    threads = _threads({ticket.pk: ticket for ticket in tickets})
    channels = {thread.channel_id: thread.channel for thread in threads}
    mailboxes = {pk: mailbox_for(channel) for pk, channel in channels.items()}
    reachable = [(thread, mailbox) for thread in threads if (mailbox := mailboxes[thread.channel_id])]
    allowed = outbox.fitting([_address(thread) for thread, _mailbox in reachable], now=now) if reachable else []
    letters = [(thread, _letter(thread, mailbox)) for thread, mailbox in compress(reachable, allowed)]
    dispatches = outbox.queue([letter for _thread, letter in letters], now=now)
    messages = bulk.insert(
        acknowledgement.message_of(thread, letter, dispatch, automatic=LATE, now=now)
        for (thread, letter), dispatch in zip(letters, dispatches, strict=True)
    )
    bulk.insert(map(acknowledgement.entry, messages))


def _threads(tickets: dict[int, Ticket]) -> list[Conversation]:
    """The thread of each ticket in which the customer can be reached by mail; the latest where there are several."""
    told = Message.objects.filter(ticket__in=tickets, automatic=LATE).values_list("ticket_id", flat=True)
    left = tickets.keys() - set(told)
    by_a_person = Message.objects.filter(conversation=OuterRef("pk"), kind=Message.Kind.INBOUND, automatic="")
    reachable = Conversation.objects.with_customer().filter(
        Exists(by_a_person.exclude(trust__in=NOT_THEIRS)),
        ticket__in=left,
        identity__kind=Identity.Kind.EMAIL,
        identity__undeliverable_at=None,
    )
    found = {each.ticket_id: each for each in reachable.select_related("identity", "channel").order_by("id")}
    for pk, thread in found.items():
        thread.ticket = tickets[pk]
    return list(found.values())


def _address(thread: Conversation) -> str:
    return thread.identity.value if thread.identity else ""


def _letter(thread: Conversation, mailbox: Channel) -> Outgoing:
    answered = [thread.thread_key] if thread.thread_key and thread.channel.kind == Channel.Kind.EMAIL else []
    return Outgoing(
        channel=mailbox,
        recipients=[Recipient(_address(thread), thread.ticket.customer.name)],
        subject=subject_line(thread.ticket),
        text=_text(thread.ticket, company=mailbox.name),
        headers=headers(mailbox, thread.pk, answered, automatic=True),
        automatic=True,
        order_key=f"conversation-{thread.pk}",
    )


def _text(ticket: Ticket, *, company: str) -> str:
    """In the customer's language; none of our own words for it."""
    with translation.override(ticket.customer.language):
        return _(
            "Dear %(name)s,\n\n"
            "your matter “%(subject)s” (%(reference)s) takes longer than it should, and we are sorry for that. "
            "It is not forgotten: somebody who may decide looks at it now, and you hear from us again.\n\n"
            "See how it stands: %(link)s\n\n"
            "%(company)s"
        ) % {
            "name": ticket.customer.name or _("customer"),
            "subject": ticket.subject,
            "reference": ticket.reference,
            "link": status_url(ticket.pk),
            "company": company,
        }
