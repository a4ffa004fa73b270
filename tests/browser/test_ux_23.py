"""ux.md, points 22 to 24: news appear by themselves, soon, and disturb nobody; without a socket the page says so."""

import json
import time
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.browser.running import MAILBOX, Demo, wait_for

pytestmark = pytest.mark.browser
SOON, PUSHES, TICKETS = 4_000, 20, 20
BOARD = "**/board/?team=network"
TELL = "document.dispatchEvent(new CustomEvent('live:changed', { detail: { parts: ['board'] } }))"
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

NOTE_WHEN_COUNTED = """() => {
  window.countedAt = [];
  const note = () => {
    const count = Number(document.querySelector("[data-testid=tile-open] .board-number").textContent);
    if (window.countedAt.at(-1)?.[0] !== count) window.countedAt.push([count, Date.now()]);
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


def test_ux_22_nineteen_of_twenty_new_tickets_are_in_the_queue_and_on_the_board_within_two_seconds(visits, demo):
    queue, board = visits.open("supervisor"), visits.open("administrator")
    queue.goto(f"/desk/?view=open&since={int(time.time())}")
    queue.evaluate(NOTE_WHEN_SHOWN)
    board.goto("/board/?channel=email")
    board.evaluate(NOTE_WHEN_COUNTED)
    before = int(board.get_by_test_id("tile-open").locator(".board-number").inner_text())
    sent = demo.manage("shell", "--no-imports", "--command", STORE_TWENTY)
    assert sent.returncode == 0, sent.stderr.decode()
    expect(queue.locator("[data-row]")).to_have_count(TICKETS, timeout=SOON)
    expect(board.get_by_test_id("tile-open")).to_contain_text(str(before + TICKETS), timeout=SOON)

    stored = json.loads(sent.stdout.splitlines()[-1])
    shown, counted = queue.evaluate("window.shownAt"), board.evaluate("window.countedAt")
    in_queue = [at / 1000 - stored[subject] for subject, at in shown.items()]
    on_board = [
        min(at for count, at in counted if count >= before + number) / 1000 - at_once
        for number, at_once in enumerate(stored.values(), start=1)
    ]
    for waited in (sorted(in_queue), sorted(on_board)):
        assert len(waited) == TICKETS
        assert waited[TICKETS * 95 // 100 - 1] <= 2, waited


def board_told_by_nobody(visits) -> Page:
    """The board without a socket; time passes there as the test says."""
    page: Page = visits.open("supervisor")
    page.route_web_socket("**", lambda socket: socket.close())
    page.clock.install()
    page.goto("/board/?team=network")
    return page


def test_ux_22_the_board_asks_again_where_it_was_told_of_more_while_it_waited(visits):
    """What it is answered first may be the shared snapshot of a moment before."""
    page = board_told_by_nobody(visits)

    with page.expect_request(BOARD):
        page.evaluate(TELL)
        page.clock.run_for(500)
        page.evaluate(TELL)
        page.clock.run_for(700)
    with page.expect_request(BOARD, timeout=SOON):
        page.clock.run_for(1_100)


def test_ux_23_the_board_stands_still_while_somebody_writes_in_a_menu_of_it(visits):
    page = board_told_by_nobody(visits)
    menu = page.locator(".lane-menu").first
    menu.locator("summary").click()
    menu.locator("[name=note]").fill("Tolong segera")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))

    page.evaluate(TELL)
    page.clock.run_for(5_000)
    assert "/board/" not in asked
    expect(menu.locator("[name=note]")).to_have_value("Tolong segera")
    expect(menu.locator("[name=note]")).to_be_focused()

    with page.expect_request(BOARD, timeout=SOON):
        menu.locator("summary").click()
        page.clock.run_for(1_100)


def test_ux_24_without_a_socket_a_bar_says_so_and_what_came_meanwhile_is_there_once(visits, demo):
    page = visits.open("supervisor")
    page.goto(f"/desk/?view=open&since={int(time.time())}")
    expect(page.locator(".live-bar")).to_be_hidden()
    page.context.set_offline(True)
    subjects = [f"Kabel putus ux24 {number}" for number in range(3)]
    assert demo.receive(*(mail("Tini <tini.ux24@mail.example>", each, "Sejak tadi pagi.") for each in subjects)) == 0
    expect(page.locator(".live-bar")).to_contain_text("Tidak langsung sejak", timeout=10_000)
    expect(page.locator("[data-row]")).to_have_count(0)
    page.context.set_offline(False)
    expect(page.locator(".live-bar")).to_be_hidden(timeout=20_000)
    expect(page.locator("[data-row]")).to_have_count(len(subjects), timeout=SOON)
    assert sorted(page.locator("[data-row] .card-subject").all_inner_texts()) == subjects


def test_ux_24_what_came_while_a_page_was_still_loading_is_there_too(visits, demo):
    page, subject = visits.open("supervisor"), "Sambil menunggu ux24"

    def comes_late(route):
        assert demo.receive(mail("Tati <tati.ux24@mail.example>", subject, "Sejak tadi pagi.")) == 0
        wait_for(lambda: reference_of(demo, subject))
        time.sleep(1)
        route.continue_()

    page.route("**/live-link*.js", comes_late)
    page.goto(f"/desk/?view=open&since={int(time.time())}")
    expect(page.locator("[data-row]").filter(has_text=subject)).to_have_count(1, timeout=SOON)


def test_ux_24_a_server_that_was_started_again_has_lost_and_doubled_nothing(visits, demo):
    page = visits.open("supervisor")
    page.goto(f"/desk/?view=open&since={int(time.time())}")
    expect(page.locator(".live-bar")).to_be_hidden()
    row = page.locator("[data-row]").filter(has_text="Selama mati ux24")

    assert demo.stop() == 0
    expect(page.locator(".live-bar")).to_contain_text("Tidak langsung sejak", timeout=10_000)
    assert demo.receive(mail("Tuti <tuti.ux24@mail.example>", "Selama mati ux24", "Sejak tadi pagi.")) == 0
    expect(row).to_have_count(0)
    demo.serve()

    expect(page.locator(".live-bar")).to_be_hidden(timeout=30_000)
    expect(row).to_have_count(1, timeout=SOON)
    page.reload()
    expect(row).to_have_count(1)


def test_ux_24_where_no_socket_is_let_through_the_page_is_never_older_than_twenty_seconds(visits, demo):
    page = visits.open("supervisor")
    page.route_web_socket("**", lambda socket: socket.close())
    page.clock.install()
    page.goto(f"/desk/?view=open&since={int(time.time())}")
    assert demo.receive(mail("Toni <toni.ux24@mail.example>", "Tanpa soket ux24", "Mati.")) == 0
    wait_for(lambda: reference_of(demo, "Tanpa soket ux24"))
    row = page.locator("[data-row]").filter(has_text="Tanpa soket ux24")
    page.clock.run_for(10_000)
    expect(page.locator(".live-bar")).to_contain_text("Tidak langsung sejak")
    expect(row).to_have_count(0)

    page.clock.run_for(10_000)

    expect(row).to_have_count(1)
