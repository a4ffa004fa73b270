"""UX point 39: from 320 pixels to a desk's screen and with text twice as large nothing scrolls sideways, everything can
be hit, and no bar lies over what has the focus."""

import pytest

from tests.browser.looking import focus
from tests.browser.states import STATES, named

pytestmark = pytest.mark.browser
LANGUAGES = ("id", "en")
TABBED = named(
    "home", "complain-story-error", "status", "queue-all", "ticket", "ticket-history", "customer", "search-found",
    "board", "rule-new",
)  # fmt: skip
MOST_STEPS = 60


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_ux_39_no_page_scrolls_sideways(crawl, state, language):
    assert {width: why for width, why in crawl.look(state, language).sideways.items() if why} == {}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_ux_39_every_target_is_large_enough_to_hit(crawl, state, language):
    assert {width: found for width, found in crawl.look(state, language).small.items() if found} == {}


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("state", TABBED, ids=str)
def test_ux_39_whoever_tabs_through_always_sees_the_focus(crawl, state, width):
    scene = crawl.scene(state.role, "id", width=width, height=640)
    state.arrive(scene)

    steps = list(tabbed_through(scene.page))
    scene.page.close()

    assert len(steps) > 5
    assert [step["what"] for step in steps if not step["seen"]] == [], "covered, or outside of the view"
    assert [step["what"] for step in steps if not step["marked"]] == [], "no ring shows the focus"


def tabbed_through(page):
    """Where each press of Tab leads, until the page is through."""
    page.evaluate("() => { document.activeElement?.blur(); getSelection()?.removeAllRanges() }")
    for _step in range(MOST_STEPS):
        page.keyboard.press("Tab")
        at = focus(page)
        if at is None:
            return
        yield at
