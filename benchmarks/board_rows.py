"""Fills PostgreSQL with open tickets whose clocks stand in every way. Inside the product."""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from psycopg.types.json import Jsonb

from benchmarks import words
from benchmarks.copying import Table
from customers.models import Customer
from policies.models import Channel, QueryType
from staff.models import User
from tickets.models import NEVER, Ticket
from tickets.references import another_reference

STATUSES = {"new": 3, "open": 5, "waiting_customer": 2}
TOGETHER = 5000


def main(arguments: Sequence[str]) -> dict[str, int]:
    """arguments: how many tickets. Returns the rows there are."""
    chance, now, known = random.Random(7), datetime.now(UTC), set[str]()
    types = list(QueryType.objects.exclude(team=None).order_by("id"))
    people = [None, *User.objects.order_by("id").values_list("pk", flat=True)]
    mailbox, customers, tickets = Channel.objects.get(kind="email"), Table(Customer), Table(Ticket)
    for number in range(int(arguments[0])):
        begun = now - timedelta(minutes=chance.randrange(1, 60 * 1440))
        customer = customers.add(root_id=customers.next_id, name=chance.choice(words.NAMES), since=begun)
        query_type = chance.choice(types)
        tickets.add(
            reference=another_reference(begun, known),
            subject=chance.choice(words.SUBJECTS),
            status=chance.choices(list(STATUSES), weights=list(STATUSES.values()))[0],
            query_type_id=query_type.pk,
            team_id=query_type.team_id,
            owner_id=chance.choice(people),
            customer_id=customer,
            channel_id=mailbox.pk,
            created_at=begun,
            received_at=begun,
            queue_at=begun,
            last_message_at=begun,
            **_clock(chance, now),
        )
        if number % TOGETHER == TOGETHER - 1:
            _write(customers, tickets)
    _write(customers, tickets)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"tickets.Ticket": Ticket.objects.count()}


def _write(*tables: Table) -> None:
    with transaction.atomic():
        for table in tables:
            table.write()


def _clock(chance: random.Random, now: datetime) -> dict[str, object]:
    """One in five stands still, one in twenty is late; the others are due within a month."""
    if chance.random() < 0.2:
        return {"queue_due_at": NEVER, "paused_at": now - timedelta(minutes=chance.randrange(1, 9000))}
    due = now + timedelta(minutes=chance.randrange(-2000, 40_000))
    target = timedelta(minutes=chance.choice((60, 480, 2880, 14_400)))
    moments = {"due": due, "warn": due - target / 4, "urgent": due - target / 10}
    shown = {"goal": "resolution", "basis": "service", "left": None}
    shown |= {name: at.isoformat() for name, at in moments.items()}
    return {"clock": Jsonb(shown), "queue_due_at": due, "warn_at": due - target / 4, "urgent_at": due - target / 10}
