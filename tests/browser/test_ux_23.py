"""ux.md, points 23 and 24: news appear by themselves and disturb nobody; without a socket the page says so."""

import json
import time

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import MAILBOX, Demo, wait_for

pytestmark = pytest.mark.browser
SOON, PUSHES, TICKETS = 4_000, 20, 20
STORE_TWENTY = f"""
import json, time
from core.clock import database_now
from channels_in.services import ledger
from policies.models import Channel
mailbox, stored = Channel.objects.get(address="{MAILBOX}"), {{}}
for number in range({TICKETS}):
    subject = f"Modem meleleh ux22 nomor {{number}}"
    raw = f"From: Tono <tono{{number}}.ux22@mail.example>\\nSubject: {{subject}}\\n\\nModem saya panas sekali.\\n"
    ledger.store(mailbox, [raw.encode()], now=database_now())
    stored[subject] = time.time()
    time.sleep(0.15)
print(json.dumps(stored))
"""
NOTE_WHEN_SHOWN = """() => {
  window.shownAt = {};
  const note = () => {
    for (const [subject] of document.body.innerText.matchAll(/Modem meleleh ux22 nomor \\d+/g)) {
      window.shownAt[subject] ??= Date.now();
    }
  };
  new MutationObserver(note).observe(document.body, { childList: true, subtree: true, characterData: true });
}"""


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


def being_read(page: Page) -> tuple[str, float]:
    """The first line of the talk that is seen whole, and where it stands."""
    found = page.evaluate(
        "() => { const top = document.querySelector('.talk').getBoundingClientRect().top;"
        " const lines = [...document.querySelectorAll('#talk-lines [data-testid=entry]')];"
        " const line = lines.find((each) => each.getBoundingClientRect().top >= top);"
        " return [line.innerText, line.getBoundingClientRect().top] }"
    )
    return found[0], found[1]


def push(demo: Demo, ticket: int, *, begin: int) -> str:
    """Twenty notes of a colleague, each of which is pushed; the words of the last."""
    for number in range(begin, begin + PUSHES):
        demo.api(f"tickets/{ticket}/note", {"text": f"Catatan NOC nomor {number}"})
    return f"Catatan NOC nomor {begin + PUSHES - 1}"


def test_ux_23_a_new_line_appears_while_somebody_writes_and_nothing_is_disturbed(visits, demo):
    page = visits.open("supervisor")
    reference = opened(page, demo, "Wulan <wulan.ux23@mail.example>", "Telepon rumah mati ux23")
    page.locator("#pop-filters").evaluate("menu => menu.open = true")
    expect(page.locator("#id_type")).to_be_visible()
    page.locator("#reply-text").fill("Baik Bu Wulan, kami periksa dahulu.")
    page.evaluate("document.querySelector('#reply-text').setSelectionRange(5, 13)")
    before = being_done(page)

    ticket = demo.api(f"tickets?reference={reference}")["results"][0]
    last = push(demo, ticket["id"], begin=0)
    expect(page.locator("#talk-lines")).to_contain_text(last, timeout=SOON)
    assert being_done(page) == before
    assert page.locator("#pop-filters").evaluate("menu => menu.open") is True

    page.locator(".talk").evaluate("talk => { talk.scrollTop = -400 }")
    read = being_read(page)
    last = push(demo, ticket["id"], begin=PUSHES)
    expect(page.locator("#talk-lines")).to_contain_text(last, timeout=SOON)
    line, place = being_read(page)
    assert (line, abs(place - read[1]) <= 4) == (read[0], True)
    assert being_done(page) == before


def test_ux_22_nineteen_of_twenty_new_tickets_are_in_the_queue_within_two_seconds(visits, demo):
    page = visits.open("supervisor")
    page.goto(f"/desk/?view=open&since={int(time.time())}")
    page.evaluate(NOTE_WHEN_SHOWN)
    sent = demo.manage("shell", "--no-imports", "--command", STORE_TWENTY)
    assert sent.returncode == 0, sent.stderr.decode()
    expect(page.locator("[data-row]")).to_have_count(TICKETS, timeout=SOON)

    shown = page.evaluate("window.shownAt")
    stored = json.loads(sent.stdout.splitlines()[-1])
    waited = sorted(at / 1000 - stored[subject] for subject, at in shown.items())
    assert len(waited) == TICKETS
    assert waited[TICKETS * 95 // 100 - 1] <= 2, waited


def test_ux_24_without_a_socket_a_bar_says_so_and_goes_when_it_is_back(visits, demo):
    page = visits.open("supervisor")
    page.goto("/desk/")
    expect(page.locator(".live-bar")).to_be_hidden()
    page.context.set_offline(True)
    expect(page.locator(".live-bar")).to_contain_text("Tidak langsung sejak", timeout=10_000)
    page.context.set_offline(False)
    expect(page.locator(".live-bar")).to_be_hidden(timeout=20_000)
