"""ux.md, point 21: while it waits a clock stands still, and afterwards it is due later by exactly that."""

from datetime import timedelta

import pytest
import time_machine

from tests.desk.conftest import NINE, TEN, words
from tests.tickets.clock_rules import in_force
from tickets.services.clocks import deadlines
from tickets.services.handling import work

pytestmark = pytest.mark.django_db


def test_ux_21_a_clock_that_stood_still_is_due_later_by_exactly_the_pause(desk, dewi, ticket, at):
    in_force(resolution=300, pauses=("waiting_third_party",))
    rows = deadlines.begin([ticket], now=TEN)
    ticket.save()
    deadlines.write(rows)
    due = ticket.deadlines.get().due_at

    work.wait(ticket.pk, actor=dewi.actor(), status="waiting_third_party", now=TEN)
    for address in (at("deadlines/"), at(), "/desk/?view=open"):
        assert "paused · 4 h 0 m left" in words(desk.get(address)), address
    pause = timedelta(hours=1, minutes=7, seconds=13)
    with time_machine.travel(TEN + pause, tick=False):
        work.wait(ticket.pk, actor=dewi.actor(), status="waiting_own_team", now=TEN + pause)
        page = words(desk.get(at("deadlines/")))

    resumed = ticket.deadlines.get()
    assert (due - NINE, resumed.due_at - due) == (timedelta(hours=5), pause)
    assert (resumed.state, resumed.paused_for) == ("running", pause)
    assert "paused" not in page
