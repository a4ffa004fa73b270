"""UX point 17: the whole history is one list on one screen: every entry once, in order, of all channels and tickets."""

import json
import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from tests.browser.long_history import ENTRIES, KINDS

pytestmark = pytest.mark.browser
ALL = [f"Ucapan {number:03}." for number in range(1, ENTRIES + 1)]


@pytest.fixture(scope="module")
def spoken(demo):
    """A customer with 120 entries and one of their tickets."""
    done = demo.manage("shell", "-c", "from tests.browser.long_history import write; write()")
    assert done.returncode == 0, done.stderr.decode()
    return json.loads(done.stdout.splitlines()[-1])


def shown(page) -> list[str]:
    return [
        found
        for text in page.get_by_test_id("entry").all_inner_texts()
        for found in re.findall(r"Ucapan \d{3}\.", text)
    ]


def load_all(page) -> int:
    """Press the button for older entries until there is none; how often that was."""
    pressed = 0
    while page.locator("#older a").count():
        before = page.get_by_test_id("entry").count()
        page.locator("#older a").click()
        expect(page.get_by_test_id("entry")).not_to_have_count(before)
        pressed += 1
    return pressed


def test_ux_17_the_ticket_shows_the_whole_history_on_the_same_screen(visits, spoken):
    page = visits.open("agent")
    page.goto(f"/desk/t/{spoken['reference']}/")
    page.evaluate("() => { window.sameScreen = true }")

    page.locator("#tab-history").click()
    expect(page.locator("#tab-history")).to_have_attribute("aria-current", "page")
    path = urlsplit(page.url).path
    last = shown(page)[-1]
    assert load_all(page) == 3  # thirty at a time

    assert last == ALL[-1]
    assert shown(page) == ALL
    assert urlsplit(page.url).path == path
    assert page.evaluate("() => window.sameScreen")
    assert len(page.context.pages) == 1


def test_ux_17_each_entry_tells_its_channel_and_ticket(visits, spoken, demo):
    page = visits.open("agent", language="en")
    page.goto(f"/desk/t/{spoken['reference']}/?tab=history")
    load_all(page)

    entries = page.get_by_test_id("entry").filter(has_text="Ucapan")
    pills = entries.locator(".ref-pill").all_inner_texts()
    icons = entries.locator(".entry-icon [aria-label]").evaluate_all(
        "(all) => all.map((el) => el.getAttribute('aria-label'))"
    )
    assert len(pills) == ENTRIES
    assert len({pill.split()[0] for pill in pills}) == 4
    assert {icon.partition(":")[0] for icon in icons} >= {"E-mail", "Web form", "WhatsApp", "Instagram"}
    assert len({row["channel"] for row in demo.listed(f"customers/{spoken['customer']}/timeline")}) == len(KINDS)


def test_ux_17_the_customer_page_shows_the_same_entries_newest_first(visits, spoken):
    page = visits.open("agent")
    page.goto(f"/desk/c/{spoken['customer']}/")

    while page.locator("#older a").count():
        before = page.get_by_test_id("entry").count()
        page.locator("#older a").click()
        page.wait_for_load_state()
        expect(page.get_by_test_id("entry")).not_to_have_count(before)

    assert shown(page) == ALL[::-1]


def test_ux_17_a_kind_narrows_the_list_and_leaves_nothing_out(visits, spoken):
    page = visits.open("agent")
    page.goto(f"/desk/t/{spoken['reference']}/?tab=history")

    page.locator("#kind-call").click()
    expect(page.locator("#kind-call")).to_have_attribute("aria-current", "true")
    load_all(page)

    spoken_aloud = [words for place, words in enumerate(ALL) if KINDS[place % len(KINDS)] in ("phone", "counter")]
    assert shown(page) == spoken_aloud
