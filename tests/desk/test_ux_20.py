"""domain.md 6.1 through the product: the same moment in the row, the queue, the ticket, its sum and the API (UX 20)."""

from datetime import timedelta

import pytest
import time_machine

from core.actor import SYSTEM
from policies.models import QueryType
from policies.services import packs
from staff.services import people
from tests.desk.conftest import desk_of
from tests.factories import ChannelFactory, CustomerFactory, IdentityFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.receiving import receive
from tests.tickets.clock_rules import in_force, publish
from tickets.explaining import lines
from tickets.models import NEVER, Ticket
from tickets.services.handling import work

pytestmark = pytest.mark.django_db
MINUTES = [
    ("2026-03-13 16:30", 60, "2026-03-16 08:30"),
    ("2026-03-17 16:00", 240, "2026-03-25 11:00"),
    ("2026-03-21 10:00", 60, "2026-03-25 09:00"),
    ("2026-05-13 15:00", 540, "2026-05-18 15:00"),
    ("2026-08-14 16:00", 120, "2026-08-18 09:00"),
    ("2026-12-23 16:59", 120, "2026-12-28 09:59"),
    ("2026-03-16 16:30", 60, "2026-03-17 08:30"),  # 18:30 in Jayapura
]
DAYS = [
    ("2026-03-16", {1: "2026-03-17", 5: "2026-03-30", 10: "2026-04-07", 20: "2026-04-21"}),
    ("2026-03-17", {1: "2026-03-25", 5: "2026-03-31", 10: "2026-04-08", 20: "2026-04-22"}),
    ("2026-05-12", {1: "2026-05-13", 5: "2026-05-21", 10: "2026-06-02", 20: "2026-06-17"}),
    ("2026-12-22", {1: "2026-12-23", 5: "2026-12-31", 10: "2027-01-11", 20: "2027-01-25"}),
    ("2027-03-05", {1: "2027-03-16", 5: "2027-03-22", 10: "2027-03-31", 20: "2027-04-14"}),
]


@pytest.fixture
def bagus(db):
    return UserFactory(name="Bagus", role="supervisor")


@pytest.fixture
def channel(db):
    return ChannelFactory(address="keluhan@nusanet.example")


def seen(user, at):
    """What the supervisor and a program see of the newest ticket at that moment: its due date wherever it stands."""
    ticket = Ticket.objects.order_by("-id")[0]
    token = people.issue_token(user, name="Toko", actor=SYSTEM, now=at)
    browser, asked = desk_of(user), {"authorization": f"Bearer {token}"}
    pages = ["/desk/?view=open", f"/desk/t/{ticket.reference}/", f"/desk/t/{ticket.reference}/deadlines/", "/board/"]
    deadline = ticket.deadlines.get()
    told = browser.get(f"/api/v1/deadlines/{deadline.pk}/explain/", headers=asked)
    with_ticket = browser.get(f"/api/v1/tickets/{ticket.pk}/", headers=asked)
    return (
        deadline,
        [browser.get(page).content.decode() for page in pages],
        told.json(),
        with_ticket.json(),
    )


@pytest.mark.parametrize(("start", "minutes", "due"), MINUTES)
def test_ux_20_working_minutes_end_at_the_same_moment_wherever_one_looks(bagus, channel, start, minutes, due):
    at, ends = moment(start), moment(due)
    in_force(resolution=minutes)
    with time_machine.travel(at, tick=False):
        receive(channel, raw_mail(), now=at)
        deadline, pages, told, ticket = seen(bagus, at)

    written = ends.astimezone(deadline.hours.zone).isoformat()
    assert (deadline.due_at, deadline.ticket.queue_due_at) == (ends, ends)
    assert all(f'data-due="{written}"' in page for page in pages)
    assert (told["deadline"]["due_at"], told["lines"][-1]["ends"]) == (written, written)
    assert [each["due_at"] for each in ticket["deadlines"]] == [written]


@pytest.mark.parametrize(("start", "minutes", "due"), MINUTES)
def test_the_lines_of_an_explanation_add_up_to_the_target_by_hand(bagus, channel, start, minutes, due):
    at = moment(start)
    in_force(resolution=minutes)
    with time_machine.travel(at, tick=False):
        receive(channel, raw_mail(), now=at)
        told = seen(bagus, at)[2]["lines"]

    total = 0
    for line in told:
        total += line["seconds"]
        assert line["total"] == total
        if line["kind"] == "counted":
            assert moment(line["ends"][:16]) - moment(line["begins"][:16]) == timedelta(seconds=line["seconds"])
    assert total == minutes * 60


@pytest.mark.parametrize(("start", "dues"), DAYS)
def test_working_days_end_at_the_close_of_the_last_of_them(channel, start, dues):
    at, rule = moment(f"{start} 10:00"), in_force(resolution=60)
    for days, due in dues.items():
        rule.targets = {"resolution": {"amount": days, "unit": "days"}}
        rule.save()
        publish()
        receive(channel, raw_mail(message_id=f"<{days}@mail.example>"), now=at)

        deadline = Ticket.objects.order_by("-id")[0].deadlines.get()

        assert deadline.due_at == moment(f"{due} 17:00")
        assert [line.number for line in lines(deadline) if line.kind == "day"] == list(range(days + 1))
        assert lines(deadline)[-1].ends == deadline.due_at


def test_a_total_outage_of_a_high_value_customer_is_due_earlier_than_that_of_another(bagus, channel):
    at = moment("2026-11-20 09:00")
    packs.load("isp", now=at)
    outage = QueryType.objects.get(slug="internet-mati")
    dues = {}
    for name, valued in (("siti", True), ("budi", False)):
        IdentityFactory(customer=CustomerFactory(high_value=valued), value=f"{name}@mail.example")
        receive(channel, raw_mail(sender=f"{name}@mail.example", message_id=f"<{name}@mail.example>"), now=at)
        ticket = Ticket.objects.order_by("-id")[0]
        work.classify(ticket.pk, actor=bagus.actor(), query_type=outage, priority=outage.priority, now=at)
        rows = ticket.deadlines.filter(basis="service", met_at=None)
        dues[name] = {row.goal: row.due_at or NEVER for row in rows}

    assert dues["siti"].keys() == dues["budi"].keys() >= {"first_response", "resolution"}
    assert all(dues["siti"][goal] < dues["budi"][goal] for goal in dues["siti"])
