"""ux.md, point 5: the queue stands in the order of time left: late, then the smallest left, what is paused last."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
CLOCKS = """
    SELECT t.reference, MIN(d.due_at) FROM tickets_ticket t
    LEFT JOIN tickets_deadline d ON d.ticket_id = t.id AND d.met_at IS NULL
    WHERE t.status NOT IN ('resolved', 'closed', 'spam') GROUP BY t.reference
"""
LEAST = 100


def test_ux_05_the_queue_is_in_the_order_of_time_left_to_its_end(visits, demo):
    due = dict(demo.rows(CLOCKS))
    page = visits.open("agent")
    page.goto("/desk/?view=open")
    cards = page.locator("[data-row]")
    while page.locator("#more a").count():
        before = cards.count()
        page.locator("#more a").click()
        expect(cards).not_to_have_count(before)

    shown = cards.evaluate_all("(rows) => rows.map((row) => row.id.replace('row-', ''))")
    looks = cards.evaluate_all("(rows) => rows.map((row) => row.querySelector('due-chip')?.dataset.due ?? '')")

    assert sorted(shown) == sorted(due)
    running = [reference for reference in shown if due[reference]]
    assert len(running) > LEAST
    assert [due[reference] for reference in running] == sorted(filter(None, due.values()))
    assert shown[: len(running)] == running, "what is paused stands last"
    assert [bool(look) for look in looks] == [True] * len(running) + [False] * (len(shown) - len(running))
