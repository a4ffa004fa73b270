"""Moving the dates of open tickets at the desk, on Friday, 20 November 2026, at ten."""

import re

import pytest

from core.models import Errand
from helpdesk.errands import HANDLERS
from tests.desk.conftest import TEN, desk_of, words
from tests.factories import UserFactory
from tests.tickets.clock_rules import in_force, publish
from tickets.models import Recalculation
from tickets.services.clocks import deadlines

pytestmark = pytest.mark.django_db
ALL = "/desk/recalculations/"


@pytest.fixture
def bagus(network):
    return desk_of(UserFactory(name="Bagus", role="supervisor", teams=[network]))


@pytest.fixture
def changed(ticket):
    """A ticket with an open clock, and rules that give it less time since."""
    rule = in_force(resolution=240)
    rows = deadlines.begin([ticket], now=TEN)
    ticket.save()
    deadlines.write(rows)
    rule.targets = {"resolution": {"amount": 30, "unit": "working"}}
    rule.save()
    publish(now=TEN)
    return ticket


def work_off() -> None:
    """What a worker does, at ten in the morning on either database."""
    while errand := Errand.objects.order_by("id").first():
        errand.delete()
        HANDLERS[errand.kind](errand.object_id, now=TEN)


def test_a_supervisor_sees_what_would_move_and_confirms_it_with_a_reason(bagus, changed):
    begun = bagus.post(ALL, {"query_type": "", "calendar": ""})
    work_off()
    page = bagus.get(begun["Location"])

    assert "to be confirmed" in words(page)
    assert "Would change 1 Later 0 Earlier 1 Late at once 1" in words(page)
    assert f"{changed.reference} {changed.subject} late at once Solution:" in words(page)
    assert "Fri 20 Nov 13:00 → Fri 20 Nov 09:30" in words(page)

    bagus.post(begun["Location"], {"reason": "Jam baru"})
    work_off()

    assert "1 tickets recalculated by Bagus: Jam baru" in words(bagus.get(begun["Location"]))
    assert changed.deadlines.get().target == 30


def test_without_a_reason_nothing_moves(bagus, changed):
    begun = bagus.post(ALL, {})
    work_off()

    answer = bagus.post(begun["Location"], {"reason": ""})

    assert answer.status_code == 422
    assert "Say why the dates move." in words(answer)
    assert changed.deadlines.get().target == 240


def test_while_it_is_looked_at_the_page_says_how_far_it_is(bagus, changed):
    begun = bagus.post(ALL, {})

    page = bagus.get(begun["Location"])

    assert "0 of 1 open tickets looked at" in words(page)
    assert 'hx-trigger="every 2s"' in page.content.decode()
    part = bagus.get(begun["Location"], headers={"HX-Request": "true", "HX-Target": "recalculation-state"})
    assert part.content.decode().lstrip().startswith("<section")


def test_where_nothing_would_move_there_is_nothing_to_confirm(bagus, ticket):
    begun = bagus.post(ALL, {})
    work_off()

    assert "Nothing would change: there is nothing to confirm." in words(bagus.get(begun["Location"]))


def test_agents_are_not_led_there_and_do_not_get_in(desk, changed):
    assert desk.get(ALL).status_code == 403
    assert ALL not in desk.get("/desk/rules/").content.decode()
    assert not Recalculation.objects.exists()


def test_the_pages_of_rules_and_calendars_lead_there(bagus, changed):
    assert ALL in bagus.get("/desk/rules/").content.decode()
    assert f"{ALL}?calendar=B" in bagus.get("/desk/calendars/B/").content.decode()
    assert re.search(r'<option value="\d+" selected>Office hours', bagus.get(f"{ALL}?calendar=B").content.decode())
