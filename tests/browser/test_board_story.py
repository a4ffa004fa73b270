"""Issue 4, done when 4: the whole trouble with a ticket before Dewi's eyes, on one page that is never loaded again."""

import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from tests.browser.filing import SLOWER_THAN_A_ROBOT, fill_in, send, ticket_of
from tests.browser.passing import let_pass
from tests.browser.running import Demo

pytestmark = pytest.mark.browser
SOON = 8_000
AMBER, RED, ASKED = timedelta(minutes=11, seconds=15), timedelta(minutes=15), timedelta(minutes=30)
A_MOMENT = timedelta(seconds=1)


@pytest.fixture
def nothing_else_by_form(demo: Demo) -> Iterator[None]:
    """What else came by form stands under another channel meanwhile: a lane shows its nearest eight, and how many of
    the demo's stand before a new one depends on the hour.
    """
    [(form,)], [(phone,)] = (
        demo.rows("SELECT id FROM policies_channel WHERE kind = ?", kind) for kind in ("webform", "phone")
    )
    others = demo.rows("SELECT id FROM tickets_ticket WHERE channel_id = ? AND closed_at IS NULL", form)
    for (pk,) in others:
        demo.rows("UPDATE tickets_ticket SET channel_id = ? WHERE id = ?", phone, pk)
    yield
    for (pk,) in others:
        demo.rows("UPDATE tickets_ticket SET channel_id = ? WHERE id = ?", form, pk)


def grow_old(demo: Demo, ticket: dict[str, str], age: timedelta) -> None:
    """A moment before the ticket is so old, a colleague leaves a note on it, by which open pages hear of it."""
    received = datetime.fromisoformat(demo.api(f"tickets/{ticket['id']}")["received_at"])
    let_pass(demo, ticket["reference"], age - A_MOMENT - (datetime.now(UTC) - received))
    demo.api(f"tickets/{ticket['id']}/note", {"text": "NOC sedang mencari."})


def stands_in(page: Page, lane: str, reference: str) -> None:
    """The card is in this lane, with a chip that says the same."""
    card = page.locator(f"#lane-{lane} #card-{reference}")
    expect(card).to_be_visible(timeout=SOON)
    expect(card.locator("due-chip")).to_have_class(re.compile(f"due-{lane}"))


@pytest.mark.usefixtures("nothing_else_by_form")
def test_done_when_4_a_ticket_appears_turns_amber_and_red_escalates_and_is_reassigned_without_a_reload(visits, demo):
    visitor, page = visits.open(), visits.open("supervisor", language="en")
    form, begun = fill_in(visitor.request), time.monotonic()
    page.goto("/board/?team=network&channel=webform")
    time.sleep(max(0, begun + SLOWER_THAN_A_ROBOT - time.monotonic()))
    loaded: list[str] = []
    page.on("framenavigated", lambda frame: loaded.append(frame.url))

    reference, _link = send(visitor.request, form, demo)
    stands_in(page, "calm", reference)
    ticket = ticket_of(demo, reference)
    grow_old(demo, ticket, AMBER)
    stands_in(page, "soon", reference)
    grow_old(demo, ticket, RED)
    stands_in(page, "late", reference)

    grow_old(demo, ticket, ASKED)
    asked = page.locator(".stream-line.is-waiting").filter(has_text=reference[-7:])
    expect(asked).to_be_visible(timeout=SOON)
    asked.get_by_role("button", name="I have seen it").click()
    answered = page.locator(".stream-line").filter(has_text=reference[-7:]).filter(has_text="Acknowledged")
    expect(answered).to_contain_text("Dewi", timeout=SOON)

    card = page.locator(f"#card-{reference}")
    card.locator("summary").click()
    owner = card.locator("[name=owner]")
    owner.select_option(owner.locator("option").filter(has_text="Rangga").get_attribute("value"))
    card.locator("[name=note]").fill("Tolong segera.")
    card.get_by_role("button", name="Assign").click()
    expect(card.locator(".lane-owner")).to_contain_text("Rangga", timeout=SOON)

    changes = [line["change"] for line in demo.listed(f"tickets/{ticket['id']}/history")]
    assert (changes.count("assigned"), changes.count("escalation_acknowledged")) == (1, 1)
    assert loaded == []
    assert visits.watch_of(page).problems == []
