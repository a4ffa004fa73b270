"""The rows of the sweep: a ticket with its clocks, made by the product, then copied by SQL. Inside the product."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import connection, models

from core.actor import SYSTEM
from core.clock import database_now
from customers.models import Customer
from policies.models import Channel, Ladder, LadderStep, TatRule
from policies.services import publishing
from staff.models import Team, User
from tickets.models import Deadline, Ticket
from tickets.services.clocks import deadlines

MINUTES = {"first_response": 200, "update": 300, "resolution": 100}
FUTURE, TOGETHER = timedelta(days=30), 50_000


def main(arguments: Sequence[str]) -> dict[str, int]:
    """arguments: how many clocks run, how many tickets there are whose step is due once somebody wakes them all at
    once, and how many that are woken one by one.
    """
    running, due, single = (int(each) for each in arguments)
    _lead()
    _ladder()
    now = database_now()
    late, early = _ticket(now - timedelta(minutes=101)), _ticket(now)
    clocks = Deadline.objects.filter(ticket=early)
    _copy(late, due + single, Deadline.objects.filter(ticket=late, goal=Deadline.Goal.RESOLUTION), rings="NULL")
    _copy(early, running // clocks.count(), clocks, rings=f"'{(now + FUTURE).isoformat()}'")
    Deadline.objects.filter(ticket__in=[late, early]).delete()
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")
    return {"open deadlines": Deadline.objects.count(), "due at once": due}


def _lead() -> None:
    """Two supervisors lead every team."""
    for name in ("Bambang", "Ratih"):
        lead = User.objects.create_user(f"{name}@bench.example", None, name=name, public_name=name, role="supervisor")
        lead.teams.set(Team.objects.all())


def _ladder() -> None:
    """At the end of the time the supervisors are told and asked to acknowledge."""
    ladder = Ladder.objects.create(code="L-S", name_id="L-S", name_en="L-S", last_number=1)
    step = {"position": 1, "number": 1, "at_percent": 100, "level": 3, "actions": ["notify", "ask_ack"]}
    LadderStep.objects.create(ladder=ladder, **step)
    targets = {goal: {"amount": amount, "unit": "calendar"} for goal, amount in MINUTES.items()}
    TatRule.objects.update(ladder=ladder, targets=targets)
    publishing.publish(actor=SYSTEM, now=database_now(), reason="benchmark of the sweep")


def _ticket(at: datetime) -> Ticket:
    channel = Channel.objects.get()
    customer = Customer.objects.create(name="Siti", since=at)
    Customer.objects.filter(pk=customer.pk).update(root=customer)
    customer.refresh_from_db()
    moments = dict.fromkeys(("created_at", "received_at", "queue_at", "last_message_at"), at)
    ticket = Ticket.objects.create(
        reference=f"KLH-{customer.pk}",
        subject="Internet mati",
        query_type=channel.query_type,
        team=channel.team,
        customer=customer,
        channel=channel,
        **moments,
    )
    deadlines.adopt([ticket], now=database_now())
    return ticket


def _copy(ticket: Ticket, count: int, clocks: "models.QuerySet[Deadline]", *, rings: str) -> None:
    """Tickets like this one, each with these clocks; ids follow each other, so that clocks find their tickets."""
    chosen = ", ".join(str(pk) for pk in clocks.values_list("pk", flat=True))
    with connection.cursor() as cursor:
        cursor.execute("SELECT max(id) FROM tickets_ticket")
        first = cursor.fetchone()[0]
        new = {"id": f"{first} + n", "reference": f"'S' || ({first} + n)"}
        numbers = [f"generate_series({n}, {min(n + TOGETHER - 1, count)}) n" for n in range(1, count + 1, TOGETHER)]
        for some in numbers:
            _insert(Ticket, new, f"{some}, tickets_ticket old WHERE old.id = {ticket.pk}")
        clock = {"ticket_id": f"{first} + n", "rings_at": rings, "id": "nextval('tickets_deadline_id_seq')"}
        for some in numbers:
            _insert(Deadline, clock, f"{some}, tickets_deadline old WHERE old.id IN ({chosen})")
        cursor.execute("SELECT setval('tickets_ticket_id_seq', (SELECT max(id) FROM tickets_ticket))")


def _insert(model: type[models.Model], new: dict[str, str], source: str) -> None:
    columns = [str(field.column) for field in model._meta.concrete_fields]
    chosen = ", ".join(new.get(column, f'old."{column}"') for column in columns)
    names = ", ".join(f'"{column}"' for column in columns)
    with connection.cursor() as cursor:
        cursor.execute(f'INSERT INTO "{model._meta.db_table}" ({names}) SELECT {chosen} FROM {source}')
