"""ux.md, points 25 and 26, on the board of those who lead; issue 4, done when 4."""

import csv
import io

import pytest
from playwright.sync_api import expect

from tests.browser.running import wait_for
from tests.browser.test_ux_23 import mail, reference_of

pytestmark = pytest.mark.browser
SOON = 4_000


def test_ux_25_a_new_ticket_appears_turns_late_and_is_reassigned_from_the_keyboard_without_a_reload(visits, demo):
    page = visits.open("supervisor", language="en")
    page.goto("/board/?channel=email")
    page.evaluate("window.isTheSamePage = true")
    opened = page.get_by_test_id("tile-open").locator(".board-number")
    before = int(opened.inner_text())

    assert demo.receive(mail("papan@mail.example", "Papan pantau", "Internet mati total sejak pagi.")) == 0
    expect(opened).to_have_text(str(before + 1), timeout=SOON)

    reference = wait_for(lambda: reference_of(demo, "Papan pantau"))
    demo.rows("UPDATE tickets_ticket SET queue_due_at = '2000-01-01 00:00:00' WHERE reference = ?", reference)
    demo.api(f"tickets/{ticket_id(demo, reference)}/note", {"text": "Sudah lewat."})
    card = page.locator(f"#lane-late #card-{reference}")
    expect(card).to_be_visible(timeout=SOON)

    card.locator("summary").focus()
    page.keyboard.press("Enter")
    team, owner = card.locator("[name=team]"), card.locator("[name=owner]")
    expect(team).to_be_focused()
    owner.select_option(index=2)
    chosen = owner.locator("option:checked").inner_text().partition(" (")[0]
    card.locator("[name=note]").fill("Tolong segera.")
    card.get_by_role("button", name="Assign").press("Enter")

    expect(page.locator(f"#card-{reference} .lane-owner")).to_contain_text(chosen.split()[0], timeout=SOON)
    assert page.evaluate("window.isTheSamePage") is True
    history = list(demo.listed(f"tickets/{ticket_id(demo, reference)}/history"))
    assert [line["change"] for line in history].count("assigned") == 1


def ticket_id(demo, reference: str) -> int:
    [(number,)] = demo.rows("SELECT id FROM tickets_ticket WHERE reference = ?", reference)
    return int(number)


def test_ux_26_every_tile_leads_to_as_many_tickets_and_each_table_exports_its_rows(visits, demo):
    page = visits.open("supervisor", language="en")
    page.goto("/board/?team=network")
    tiles = page.locator(".board-tile").evaluate_all("(all) => all.map((tile) => [tile.href, tile.innerText])")
    people = page.get_by_test_id("agents").locator("tbody tr").count()

    for address, words in tiles:
        assert listed(page, address) == int(words.split()[0]), words
    rows = list(csv.reader(io.StringIO(page.request.get("/board/csv/agents/?team=network").text(), newline="")))
    assert len(rows) == people + 2
    assert "all channels" in rows[0][0]


def listed(page, address: str) -> int:
    """How many rows the list behind an address has, through all its pages."""
    page.goto(address)
    while (more := page.locator("#more a, .more-row a")).count():
        before = page.locator("[data-row], [data-testid=follow-up]").count()
        more.first.click()
        page.wait_for_function(
            "(before) => document.querySelectorAll('[data-row], [data-testid=follow-up]').length !== before", arg=before
        )
    return page.locator("[data-row], [data-testid=follow-up]").count()
