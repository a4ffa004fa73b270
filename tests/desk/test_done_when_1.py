"""Issue 4, done when 1 (UX 20): Friday half past four and an hour to go is Monday half past eight, everywhere."""

import re
from datetime import datetime

import pytest
import time_machine
from django.test import Client

from core.actor import SYSTEM
from policies.models import TatRule
from reports import snapshots
from staff.services import people
from tests.desk.conftest import desk_of, words
from tests.factories import ChannelFactory, TeamFactory, UserFactory
from tests.mails import raw_mail
from tests.moments import moment
from tests.receiving import receive
from tests.tickets.clock_rules import in_force, ladder, publish
from tickets.links import status_token
from tickets.models import Message, Ticket
from tickets.services.escalation import alarms

pytestmark = pytest.mark.django_db
FRIDAY, MONDAY = moment("2026-11-20 16:30"), moment("2026-11-23 08:30")
WRITTEN = "2026-11-23T08:30:00+07:00"


@pytest.fixture
def maya():
    return UserFactory(name="Maya Putri", role="supervisor", teams=[TeamFactory(slug="network")])


@pytest.fixture
def ticket(maya):
    """A mail of Friday, half past four, by a rule that gives an hour of office time and lets customers see it."""
    rule = in_force(resolution=60, ladder=ladder({"at_percent": 75, "level": 2, "actions": ["notify", "ask_ack"]}))
    TatRule.objects.filter(pk=rule.pk).update(customer_sees=True)
    publish()
    channel = ChannelFactory(address="keluhan@nusanet.example", team=maya.teams.get())
    with time_machine.travel(FRIDAY, tick=False):
        snapshots.forget()
        receive(channel, raw_mail(), now=FRIDAY)
        yield Ticket.objects.get()


def chips(page: str) -> set[str]:
    return set(re.findall(r'data-due="([^"]*)"', page))


def test_row_ticket_and_board_show_the_moment_of_the_database(maya, ticket):
    desk = desk_of(maya)
    addresses = [
        "/desk/?view=open",
        f"/desk/t/{ticket.reference}/",
        f"/desk/t/{ticket.reference}/deadlines/",
        "/board/",
    ]

    assert [ticket.deadlines.get().due_at, ticket.queue_due_at] == [MONDAY, MONDAY]
    assert [chips(desk.get(address).content.decode()) for address in addresses] == [{WRITTEN}] * 4


def test_a_program_reads_it(maya, ticket):
    token = people.issue_token(maya, name="Toko", actor=SYSTEM, now=FRIDAY)
    api = Client(headers={"authorization": f"Bearer {token}"})

    [deadline] = api.get(f"/api/v1/deadlines/?ticket={ticket.pk}").json()["results"]
    explained = api.get(f"/api/v1/deadlines/{deadline['id']}/explain/").json()

    assert deadline["due_at"] == explained["lines"][-1]["ends"] == WRITTEN
    assert [line["seconds"] for line in explained["lines"] if line["kind"] == "counted"] == [1800, 1800]


def test_the_customer_reads_it_in_the_mail_and_on_the_page(ticket):
    mail = Message.objects.get(automatic="acknowledgement")
    page = Client(headers={"Accept-Language": "en"}).get(f"/c/{status_token(ticket.pk)}/").content.decode()

    assert "Kami upayakan selesai paling lambat Senin, 23 November 2026 pukul 08.30 WIB." in mail.text
    assert "Monday, 23 November 2026, 08:30 WIB" in page


def test_who_is_told_that_it_runs_out_reads_it_too(maya, ticket):
    soon = moment("2026-11-23 08:15")
    with time_machine.travel(soon, tick=False):
        alarms.ring(now=soon)
        notice = maya.notices.get()

        assert datetime.fromisoformat(notice.parameters["due"]) == MONDAY
        assert "needs you: say that you have seen it, or take it over · due Mon 23 Nov 08:30" in words(
            desk_of(maya).get("/desk/notices/")
        )


def test_where_customers_may_not_see_it_neither_mail_nor_page_says_a_date(maya):
    in_force(resolution=60)
    channel = ChannelFactory(address="keluhan@nusanet.example", team=maya.teams.get())
    with time_machine.travel(FRIDAY, tick=False):
        receive(channel, raw_mail(), now=FRIDAY)
        page = Client().get(f"/c/{status_token(Ticket.objects.get().pk)}/").content.decode()

    assert "23 November" not in Message.objects.get(automatic="acknowledgement").text + page
