"""Run inside a demo by `manage.py shell`: one customer who spoke to us 120 times, in six channels and four tickets."""

import json
from datetime import timedelta

from core.clock import now
from policies.models import Channel, QueryType
from staff.models import Team
from tests.factories import ConversationFactory, CustomerFactory, MessageFactory, TicketFactory
from tickets.models import Message, TimelineEntry

KINDS = ("email", "webform", "phone", "counter", "whatsapp", "instagram")
ENTRIES, TICKETS = 120, 4
SOMETIMES_TOGETHER = 7  # every seventh comes in the same second as the one before


def write() -> None:
    """Prints the customer and the ticket to stand on. The entries say `Ucapan 001.` to `Ucapan 120.`, oldest first."""
    start = now() - timedelta(days=ENTRIES * 2)
    customer = CustomerFactory(name="Ratna Palupi", since=start)
    channels = [Channel.objects.filter(kind=kind)[0] for kind in KINDS]
    teams = list(Team.objects.order_by("pk"))
    tickets = [
        TicketFactory(
            subject=f"Perkara {place}",
            team=teams[place % len(teams)],
            query_type=QueryType.objects.first(),
            customer=customer,
            channel=channels[place],
            created_at=start,
        )
        for place in range(TICKETS)
    ]
    threads = {
        (ticket.pk, channel.pk): ConversationFactory(ticket=ticket, channel=channel, customer=customer)
        for ticket in tickets
        for channel in channels
    }
    at = start
    for place in range(ENTRIES):
        at += timedelta(0) if place % SOMETIMES_TOGETHER == 0 else timedelta(days=2)
        ticket, channel = tickets[place % TICKETS], channels[place % len(channels)]
        _say(
            f"Ucapan {place + 1:03}.",
            place,
            at,
            ticket=ticket,
            channel=channel,
            conversation=threads[ticket.pk, channel.pk],
        )
    print(json.dumps({"customer": customer.pk, "reference": tickets[0].reference}))  # noqa: T201


def _say(words, place, at, **where):
    if where["channel"].kind in ("phone", "counter"):
        del where["conversation"]
        TimelineEntry.objects.create(
            customer=where["ticket"].customer,
            at=at,
            kind=TimelineEntry.Kind.CALL,
            direction="in",
            actor_kind="staff",
            actor_name="Ayu",
            text=words,
            **where,
        )
        return
    kind = Message.Kind.OUTBOUND if place % 2 else Message.Kind.INBOUND
    MessageFactory(kind=kind, received_at=at, text=words, customer=where["ticket"].customer, **where)
