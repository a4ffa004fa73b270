"""The story of the book (domain.md 1.7) before the people of the demo: nobody searches, nothing is forgotten."""

import re

import pytest
from playwright.sync_api import Page, expect

pytestmark = pytest.mark.browser
FIRST_CALL = "Bukunya tertahan di perjalanan. Saya pastikan Anda menerimanya besok."


@pytest.fixture
def teller(visits):
    """The page of the story, told from its beginning by pressing buttons."""
    page = visits.open()
    page.goto("/demo/story/")
    page.locator("#begin").click()
    page.wait_for_url("**/demo/story/KLH-*/")
    return page


def press(page: Page, *steps: str) -> None:
    for step in steps:
        page.locator(f'button[value="{step}"]').click()
        expect(page.locator(f'button[value="{step}"]')).to_have_count(0)


def reference_of(page: Page) -> str:
    found = re.search(r"KLH-[^/]+", page.url)
    assert found is not None
    return found[0]


def open_call(page: Page, reference: str) -> None:
    """From the ticket to the apology call that stands on it."""
    page.goto(f"/desk/t/{reference}/")
    page.locator(".next-follow-up a").click()
    expect(page.locator("h1")).to_contain_text("Ratna Kusuma")


def test_the_second_agent_sees_call_and_broken_promise_and_nothing_closes_before_the_call(visits, teller):
    reference = reference_of(teller)
    press(teller, "three-days-later", "first-call", "a-day-later")

    maya = visits.open("other-agent")
    maya.goto(f"/desk/t/{reference}/")
    expect(maya.locator(".talk")).to_contain_text(FIRST_CALL)
    expect(maya.locator(".next-follow-up.is-late")).to_contain_text("Bukunya tiba")
    expect(maya.locator("#person-pane")).to_contain_text("Buku bulan lalu datang terlambat")
    expect(maya.locator("#compose-call-tab")).to_be_visible()

    press(teller, "second-call", "book-arrives")
    rangga = visits.open("agent")
    visits.watch_of(rangga).expect([422])
    rangga.goto(f"/desk/t/{reference}/")
    expect(rangga.locator("#missing")).to_contain_text("Telepon permintaan maaf")
    rangga.goto(f"/desk/t/{reference}/close/")
    rangga.locator("main form.stack button[type=submit], form.stack button.btn-primary").first.click()
    expect(rangga.locator(".form-error")).to_contain_text("Telepon permintaan maaf")

    open_call(rangga, reference)
    rangga.locator("input[value=not_satisfied]").check()
    rangga.locator("#id_note").fill("Dua halaman sobek.")
    rangga.locator("form:has(input[value=reached]) button[type=submit]").click()
    rangga.goto(f"/desk/t/{reference}/")
    expect(rangga.locator("#pop-status > summary")).to_contain_text("Terbuka")
    dewi = visits.open("supervisor")
    dewi.goto("/desk/notices/")
    expect(dewi.locator("main")).to_contain_text("Dua halaman sobek.")


def test_three_tries_on_two_channels_give_one_written_apology(visits, teller, demo):
    reference = reference_of(teller)
    press(teller, "three-days-later", "first-call", "a-day-later", "second-call", "book-arrives")
    rangga = visits.open("agent")
    open_call(rangga, reference)
    address = rangga.url
    form = rangga.locator("form:has(input[value=not-reached])")
    forgotten = visits.open("agent")  # the same page in a second window, as it was before the first try
    visits.watch_of(forgotten).expect([422])
    forgotten.goto(address)

    for channel in ("phone", "phone", "whatsapp"):
        form.locator("select[name=channel]").select_option(channel)
        form.locator("button[type=submit]").click()
        expect(rangga.locator(".toast-line, .toasts").first).to_be_visible()
        if channel == "phone":
            rangga.goto(address)

    forgotten.locator("form:has(input[value=not-reached]) button[type=submit]").click()
    expect(forgotten.locator(".toasts")).to_contain_text("sudah selesai")

    ticket = demo.api(f"tickets?reference={reference}")["results"][0]
    said = demo.api(f"tickets/{ticket['id']}/messages")["results"]
    ours = [message["text"] for message in said if message["kind"] == "outbound" and not message["automatic"]]
    assert (len(ours), sum("belum berhasil" in text for text in ours)) == (3, 1)
