"""ux.md, points 23 and 24: news appear by themselves and disturb nobody; without a socket the page says so."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import MAILBOX, Demo, wait_for

pytestmark = pytest.mark.browser
SOON = 4_000


def mail(sender: str, subject: str, text: str) -> bytes:
    return f"From: {sender}\nTo: {MAILBOX}\nSubject: {subject}\n\n{text}\n".encode()


def being_done(page: Page) -> str:
    """Where the focus is and what is selected there."""
    return str(
        page.evaluate(
            "() => { const e = document.activeElement;"
            " return [e.id, e.value, e.selectionStart, e.selectionEnd, getSelection().toString()].join('|') }"
        )
    )


def reference_of(demo: Demo, subject: str) -> str:
    """The reference of the newest ticket with this subject, empty as long as there is none."""
    newest = demo.api("tickets?page_size=10")["results"]
    return next((str(each["reference"]) for each in newest if each["subject"] == subject), "")


def opened(page: Page, demo: Demo, sender: str, subject: str) -> str:
    """A ticket made by a mail, open on the page; its reference."""
    assert demo.receive(mail(sender, subject, "Sejak pagi tidak bisa dipakai.")) == 0
    reference = wait_for(lambda: reference_of(demo, subject))
    page.goto(f"/desk/t/{reference}/")
    page.wait_for_timeout(1_000)
    return str(reference)


def test_ux_23_a_new_line_appears_while_somebody_writes_and_nothing_is_disturbed(visits, demo):
    page = visits.open("supervisor")
    reference = opened(page, demo, "Wulan <wulan.ux23@mail.example>", "Telepon rumah mati ux23")
    page.locator("#pop-filters").evaluate("menu => menu.open = true")
    expect(page.locator("#id_type")).to_be_visible()
    page.locator("#reply-text").fill("Baik Bu Wulan, kami periksa dahulu.")
    page.evaluate("document.querySelector('#reply-text').setSelectionRange(5, 13)")
    before = being_done(page)

    ticket = demo.api(f"tickets?reference={reference}")["results"][0]
    for number in range(3):
        demo.api(f"tickets/{ticket['id']}/note", {"text": f"Catatan NOC nomor {number}"})
    expect(page.locator("#talk-lines")).to_contain_text("Catatan NOC nomor 2", timeout=SOON)

    assert being_done(page) == before
    assert page.locator("#pop-filters").evaluate("menu => menu.open") is True


def test_ux_22_the_queue_shows_a_new_ticket_without_a_reload(visits, demo):
    page = visits.open("supervisor")
    page.goto("/desk/?view=unsorted")
    rows = page.locator("[data-row]")
    for number in (1, 2, 3):
        sender = f"Tono <tono{number}.ux22@mail.example>"
        assert demo.receive(mail(sender, f"Modem meleleh ux22 nomor {number}", "Modem saya panas sekali.")) == 0
        expect(rows.filter(has_text=f"ux22 nomor {number}")).to_have_count(1, timeout=SOON)


def test_ux_24_without_a_socket_a_bar_says_so_and_goes_when_it_is_back(visits, demo):
    page = visits.open("supervisor")
    page.goto("/desk/")
    expect(page.locator(".live-bar")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator(".live-bar")).to_contain_text("Tidak langsung sejak", timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator(".live-bar")).to_be_hidden(timeout=20_000)
