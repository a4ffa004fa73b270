"""ux.md, points 25 and 26, on the board of those who lead and before the agents they lead."""

import csv
import io
from functools import partial

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import wait_for

pytestmark = pytest.mark.browser
SOON, BOARD = 2_000, "/board/?team=network"
TABLES = {
    "tiles": ".board-tile",
    "agents": "[data-testid=agents] tbody tr",
    "types": "[data-testid=types] tbody tr",
    "lanes": "[data-testid=card]",
    "escalations": "[data-testid=escalations] .stream-line",
}


def test_ux_25_reassigned_from_the_keyboard_the_card_moves_for_both_agents_and_one_event_is_written(visits, demo):
    reference = a_late_ticket_of(demo, "Rangga Saputra")
    before = events_of(demo, reference).count("assigned")
    board, rangga, maya = (visits.open(role, language="en") for role in ("supervisor", "agent", "other-agent"))
    for agent in (rangga, maya):
        agent.goto("/desk/?view=mine")
    board.goto("/board/")
    expect(rangga.locator(f"#row-{reference}")).to_be_visible()
    expect(maya.locator(f"#row-{reference}")).to_have_count(0)
    board.evaluate("window.isTheSamePage = true")

    card = board.locator(f"#lane-late #card-{reference}")
    card.locator("summary").focus()
    board.keyboard.press("Enter")
    expect(card.locator("[name=team]")).to_be_focused()
    owner = card.locator("[name=owner]")
    card.locator("[name=team]").select_option(label="Billing")
    owner.select_option(owner.locator("option").filter(has_text="Maya").get_attribute("value"))
    card.locator("[name=note]").fill("Tagihan belum tercatat.")
    card.get_by_role("button", name="Assign").press("Enter")

    expect(maya.locator(f"#row-{reference}")).to_be_visible(timeout=SOON)
    expect(rangga.locator(f"#row-{reference}")).to_have_count(0, timeout=SOON)
    expect(card.locator(".lane-owner")).to_contain_text("Maya", timeout=SOON)
    assert board.evaluate("window.isTheSamePage") is True
    assert events_of(demo, reference).count("assigned") == before + 1


def a_late_ticket_of(demo, name: str) -> str:
    """A ticket of an agent, overdue for so long that it is the first of its lane."""
    [(reference,)] = demo.rows(
        "SELECT t.reference FROM tickets_ticket t JOIN staff_user u ON u.id = t.owner_id"
        " WHERE u.name = ? AND t.status = 'open'"
        " ORDER BY t.id LIMIT 1",
        name,
    )
    demo.rows("UPDATE tickets_ticket SET queue_due_at = '2000-01-01 00:00:00' WHERE reference = ?", reference)
    return str(reference)


def events_of(demo, reference: str) -> list[str]:
    [(number,)] = demo.rows("SELECT id FROM tickets_ticket WHERE reference = ?", reference)
    return [line["change"] for line in demo.listed(f"tickets/{number}/history")]


def test_ux_26_every_tile_leads_to_as_many_tickets_and_each_table_exports_its_rows(visits, demo):
    """Time passes between two looks, and with it a ticket from lane to lane: looked at again, they are the same."""
    page = visits.open("supervisor", language="en")
    page.goto(BOARD)

    for table in TABLES:
        wait_for(partial(exports_what_it_shows, page, table))
    for place in range(page.locator(".board-tile").count()):
        wait_for(partial(leads_to_as_many, page, place))


def exports_what_it_shows(page: Page, table: str) -> bool:
    page.goto(BOARD)
    shown = page.locator(TABLES[table]).count()
    text = page.request.get(f"/board/csv/{table}/?team=network").text()
    definition, _names, *rows = csv.reader(io.StringIO(text, newline=""))
    assert "Network, all channels." in definition[0]
    return len(rows) == shown


def leads_to_as_many(page: Page, place: int) -> bool:
    page.goto(BOARD)
    address, words = page.locator(".board-tile").nth(place).evaluate("(tile) => [tile.href, tile.innerText]")
    return listed(page, address) == int(words.split()[0])


def listed(page: Page, address: str) -> int:
    """How many rows the list behind an address has, through all its pages."""
    page.goto(address)
    while (more := page.locator("#more a, .more-row a")).count():
        before = page.locator("[data-row], [data-testid=follow-up]").count()
        more.first.click()
        page.wait_for_function(
            "(before) => document.querySelectorAll('[data-row], [data-testid=follow-up]').length !== before", arg=before
        )
    return page.locator("[data-row], [data-testid=follow-up]").count()
