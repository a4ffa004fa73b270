"""What the customer reads of our promises: what, by when, and every date that was moved, with its reason."""

from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from policies.models import TatRule
from tests.factories import IdentityFactory, MessageFactory, TeamFactory, TicketFactory, UserFactory
from tests.moments import moment
from tests.tickets.clock_rules import in_force, law, publish
from tickets.links import status_token
from tickets.models import Message, Ticket
from tickets.services.clocks import deadlines, extending
from tickets.services.outward import replies
from tickets.services.promises import follow_ups, moving, reaching

pytestmark = pytest.mark.django_db
MONDAY, TUESDAY, THURSDAY = (moment(f"2026-11-{day} 16:00") for day in (23, 24, 26))


@pytest.fixture
def agent():
    return UserFactory(name="Dewi Kusumaningrum", teams=[TeamFactory(name_en="Billing")])


@pytest.fixture
def ticket(company, agent):
    identity = IdentityFactory(value="siti@mail.example", customer__name="Siti", customer__language="en")
    ticket = TicketFactory(customer=identity.customer, channel=company, team=agent.teams.get(), status="open")
    MessageFactory(ticket=ticket, from_address=identity.value)
    return ticket


@pytest.fixture
def promise(ticket, agent):
    """Told on Monday: the money comes on Tuesday, four in the afternoon."""
    told = replies.reply(ticket.pk, actor=agent.actor(), text="The money comes tomorrow.", now=MONDAY)
    return follow_ups.add(
        ticket.pk,
        actor=agent.actor(),
        now=MONDAY,
        kind="update",
        what="The money is paid back",
        due_at=TUESDAY,
        told_in=told,
    )


def read(ticket, *, at):
    with time_machine.travel(at, tick=False):
        return Client(headers={"Accept-Language": "en"}).get(f"/c/{status_token(ticket.pk)}/").content.decode()


def test_what_was_told_is_shown_with_its_date_and_what_was_not_told_is_not(ticket, agent, promise):
    follow_ups.add(ticket.pk, actor=agent.actor(), now=MONDAY, kind="call_back", what="Cek gateway", due_at=THURSDAY)

    page = read(ticket, at=MONDAY)

    assert "The money is paid back" in page
    assert "Tuesday, 24 November 2026, 16:00 WIB" in page
    assert "Cek gateway" not in page


def test_a_moved_date_is_struck_through_beside_the_new_one_and_its_reason(ticket, agent, promise):
    moving.move(promise.pk, actor=agent.actor(), now=MONDAY, due_at=THURSDAY, reason="The bank is closed.")

    page = read(ticket, at=MONDAY)

    struck = page.split("<s>")[1].split("</s>")[0]
    assert "24 November 2026" in struck
    assert "26 November 2026" in page.split("</s>")[1]
    assert "Why the date was moved: The bank is closed." in page


def test_the_customer_hears_of_a_moved_date_before_the_old_one_passes(ticket, agent, promise):
    moving.move(promise.pk, actor=agent.actor(), now=MONDAY, due_at=THURSDAY, reason="The bank is closed.")

    mail = Message.objects.get(automatic="date_moved")
    assert "New date: Thursday, 26 November 2026, 16:00 WIB\nWhy: The bank is closed." in mail.text
    assert (mail.to, mail.dispatch.send_after < TUESDAY) == (["siti@mail.example"], True)


def test_nobody_is_written_to_about_a_date_that_was_never_told(ticket, agent):
    inner = follow_ups.add(
        ticket.pk, actor=agent.actor(), now=MONDAY, kind="call_back", what="Cek gateway", due_at=TUESDAY
    )
    moving.move(inner.pk, actor=agent.actor(), now=MONDAY, due_at=THURSDAY, reason="Sibuk")

    assert not Message.objects.filter(automatic="date_moved").exists()


def test_a_date_that_was_not_kept_is_admitted_and_a_kept_one_said_to_be_done(ticket, agent, promise):
    assert "We did not keep this date, and we are sorry." in read(ticket, at=TUESDAY + timedelta(hours=1))

    reaching.reached(promise.pk, actor=agent.actor(), now=TUESDAY, channel="phone", outcome="kept")
    page = read(ticket, at=TUESDAY + timedelta(hours=1))
    assert ("We did not keep this date" in page, "· this is done" in " ".join(page.split())) == (False, True)


@pytest.mark.parametrize("sees", [True, False])
def test_the_date_of_the_solution_is_shown_where_the_rule_says_so(ticket, sees):
    rule = in_force(resolution=120)
    if sees:
        TatRule.objects.filter(pk=rule.pk).update(customer_sees=True)
        publish()
    ticket = Ticket.objects.get(pk=ticket.pk)
    Ticket.objects.filter(pk=ticket.pk).update(received_at=MONDAY)
    ticket.refresh_from_db()
    deadlines.adopt([ticket], now=MONDAY)

    page = read(ticket, at=MONDAY)

    assert ("We mean to settle it by" in page) is sees
    assert ("Tuesday, 24 November 2026, 09:00 WIB" in page) is sees


def test_a_limit_that_was_extended_shows_both_dates_and_why(ticket, agent):
    law(
        now=MONDAY,
        amount=10,
        unit="days",
        calendar="id-bank",
        extension={"amount": 10, "unit": "days"},
        extension_times=1,
        extension_reasons=["external_factor"],
    )
    deadlines.adopt([ticket], now=MONDAY)
    limit = ticket.deadlines.get()

    extending.extend(limit.pk, actor=agent.actor(), now=THURSDAY, reason="external_factor", done="We asked the bank.")

    page = read(ticket, at=THURSDAY)
    assert "Friday, 4 December 2026, 17:00 WIB</time></s>" in page
    assert "Friday, 18 December 2026, 17:00 WIB" in page
    assert "Why the date was moved: Something beyond our control holds it up" in page
