"""UX point 18: customers' words may be long, wide, from right to left or hostile: the pages hold, script stays text."""

from email.message import EmailMessage
from email.policy import SMTP

import pytest
from playwright.sync_api import expect

from tests.browser.filing import ticket_from
from tests.browser.looking import sideways
from tests.browser.running import wait_for
from tests.mails import raw_mail

pytestmark = pytest.mark.browser
ATTACK = "<script>alert(1)</script>"
PICTURE = "<img src=x onerror=\"document.body.dataset.broken='yes';alert(2)\">"
WORD = "a" * 300
LONG = " ".join(f"baris{number}" for number in range(2400))[:20_000]
RIGHT_TO_LEFT, EMOJI = "محمد عبد الرحمن \u202e", "🌸Sari🌸 👩‍👩‍👧‍👦"
# name, address, subject, text
MAILS = {
    "hostile": (
        f"{ATTACK} {PICTURE}",
        "serang@mail.example",
        f"{ATTACK} {PICTURE}",
        f"Halo {ATTACK} {PICTURE} {{{{ 7|add:7 }}}} selesai",
    ),
    "long": (WORD[:150], "panjang@mail.example", WORD, f"{WORD} {LONG} tamat"),
    "foreign": (RIGHT_TO_LEFT, "jauh@mail.example", f"الإنترنت لا يعمل {EMOJI}", f"مرحبا {EMOJI} الإنترنت لا يعمل"),
    "merry": (EMOJI, "bunga@mail.example", f"{EMOJI} internet", f"Halo {EMOJI}"),
}
WIDTHS = (1440, 360)


def formatted_mail() -> bytes:
    """A mail whose formatting would run scripts, call elsewhere and send forms away."""
    mail = EmailMessage(policy=SMTP)
    mail["From"], mail["To"] = "Bentuk <bentuk@mail.example>", "keluhan@nusanet.example"
    mail["Subject"], mail["Message-ID"] = "Surat berhias", "<hias@mail.example>"
    mail.set_content("Internet mati.\n\nOn Mon, Siti wrote:\n> lama sekali\n> sekali lagi")
    mail.add_alternative(
        f"<p>Internet <b>mati</b>.</p>{ATTACK}{PICTURE}<img src='https://tracker.example/a.gif'>"
        "<style>@import url(https://tracker.example/a.css)</style><form action='https://tracker.example/'><button>x</button>"
        "</form><a href='javascript:alert(3)'>klik</a><iframe src='https://tracker.example/'></iframe>"
        "<blockquote>On Mon, Siti wrote: lama sekali, sekali lagi</blockquote>",
        subtype="html",
    )
    return bytes(mail)


@pytest.fixture(scope="module")
def tickets(demo):
    """The tickets of the mails by their names."""
    mails = [
        raw_mail(text, sender=f"{name} <{address}>", subject=subject, message_id=f"<{key}@mail.example>")
        for key, (name, address, subject, text) in MAILS.items()
    ]
    assert demo.receive(*mails, formatted_mail()) == 0
    addresses = {key: address for key, (_name, address, _subject, _text) in MAILS.items()}
    return {
        key: ticket_from(demo, address) for key, address in (addresses | {"formatted": "bentuk@mail.example"}).items()
    }


def assert_calm(page, watch):
    """Nothing ran, nothing was asked for, nothing sticks out, at any width."""
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        assert sideways(page) == ""
    assert watch.dialogs == []
    assert page.locator("body").get_attribute("data-broken") is None
    assert (watch.foreign, watch.problems) == ([], [])


@pytest.mark.parametrize("key", MAILS)
def test_ux_18_the_pages_of_the_staff_hold(visits, tickets, key):
    ticket = tickets[key]
    page = visits.open("supervisor")
    watch = visits.watch_of(page)
    addresses = [
        "/desk/?view=open&type=belum-dipilah",
        f"/desk/t/{ticket['reference']}/?view=open&type=belum-dipilah",
        f"/desk/t/{ticket['reference']}/?tab=history",
        f"/desk/t/{ticket['reference']}/deadlines/",
        f"/desk/t/{ticket['reference']}/forward/",
        f"/board/t/{ticket['reference']}/",
        f"/desk/c/{ticket['customer']}/",
        f"/desk/search/?q={MAILS[key][1]}",
    ]
    for address in addresses:
        page.goto(address)
        assert_calm(page, watch)


def test_ux_18_script_in_name_subject_and_text_is_read_as_text(visits, tickets):
    ticket = tickets["hostile"]
    page = visits.open("other-agent")
    page.goto(f"/desk/t/{ticket['reference']}/?view=open&type=belum-dipilah")

    expect(page.locator("#ticket-subject")).to_have_text(MAILS["hostile"][2])
    expect(page.locator("#customer-name")).to_have_text(MAILS["hostile"][0])
    entry = page.get_by_test_id("entry").filter(has_text="selesai")
    expect(entry).to_contain_text(f"Halo {ATTACK} {PICTURE}")
    expect(entry).to_contain_text("{{ 7|add:7 }}")
    expect(page.locator(f"#row-{ticket['reference']}")).to_contain_text(ATTACK)
    assert page.locator("#content script, #content img[onerror]").count() == 0


def test_ux_18_a_long_text_is_cut_and_shown_whole_on_demand(visits, tickets):
    page = visits.open("agent")
    page.goto(f"/desk/t/{tickets['long']['reference']}/")

    entry = page.get_by_test_id("entry").filter(has_text="baris0").first
    entry.scroll_into_view_if_needed()
    cut = entry.bounding_box()["height"]
    assert cut < 900
    entry.locator(".more-button").click()
    expect(entry).to_contain_text("tamat")
    assert entry.bounding_box()["height"] > 2 * cut
    assert sideways(page) == ""


def test_ux_18_what_runs_from_right_to_left_keeps_to_its_own_place(visits, tickets):
    """An unclosed turn in a name must not turn the rest of the line."""
    page = visits.open("agent")
    page.goto(f"/desk/t/{tickets['foreign']['reference']}/?view=open&type=belum-dipilah")

    row = page.locator(f"#row-{tickets['foreign']['reference']}")
    name, code = row.locator(".card-name").bounding_box(), row.locator(".card-code").bounding_box()
    assert abs(name["x"] - row.locator(".card-channel").bounding_box()["x"]) < 60
    assert code["x"] < 40
    expect(row.locator(".card-code")).to_have_text(tickets["foreign"]["reference"][-7:])


def test_ux_18_the_formatting_of_a_mail_is_shown_without_its_tricks(visits, tickets):
    page = visits.open("agent")
    watch = visits.watch_of(page)
    page.goto(f"/desk/t/{tickets['formatted']['reference']}/")
    original = page.locator("details.original").first
    original.locator("summary").click()

    body = original.frame_locator("iframe").locator("body")
    expect(body).to_contain_text("Internet mati")
    assert body.locator("script, iframe, form, style, [onerror], [href^=javascript]").count() == 0
    assert (watch.dialogs, watch.foreign) == ([], [])


def test_ux_18_the_customers_page_holds_too(visits, demo, tickets):
    answers = wait_for(lambda: [mail for mail in demo.sent() if tickets["hostile"]["reference"] in mail["Subject"]])
    assert [address.addr_spec for address in answers[0]["To"].addresses] == ["serang@mail.example"]
    link = next(word for word in answers[0].get_body().get_content().split() if "/c/" in word)
    page = visits.open()
    watch = visits.watch_of(page)

    page.goto(link)

    expect(page.get_by_role("heading", level=1)).to_contain_text(ATTACK)
    assert_calm(page, watch)
