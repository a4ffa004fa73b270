"""How clocks look at Dewi's desk, on Friday, 20 November 2026, at ten."""

from datetime import timedelta

import pytest

from tests.desk.conftest import NINE, TEN, desk_of, words
from tests.factories import TicketFactory, UserFactory
from tests.tickets.clock_rules import in_force
from tickets.services.clocks import deadlines
from tickets.services.handling import work
from tickets.services.outward import replies

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def begin(ticket):
    """Give the ticket the clocks of the rules in force, as the intake does."""
    ticket.save()
    rows = deadlines.begin([ticket], now=TEN)
    ticket.save()
    deadlines.write(rows)
    return ticket


@pytest.mark.parametrize(
    ("minutes", "look", "said"),
    [
        (9 * 60 * 5, "calm", "6 d"),
        (300, "calm", "4 h 0 m"),
        (80, "soon", "20 m"),
        (66, "urgent", "6 m"),
        (30, "late", "late 30 m"),
    ],
)
def test_a_chip_says_in_words_sign_and_colour_how_the_nearest_clock_stands(desk, ticket, minutes, look, said):
    in_force(first_response=minutes)
    begin(ticket)

    page = desk.get("/desk/?view=open")

    assert f"First answer : {said}".replace(" :", ":") in words(page)
    assert f"chip due due-{look}" in page.content.decode()


def test_the_chip_brings_the_moments_by_which_it_goes_on_by_itself(desk, ticket, at):
    in_force(resolution=240)
    begin(ticket)

    page = desk.get(at()).content.decode()

    assert 'data-due="2026-11-20T13:00:00+07:00"' in page
    assert 'data-warn="2026-11-20T12:00:00+07:00"' in page
    assert 'data-urgent="2026-11-20T12:30:00+07:00"' in page
    assert f'data-now="{TEN.isoformat()}"' in page


def test_a_clock_that_stands_still_says_what_is_left(desk, dewi, ticket):
    in_force(resolution=240)
    begin(ticket)

    replies.reply(ticket.pk, actor=dewi.actor(), text="Nomor modem?", now=TEN, then="waiting_customer")

    assert "paused · 3 h 0 m left" in words(desk.get("/desk/?view=open"))


def test_what_is_late_or_due_next_stands_on_top_and_what_stands_still_below(desk, network, dewi, ticket):
    in_force(resolution=240)
    names = {"soon": NINE + HOUR / 2, "late": NINE - 24 * HOUR, "later": TEN}
    made = {name: TicketFactory(subject=name, team=network, created_at=at) for name, at in names.items()}
    for each in (*made.values(), ticket):
        begin(each)
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_third_party", now=TEN)
    page = words(desk.get("/desk/?view=open"))
    places = [page.index(name) for name in ("late ", "soon", "later ")]

    assert places == sorted(places)


def test_the_page_of_deadlines_tells_the_sum_line_by_line(desk, ticket, at):
    in_force(resolution=600, first_response=60)
    begin(ticket)

    page = words(desk.get(at("deadlines/")))

    assert "Solution" in page
    assert "10 h 0 m of working time (Office hours) from Fri 20 Nov 09:00 due Mon 23 Nov 10:00 Why then?" in page
    assert "Fri 20 Nov 09:00 – 17:00 8 h 0 m 8 h 0 m" in page
    assert "Sat 21 Nov closed – 8 h 0 m" in page
    assert "Mon 23 Nov 08:00 – 10:00 2 h 0 m 10 h 0 m" in page


def test_pauses_stand_in_the_sum(desk, dewi, ticket, at):
    in_force(resolution=240, pauses=("waiting_third_party",))
    begin(ticket)
    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_third_party", now=TEN)

    assert "stood still: waiting" in words(desk.get(at("deadlines/")))


def test_a_ticket_without_clocks_says_so(desk, ticket, at):
    assert "This ticket has no clocks: no TAT rule holds for it." in words(desk.get(at("deadlines/")))


def test_clocks_that_ended_say_how(desk, dewi, ticket, at):
    in_force(first_response=30)
    begin(ticket)

    replies.reply(ticket.pk, actor=dewi.actor(), text="Besok.", now=TEN)

    assert "done 30 m late" in words(desk.get(at("deadlines/")))


def test_the_clocks_speak_indonesian_too(ticket, network, at):
    in_force(first_response=30)
    begin(ticket)

    page = words(desk_of(UserFactory(language="id", teams=[network])).get(at("deadlines/")))

    assert "Jawaban pertama" in page
    assert "terlambat 30 m" in page
