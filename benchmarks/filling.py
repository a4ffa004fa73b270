"""Fills PostgreSQL with a helpdesk's past: customers, tickets, conversations, messages, timeline. Inside the product.

Called again with a larger number it adds what is missing, so that one database grows from 1,000 tickets to 100,000.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.db import connection, transaction
from django.db.models import Model
from psycopg.types.json import Jsonb

from benchmarks import words
from benchmarks.copying import Table
from channels_out.models import Dispatch
from customers.models import Customer, Identity
from policies.models import Channel, QueryType
from staff.models import User
from tickets.models import NEVER, OPEN_STATUSES, Conversation, Deadline, Message, Ticket, TicketHistory, TimelineEntry
from tickets.references import another_reference
from tickets.services.clocks.nearest import shown_of
from tickets.services.clocks.terms import Known, agree

TOGETHER = 1000
TICKETS_A_CUSTOMER = 4
REGULARS_EVERY = 100  # one customer in so many wrote very often
REGULARS_SHARE = 0.15  # of all tickets
DAYS, OPEN_DAYS = 365, 60
STATUSES = {
    "new": 15,
    "open": 30,
    "waiting_customer": 10,
    "waiting_third_party": 5,
    "waiting_own_team": 5,
    "resolved": 5,
    "closed": 30,
}
PRIORITIES = {"low": 10, "normal": 70, "high": 15, "urgent": 5}
ENDED = ("resolved", "closed")
TABLES: tuple[type[Model], ...] = (
    Customer,
    Identity,
    Ticket,
    Conversation,
    Dispatch,
    Message,
    TimelineEntry,
    TicketHistory,
    Deadline,
)
MINUTES_FOR_A_TICKET = 1620  # as the rule of benchmarks.house asks


@dataclass(frozen=True, slots=True)
class Matter:
    """One ticket on its way into the rows."""

    id: int
    conversation_id: int
    customer: tuple[int, str]
    subject: str
    reference: str
    owner: User | None


def _shown(clock: Deadline | None) -> dict[str, object]:
    """What a ticket keeps of its open clock for lists, as columns."""
    if clock is None:
        return {"clock": None, "queue_due_at": NEVER, "warn_at": None, "urgent_at": None}
    moments = {"queue_due_at": clock.due_at, "warn_at": clock.warn_at, "urgent_at": clock.urgent_at}
    return {"clock": Jsonb(shown_of(clock)), **moments}


class Past:
    """What has happened at this desk up to now."""

    def __init__(self, *, seed: int) -> None:
        self.chance = random.Random(seed)
        self.now = datetime.now(UTC)
        self.mailbox = Channel.objects.get(kind=Channel.Kind.EMAIL)
        self.types = list(QueryType.objects.exclude(team=None).order_by("id"))
        people = User.objects.prefetch_related("teams").order_by("id")
        self.people = {each.pk: [one for one in people if each.team in one.teams.all()] for each in self.types}
        self.tables = {model: Table(model) for model in TABLES}
        self.references = set(Ticket.objects.values_list("reference", flat=True))
        some = Ticket(channel=self.mailbox, query_type=self.types[0], customer=Customer())
        agree([some], Known(), now=self.now)
        self.terms = some.terms_id

    def add(self, model: type[Model], **values: object) -> int:
        return self.tables[model].add(**values)

    def write(self) -> None:
        with transaction.atomic():
            for table in self.tables.values():
                table.write()

    def customers(self, count: int) -> list[tuple[int, str]]:
        """New ones, each with an address; returns ids and names."""
        made = []
        for _ in range(count):
            name = self.chance.choice(words.NAMES)
            since = self.now - timedelta(days=self.chance.randrange(DAYS, 8 * DAYS))
            root, area = self.tables[Customer].next_id, self.chance.choice(words.AREAS)
            number = self.add(Customer, root_id=root, name=name, since=since, area=area)
            self.add(Identity, customer_id=number, kind="email", value=f"customer{number}@mail.example")
            made.append((number, name))
        return made

    def matter(self, customer: tuple[int, str], *, messages: int) -> None:
        """A ticket with all that was said on it: they write, we answer, they write again ..."""
        status, priority = self._drawn(STATUSES), self._drawn(PRIORITIES)
        begun = self.now - timedelta(minutes=self.chance.randrange(60, (DAYS if status in ENDED else OPEN_DAYS) * 1440))
        steps = sorted(self.chance.randrange(20, 3000) for _ in range(messages - 1))
        moments = [begun, *(min(begun + timedelta(minutes=step), self.now) for step in steps)]
        matter = self._opened(customer, status, priority, moments)
        for place, at in enumerate(moments):
            if place % 2:
                self._answer(matter, at, number=place)
            else:
                self._complaint(matter, at, number=place)
        changes = ["opened", *(["assigned"] if matter.owner else []), *(["resolved"] if status in ENDED else [])]
        for change in changes:
            self._change(matter, change, begun if change == "opened" else moments[-1])

    def _drawn(self, weighted: dict[str, int]) -> str:
        return self.chance.choices(list(weighted), weights=list(weighted.values()))[0]

    def _opened(self, customer: tuple[int, str], status: str, priority: str, moments: Sequence[datetime]) -> Matter:
        begun, last = moments[0], moments[-1]
        theirs = status in (*ENDED, "waiting_customer")
        query_type = self.chance.choice(self.types)
        owner = None if status == "new" else self.chance.choice(self.people[query_type.pk])
        reference, subject = another_reference(begun, self.references), self.chance.choice(words.SUBJECTS)
        clock = self._clock(begun, ended_at=last if status in ENDED else None)
        ticket = self.add(
            Ticket,
            reference=reference,
            subject=subject,
            status=status,
            priority=priority,
            query_type_id=query_type.pk,
            team_id=query_type.team_id,
            owner_id=owner.pk if owner else None,
            customer_id=customer[0],
            channel_id=self.mailbox.pk,
            version=len(moments),
            created_at=begun,
            received_at=begun,
            first_response_at=moments[1] if len(moments) > 1 else None,
            resolved_at=last if status in ENDED else None,
            closed_at=last if status == "closed" else None,
            outcome="upheld" if status in ENDED else "",
            ball=Ticket.Ball.THEIRS if theirs else Ticket.Ball.OURS,
            queue_at=last,
            terms_id=self.terms,
            **_shown(clock if status in OPEN_STATUSES else None),
            last_message_at=last,
            preview=self.chance.choice(words.FOLLOW_UPS),
            unanswered=0 if theirs else 1,
        )
        names = (field.attname for field in Deadline._meta.concrete_fields if field.attname not in ("id", "pauses"))
        self.add(Deadline, **{name: getattr(clock, name) for name in names} | {"ticket_id": ticket})
        conversation = self.add(
            Conversation, customer_id=customer[0], channel_id=self.mailbox.pk, ticket_id=ticket, started_at=begun
        )
        return Matter(ticket, conversation, customer, subject, reference, owner)

    def _clock(self, begun: datetime, *, ended_at: datetime | None) -> Deadline:
        """Its solution's: due within three weeks, so that some are late and most are not."""
        due = begun + timedelta(minutes=self.chance.randrange(60, 21 * 1440))
        late = due if due < (ended_at or self.now) else None
        state = Deadline.State.MISSED if late else Deadline.State.MET if ended_at else Deadline.State.RUNNING
        moments = {"due_at": due, "warn_at": due - (due - begun) / 4, "urgent_at": due - (due - begun) / 10}
        target = {"goal": Deadline.Goal.RESOLUTION, "target": MINUTES_FOR_A_TICKET, "terms_id": self.terms}
        return Deadline(started_at=begun, met_at=ended_at, missed_at=late, state=state, **moments, **target)

    def _complaint(self, matter: Matter, at: datetime, *, number: int) -> None:
        said = self.chance.choice(words.FOLLOW_UPS if number else words.COMPLAINTS)
        number_of, name = matter.customer
        sender = {"from_address": f"customer{number_of}@mail.example", "from_name": name}
        self._said(matter, at, said, number=number, kind="inbound", **sender)

    def _answer(self, matter: Matter, at: datetime, *, number: int) -> None:
        said = self.chance.choice(words.ANSWERS)
        author = matter.owner or self.chance.choice(self.people[self.types[0].pk])
        dispatch = self.add(
            Dispatch,
            channel_id=self.mailbox.pk,
            state=Dispatch.State.SENT,
            external_id=f"{matter.reference}-{number}@bench.example",
            subject=matter.subject,
            text=said,
            created_at=at,
            send_after=at,
            sent_at=at,
        )
        sender = {"author_id": author.pk, "from_name": author.public_name, "dispatch_id": dispatch}
        self._said(matter, at, said, number=number, kind="outbound", **sender)

    def _said(self, matter: Matter, at: datetime, said: str, *, number: int, kind: str, **sender: object) -> None:
        message = self.add(
            Message,
            ticket_id=matter.id,
            conversation_id=matter.conversation_id,
            customer_id=matter.customer[0],
            channel_id=self.mailbox.pk,
            kind=kind,
            subject=matter.subject,
            text=said,
            external_id=f"{matter.reference}-{number}@bench.example",
            received_at=at,
            **sender,
        )
        self.add(
            TimelineEntry,
            customer_id=matter.customer[0],
            ticket_id=matter.id,
            at=at,
            kind=TimelineEntry.Kind.MESSAGE,
            object_id=message,
            direction="in" if kind == "inbound" else "out",
            channel_id=self.mailbox.pk,
            actor_kind="customer" if kind == "inbound" else "staff",
            actor_name=str(sender["from_name"]),
            title=matter.subject,
            text=said,
        )

    def _change(self, matter: Matter, change: str, at: datetime) -> None:
        by = {"actor_kind": "system", "actor_name": "Tanggap"}
        self.add(TicketHistory, ticket_id=matter.id, at=at, change=change, **by)
        if change == "opened":
            return
        self.add(
            TimelineEntry,
            customer_id=matter.customer[0],
            ticket_id=matter.id,
            at=at,
            kind=TimelineEntry.Kind.STATUS,
            direction="internal",
            title=change,
            **by,
        )


def main(arguments: Sequence[str]) -> dict[str, int]:
    """arguments: how many tickets there shall be, and how many messages each has. Returns the rows there are."""
    wanted, messages = int(arguments[0]), int(arguments[1])
    there = Ticket.objects.count()
    past = Past(seed=there)
    customers = past.customers((wanted - there) // TICKETS_A_CUSTOMER)
    regulars = customers[:: min(REGULARS_EVERY, len(customers) // 2)]
    for number in range(wanted - there):
        often = past.chance.random() < REGULARS_SHARE
        past.matter(past.chance.choice(regulars if often else customers), messages=messages)
        if number % TOGETHER == 0:
            past.write()
    past.write()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {model._meta.label: model._default_manager.count() for model in TABLES}
