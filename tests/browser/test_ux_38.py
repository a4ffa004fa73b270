"""UX point 38: no barrier that axe calls serious or critical; all work is done by keyboard, the focus always seen."""

import pytest
from playwright.sync_api import expect

from tests.browser.looking import focus
from tests.browser.states import STATES

pytestmark = pytest.mark.browser
LANGUAGES = ("id", "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_ux_38_no_page_or_state_holds_a_barrier(crawl, state, language):
    assert crawl.look(state, language).breaches == {1440: [], 360: []}


def test_ux_38_a_ticket_is_opened_read_answered_and_taken_back_by_keyboard_alone(visits, crawl):
    page = visits.open("supervisor")
    page.goto("/desk/?view=team-network&channel=email")
    keys = page.keyboard

    reference = open_second(page)
    tab_to(page, page.locator(".talk"))
    top = page.locator(".talk").evaluate("(el) => el.scrollTop")
    keys.press("Home")
    page.wait_for_function("(top) => document.querySelector('.talk').scrollTop < top || top === 0", arg=top)

    keys.press("r")
    expect(page.locator("#reply-text")).to_be_focused()
    keys.press("Control+a")
    keys.type("jk r Baik, kami periksa.")
    assert_focus_is_seen(page)
    expect(page.locator(".work")).to_have_attribute(
        "data-reference", reference
    )  # keys that were typed did nothing else
    keys.press("Control+Enter")
    expect(page.locator("#undo-button")).to_be_visible()
    assert page.evaluate("() => document.activeElement !== document.body"), "the focus was lost"

    tab_to(page, page.locator("#undo-button"))
    keys.press("Enter")
    expect(page.locator("#reply-text")).to_be_focused()
    expect(page.locator("#reply-text")).to_have_value("jk r Baik, kami periksa.")
    page.locator("#reply-text").fill("")  # leaves no draft behind
    keys.press("Escape")
    keys.press("u")
    expect(page.locator(f"#row-{reference}")).to_be_focused()


def open_second(page):
    """Down to the second ticket of the list and into it; its reference."""
    first, second = page.locator("[data-row]").nth(0), page.locator("[data-row]").nth(1)
    page.keyboard.press("j")
    expect(first).to_be_focused()
    page.keyboard.press("j")
    expect(second).to_be_focused()
    expect(second).to_have_attribute("aria-current", "true")
    assert_focus_is_seen(page)
    reference = (second.get_attribute("id") or "").removeprefix("row-")
    page.keyboard.press("Enter")
    expect(page.locator(".work")).to_have_attribute("data-reference", reference)
    return reference


def test_ux_38_menus_and_the_help_open_and_close_by_keys_and_give_the_focus_back(visits, crawl):
    page = visits.open("supervisor")
    page.goto("/desk/?view=team-network&channel=email")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#ticket-subject")).to_be_visible()

    for key, menu in (("a", "#pop-assign"), ("s", "#pop-status"), ("y", "#pop-classify")):
        page.keyboard.press(key)
        expect(page.locator(menu)).to_have_attribute("open", "")
        expect(page.locator(f"{menu} :focus")).to_have_count(1)
        page.keyboard.press("Tab")
        expect(page.locator(f"{menu} :focus")).to_have_count(1)
        page.keyboard.press("Escape")
        expect(page.locator(menu)).not_to_have_attribute("open", "")
        expect(page.locator(f"{menu} > summary")).to_be_focused()

    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.get_by_role("dialog")).to_have_count(0)


def test_ux_38_a_complaint_is_begun_by_keyboard_alone(visits):
    page = visits.open()
    page.goto("/complain/")

    tab_to(page, page.locator("[name=query_type]").first)
    page.keyboard.press("ArrowDown")
    expect(page.locator("[name=query_type]").nth(1)).to_be_checked()
    page.keyboard.press("Enter")

    expect(page.locator("[name=text]")).to_be_visible()


def tab_to(page, target, *, most=90):
    """Press Tab until the target has the focus; it must be seen on every step of the way."""
    for _step in range(most):
        page.keyboard.press("Tab")
        assert_focus_is_seen(page)
        if target.evaluate("(el) => el === document.activeElement"):
            return
    raise AssertionError(f"{target} cannot be reached")


def assert_focus_is_seen(page):
    at = focus(page)
    assert at is None or (at["seen"] and at["marked"]), at


@pytest.mark.parametrize(("role", "address"), [("", "/complain/"), ("agent", "/desk/"), ("supervisor", "/board/")])
def test_ux_38_for_who_wants_little_motion_a_page_changes_at_once(visits, role, address):
    """A transition of next to no time would still hold the old look until a later frame."""
    page = visits.open(role)
    page.goto(address)

    moving = (
        "() => [...new Set([...document.querySelectorAll('*')].map((e) => getComputedStyle(e).transitionProperty))]"
    )
    assert page.evaluate("() => matchMedia('(prefers-reduced-motion: reduce)').matches")
    assert page.evaluate(moving) == ["none"]
