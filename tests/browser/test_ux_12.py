"""UX point 12: note mode is told by word and tint, and what is noted reaches the customer by no way."""

import pytest
from playwright.sync_api import expect

from tests.browser.filing import file_complaints, ticket_of
from tests.browser.running import wait_for

pytestmark = pytest.mark.browser
MARKER = "penanda-catatan-7f4q"


def test_ux_12_a_note_is_told_apart_and_never_leaves_the_house(visits, demo):
    visitor = visits.open()
    filed = file_complaints(visitor.context.request, demo)
    ticket = ticket_of(demo, filed.reference)
    desk = visits.open("supervisor", language="en")
    desk.goto(f"/desk/t/{filed.reference}/")
    plain = desk.locator("#composer").evaluate("(box) => getComputedStyle(box).backgroundColor")

    desk.locator("#compose-note-tab").click()

    note = desk.locator(".panel-note")
    expect(desk.locator("#composer")).to_have_attribute("data-mode", "note")
    expect(note.locator(".internal-line strong")).to_have_text("INTERNAL")
    expect(desk.locator("#composer")).not_to_have_css("background-color", plain)
    desk.locator("#note-text").fill(f"Jangan bilang pelanggan: {MARKER}")
    note.get_by_role("button", name="Save internal note").click()
    expect(desk.locator(".entry-note")).to_contain_text(MARKER)
    expect(desk.locator(".entry-note .tag-note")).to_be_visible()

    before = len(demo.sent())
    demo.api(f"tickets/{ticket['id']}/reply", {"text": "Kami periksa hari ini.", "undo_seconds": 0})
    wait_for(lambda: len(demo.sent()) > before)

    visitor.goto(filed.link)
    expect(visitor.locator("body")).to_contain_text("Kami periksa hari ini.")
    shown = [visitor.content(), *(mail.as_string() for mail in demo.sent())]
    queued = demo.rows("select subject || text || html || headers from channels_out_dispatch")
    assert [part for part in (*shown, *(row[0] or "" for row in queued)) if MARKER in part] == []
