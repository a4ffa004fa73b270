"""UX point 8: nothing there, nothing that matches, an error and waiting each say so; the other panes go on working."""

import re

import pytest
from playwright.sync_api import Page, Route, expect

pytestmark = pytest.mark.browser
FEW = "view=open&channel=email"
NEVER_CALLED = """
    SELECT reference FROM tickets_ticket t WHERE status = 'open' AND NOT EXISTS (
        SELECT 1 FROM tickets_timelineentry e WHERE e.kind = 'call' AND e.customer_id = t.customer_id
    ) LIMIT 1
"""


@pytest.fixture
def english_desk(visits) -> Page:
    page = visits.open("agent", language="en")
    page.goto(f"/desk/?{FEW}")
    return page


def rows(page):
    return page.locator("[data-row]")


def open_first(page) -> str:
    rows(page).first.click()
    expect(page.locator("#ticket-subject")).to_be_visible()
    return str(page.locator("#work .work").get_attribute("data-reference"))


def test_ux_08_a_queue_that_is_done_says_so_and_offers_the_next_step(visits):
    page = visits.open("administrator", language="en")
    page.goto("/desk/?view=mine")

    queue = page.locator("#queue")
    expect(queue.get_by_text("Nothing waiting for you")).to_be_visible()
    expect(queue.get_by_text("Nothing matches")).to_have_count(0)
    queue.get_by_role("link", name="Show unassigned").click()
    expect(rows(page).first).to_be_visible()


def test_ux_08_filters_that_nothing_fits_can_be_cleared_from_there(english_desk):
    english_desk.goto("/desk/?view=open&channel=telegram")

    queue = english_desk.locator("#queue")
    expect(queue.get_by_text("Nothing matches")).to_be_visible()
    expect(queue.get_by_role("link", name="Telegram")).to_be_visible()  # the chip that removes the filter
    queue.get_by_role("link", name="Clear filters").click()
    expect(rows(english_desk).first).to_be_visible()
    expect(english_desk).to_have_url(re.compile(r"/desk/\?view=open$"))


def test_ux_08_a_search_and_a_kind_of_entries_without_result_say_so(english_desk, demo):
    [(reference,)] = demo.rows(NEVER_CALLED)
    english_desk.goto(f"/desk/t/{reference}/?{FEW}&tab=history&kind=call")
    expect(english_desk.get_by_text("Nothing of this kind here.")).to_be_visible()
    expect(english_desk.get_by_test_id("entry")).to_have_count(0)
    expect(rows(english_desk).first).to_be_visible()

    english_desk.goto("/desk/search/?q=xyzzyqwv")
    expect(english_desk.get_by_text("Nothing found")).to_be_visible()


def test_ux_08_a_pane_that_fails_says_what_is_safe_and_can_try_again(english_desk):
    reference = open_first(english_desk)
    english_desk.route("**/desk/t/**", refuse)

    english_desk.locator("#tab-history").click()

    box = english_desk.locator("#work").get_by_role("alert")
    expect(box).to_contain_text("This part could not be loaded.")
    expect(box).to_contain_text("kept as a draft")
    expect(box).to_contain_text("500")
    expect(english_desk.locator(".work")).to_have_attribute(
        "data-reference", reference
    )  # what was there is still there
    english_desk.locator("#pop-filters > summary").click()  # and so is the queue
    expect(english_desk.locator("#pop-filters select").first).to_be_visible()
    english_desk.keyboard.press("Escape")

    english_desk.unroute("**/desk/t/**")
    box.get_by_role("button", name="Try again").click()
    expect(english_desk.locator("#tab-history")).to_have_attribute("aria-current", "page")
    expect(box).to_have_count(0)


def test_ux_08_a_queue_that_fails_leaves_the_ticket_alone(english_desk):
    open_first(english_desk)
    english_desk.locator("#reply-text").fill("Baik, kami periksa.")
    english_desk.route(re.compile(r"/desk/\?"), refuse)

    english_desk.evaluate("() => document.dispatchEvent(new CustomEvent('desk:stale'))")

    expect(english_desk.locator("#queue").get_by_role("alert")).to_contain_text("This part could not be loaded.")
    assert rows(english_desk).count() > 0
    expect(english_desk.locator("#reply-text")).to_have_value("Baik, kami periksa.")
    english_desk.unroute(re.compile(r"/desk/\?"))
    english_desk.locator("#queue").get_by_role("button", name="Try again").click()
    expect(english_desk.locator("#queue").get_by_role("alert")).to_have_count(0)


def test_ux_08_a_reply_that_cannot_be_sent_stays_in_the_composer(visits):
    page = visits.open("supervisor", language="en")
    page.goto("/desk/?view=team-network&channel=email")
    open_first(page)
    page.locator("#reply-text").fill("Mohon maaf, kami kirim teknisi besok.")
    page.route("**/reply/**", lambda route: route.abort())

    page.locator("#reply-form .send-button").click()

    expect(page.locator("#reply-form").get_by_role("alert")).to_contain_text("Nothing was sent.")
    expect(page.locator("#reply-text")).to_have_value("Mohon maaf, kami kirim teknisi besok.")
    expect(page.locator("#reply-form .send-button")).to_be_enabled()
    expect(page.locator("#undo-button")).to_have_count(0)


def test_ux_08_while_a_pane_loads_the_old_one_stands_faded_and_the_others_work(english_desk):
    reference = open_first(english_desk)
    held: list[Route] = []
    english_desk.route("**/desk/t/**", lambda route: held.append(route))  # noqa: PLW0108 (it gets attributes)

    rows(english_desk).nth(1).click()

    work = english_desk.locator("#work")
    expect(work).to_have_attribute("aria-busy", "true")
    expect(work.locator(".skeleton")).to_be_visible()
    expect(work.locator(".work")).to_have_attribute("data-reference", reference)
    english_desk.locator("#search-words").fill("modem")
    expect(english_desk.locator("#search-words")).to_have_value("modem")
    english_desk.locator("#pop-filters > summary").click()
    expect(english_desk.locator("#pop-filters select").first).to_be_visible()

    held[0].continue_()
    expect(work.locator(".work")).not_to_have_attribute("data-reference", reference)
    expect(work.locator(".skeleton")).to_have_count(0)
    expect(work).not_to_have_attribute("aria-busy", "true")


def refuse(route: Route) -> None:
    route.fulfill(status=500, body="")
