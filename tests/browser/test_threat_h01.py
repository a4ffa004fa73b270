"""Threats H01 and H02 in a real browser: strangers' markup on every page that shows what they wrote runs nothing."""

import json
from collections.abc import Iterator
from email.message import EmailMessage

import pytest
from playwright.sync_api import Page, expect

from channels_in.sanitise import safe_html
from tests.browser.running import wait_for
from tests.web.threats.corpora import EVERYTHING, LINKS, MUTATIONS, SCRIPTS

pytestmark = pytest.mark.browser
EACH = 20  # pieces of markup in one mail
NOTICE = "window.broken = []; window.alert = (said) => window.broken.push(String(said))"
# Shows the markup as a browser reads it, reads again what it wrote, and waits until pictures have failed to load.
SHOW = """async (pieces) => {
  window.broken = [];
  window.alert = (said) => window.broken.push(String(said));
  const found = [];
  for (const [place, piece] of pieces.entries()) {
    const stage = document.createElement("div");
    document.body.append(stage);
    stage.innerHTML = piece;
    for (const tag of ["div", "table", "svg", "math", "noscript", "select"]) {
      const again = document.createElement("div");
      document.body.append(again);
      again.innerHTML = `<${tag}>${stage.innerHTML}</${tag}>`;
      again.innerHTML = again.innerHTML;
    }
    for (const link of stage.querySelectorAll("a")) link.click();
    await new Promise((done) => setTimeout(done, 5));
    if (window.broken.length) found.push([place, piece]);
    window.broken = [];
    document.body.replaceChildren();
  }
  await new Promise((done) => setTimeout(done, 300));
  return [found, window.broken];
}"""


@pytest.fixture
def empty_page(chromium) -> Iterator[Page]:
    """A page without any rule of ours: only the cleaning stands between the markup and the browser."""
    page = chromium.new_page()
    page.route("**/*", lambda route: route.fulfill(status=204))
    yield page
    page.close()


def test_H02_the_corpus_does_run_where_nothing_is_cleaned(empty_page):
    found, _late = empty_page.evaluate(SHOW, ["<img src=x: onerror=alert(1)>", "<svg onload=alert(1)>"])

    assert found != [] or _late != []


def test_H02_nothing_that_was_cleaned_runs_however_often_a_browser_reads_it_again(empty_page):
    cleaned = [safe_html(markup) for markup in EVERYTHING]

    assert empty_page.evaluate(SHOW, cleaned) == [[], []]


def mail_full_of(number: int, scripts: list[str]) -> bytes:
    """One mail with hostile words in its sender, subject, both bodies and the name of its file."""
    mail = EmailMessage()
    mail["From"] = f'"{one_line(scripts[0])}" <h01.{number}@mail.example>'
    mail["To"], mail["Subject"] = "keluhan@nusanet.example", one_line(f"H01 {number} {scripts[1]}")
    mail["Message-ID"] = f"<h01.{number}@mail.example>"
    mail.set_content("\n".join(scripts))
    mail.add_alternative("<hr>".join(scripts), subtype="html")
    mail.add_attachment(b"x", maintype="text", subtype="html", filename=one_line(scripts[2])[:60])
    return mail.as_bytes()


def one_line(script: str) -> str:
    return (
        "".join(each for each in script if each.isprintable() and each not in '"\\').encode("ascii", "replace").decode()
    )


@pytest.fixture(scope="module")
def tickets(demo):
    """The tickets that these mails have become."""
    corpus = [*SCRIPTS, *MUTATIONS, *(f'<a href="{link}">x</a>' for link in LINKS)]
    mails = [
        mail_full_of(number, corpus[number * EACH : number * EACH + EACH]) for number in range(-(-len(corpus) // EACH))
    ]
    assert demo.receive(*mails) == 0

    def found():
        rows = demo.rows(
            "SELECT t.reference, t.id, t.customer_id, m.id FROM tickets_message m JOIN tickets_ticket t"
            " ON t.id = m.ticket_id WHERE m.external_id LIKE 'h01.%' AND m.kind = 'inbound' ORDER BY m.id"
        )
        return rows if len(rows) == len(mails) else None

    return wait_for(found)


def test_H01_on_no_page_of_the_staff_does_a_strangers_markup_run(visits, tickets):
    page = visits.open("administrator")
    page.add_init_script(NOTICE)
    watch = visits.watch_of(page)
    pages = ["/desk/?view=open", "/desk/search/?q=H01", f"/desk/search/?q={'<img src=x onerror=alert(1)>'}"]
    for reference, _ticket, customer, message in tickets:
        pages += [f"/desk/t/{reference}/?view=open", f"/desk/c/{customer}/", f"/files/messages/{message}/body/"]
    reference = tickets[0][0]
    pages += [f"/desk/t/{reference}/?tab={tab}" for tab in ("history", "customer")]

    for address in pages:
        page.goto(address)
        for summary in page.locator("details.original summary").all():
            summary.click()
        assert page.evaluate("window.broken") == [], address

    assert (watch.dialogs, watch.foreign) == ([], [])
    assert [line for line in watch.problems if "CSP" in line or "script" in line] == []


def test_H01_what_the_staff_write_runs_on_neither_side(visits, demo, crawl):
    reference = crawl.scene("agent", "id").ticket
    [(ticket,)] = demo.rows("SELECT id FROM tickets_ticket WHERE reference = ?", reference)
    hostile = "\n".join(SCRIPTS)
    demo.api(f"tickets/{ticket}/note/", {"text": hostile})
    demo.api(f"tickets/{ticket}/reply/", {"text": hostile, "undo_seconds": 0})
    page = visits.open("administrator")
    page.add_init_script(NOTICE)

    page.goto(f"/desk/t/{reference}/")

    assert page.locator(".entry-text", has_text="constructor.constructor").count() >= 2
    assert page.evaluate("window.broken") == []
    assert visits.watch_of(page).dialogs == []


def test_H01_an_answer_of_the_api_is_never_read_as_a_page(visits, tickets):
    page = visits.open("administrator")
    page.add_init_script(NOTICE)

    answer = page.goto(f"/api/v1/messages/{tickets[0][3]}/")

    assert answer.headers["content-type"].startswith("application/json")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert json.loads(answer.text())["subject"].startswith("H01")
    assert (page.evaluate("window.broken"), visits.watch_of(page).dialogs) == ([], [])


def test_H01_the_customers_own_page_runs_nothing_that_was_written_there(visits, crawl):
    page = visits.open()
    page.add_init_script(NOTICE)
    filed = crawl.filed("id")
    page.goto(filed.link)

    page.locator("textarea[name=text]").fill("\n".join(SCRIPTS))
    page.locator("button[value=write]").click()

    expect(page.locator(".talk-text", has_text="constructor.constructor")).to_be_visible()
    assert page.evaluate("window.broken") == []
    assert visits.watch_of(page).dialogs == []
