"""ux.md, point 15: who opens a ticket is seen there by the others, also writing, and is gone when they leave."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser
SOON = 2_000


def test_ux_15_a_second_agent_is_seen_viewing_writing_and_leaving(visits, demo):
    reference = demo.api("tickets?status=open&page_size=1")["results"][0]["reference"]
    dewi, arif = visits.open("supervisor"), visits.open("administrator")
    dewi.goto(f"/desk/t/{reference}/")
    expect(dewi.locator("peer-list")).to_be_attached()
    dewi.wait_for_timeout(1_000)

    arif.goto(f"/desk/t/{reference}/")
    expect(dewi.locator(".peer.is-viewing")).to_contain_text("Arif", timeout=SOON)
    expect(arif.locator(".peer.is-viewing")).to_contain_text("Dewi", timeout=SOON)

    arif.locator("#compose-note-tab").click()
    arif.locator("#note-text").press_sequentially("Saya tanyakan ke NOC")
    expect(dewi.locator(".peer.is-writing")).to_contain_text("Arif", timeout=SOON)

    arif.close()
    expect(dewi.locator(".peer")).to_have_count(0, timeout=SOON)
