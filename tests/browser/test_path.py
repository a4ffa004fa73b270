"""The thinnest path, from a raw mail to the customer's answer to our answer, as people of three teams live it."""

import re
import secrets
from collections import defaultdict

import pytest
from playwright.sync_api import expect

from tests.browser.filing import ticket_from
from tests.browser.running import wait_for
from tests.mails import raw_mail

pytestmark = pytest.mark.browser
NEW_MAILS = "/desk/?view=open&type=belum-dipilah"
SECONDS_UNTIL_SEEN, UNDO_SECONDS = 2, 10
OTHER_AGENTS_TEAM = "billing"


def card(page, words):
    return page.locator("[data-row]").filter(has_text=words)


def walk_down_to(page, words):
    """The card of a ticket, however far down the list it stands."""
    while not card(page, words).count() and page.locator("#more a").count():
        shown = page.locator("[data-row]").count()
        page.locator("#more a").click()
        expect(page.locator("[data-row]")).not_to_have_count(shown)
    return card(page, words).first


@pytest.fixture(scope="module")
def customer_of_two_teams(demo):
    """Somebody who wrote to two teams, none of them the other agent's, with a mail address and nothing open."""
    teams, is_open, own = defaultdict(set), set(), team_ids(demo)[OTHER_AGENTS_TEAM]
    for ticket in demo.listed("tickets?page_size=200"):
        teams[ticket["customer"]].add(ticket["team"])
        if ticket["status"] not in ("resolved", "closed"):
            is_open.add(ticket["customer"])
    for number, theirs in sorted(teams.items()):
        if len(theirs - {own}) < 2 or own in theirs or number in is_open:
            continue
        customer = demo.api(f"customers/{number}")
        mails = [each["value"] for each in customer["identities"] if each["kind"] == "email"]
        said = everything_said(demo, number) if mails else []
        if len(said) > 30:
            return {"id": number, "name": customer["name"], "email": mails[0], "said": said}
    raise AssertionError("the demo has no such customer")


def everything_said(demo, customer):
    tickets = list(demo.listed(f"tickets?customer={customer}&page_size=200"))
    return [row["text"] for each in tickets for row in demo.listed(f"tickets/{each['id']}/messages?page_size=200")]


def team_ids(demo):
    """The teams by their slugs, in the order in which the demo makes them."""
    found = demo.rows("SELECT slug, id FROM staff_team")
    return dict(found)


def test_a_raw_mail_is_in_the_queue_two_seconds_after_it_was_taken(visits, demo):
    subject = f"Lampu modem merah {secrets.token_hex(4)}"
    page = visits.open("agent")
    page.goto(NEW_MAILS)

    assert demo.receive(raw_mail(subject=subject, message_id=f"<{secrets.token_hex(8)}@mail.example>")) == 0
    page.wait_for_timeout(1000 * SECONDS_UNTIL_SEEN)
    page.reload()

    expect(walk_down_to(page, subject)).to_be_visible(timeout=1)


def test_an_agent_of_a_third_team_reads_on_one_screen_what_was_said_to_two_others(visits, demo, customer_of_two_teams):
    customer = customer_of_two_teams
    subject = f"Ini sudah ketiga kalinya {secrets.token_hex(4)}"
    mail = raw_mail(
        sender=f"{customer['name']} <{customer['email']}>",
        subject=subject,
        text="Kali ini tagihannya yang salah.",
        message_id=f"<{secrets.token_hex(8)}@mail.example>",
    )
    assert demo.receive(mail) == 0
    wait_for(lambda: len(demo.api(f"tickets?customer={customer['id']}&status=new")["results"]))
    page = visits.open("other-agent")
    page.goto(NEW_MAILS)

    walk_down_to(page, subject).click()
    expect(page.locator("#customer-name")).to_have_text(customer["name"])
    expect(page.locator("#briefing")).to_contain_text(re.compile(r"\d{4}"))
    page.locator("#tab-history").click()
    expect(page.locator("#tab-history")).to_have_attribute("aria-current", "page")
    while page.locator("#older a").count():
        before = page.get_by_test_id("entry").count()
        page.locator("#older a").click()
        expect(page.get_by_test_id("entry")).not_to_have_count(before)

    read = plain(" ".join(page.locator(".entry-text").evaluate_all("(all) => all.map((el) => el.textContent)")))
    unread = [words for words in customer["said"] if plain(words) not in read]
    assert unread == []
    assert page.locator(".ref-pill").count() >= len(customer["said"])


def plain(text: str) -> str:
    return "".join(text.split())


def test_a_reply_can_be_taken_back_then_leaves_and_its_answer_comes_to_the_same_ticket(visits, demo):
    address, words = f"{secrets.token_hex(6)}@mail.example", "Baik, Bu. Teknisi kami datang besok pukul 9."
    assert demo.receive(mail_of_wati("Internet saya mati.", address)) == 0
    ticket = ticket_from(demo, address)
    page = visits.open("supervisor")
    page.goto(f"/desk/t/{ticket['reference']}/")

    answer(page, words)
    take_back(page, words)
    page.wait_for_timeout(1000 * (UNDO_SECONDS + 1))
    assert replies_to(demo, address) == []

    answer(page, words)
    expect(page.locator("#reply-text")).to_have_value("")
    page.wait_for_timeout(1000 * (UNDO_SECONDS - 4))
    assert replies_to(demo, address) == [], "it left before the time to take it back was over"
    [mail] = wait_for(lambda: replies_to(demo, address))
    assert mail.get_body().get_content().strip().startswith(words)
    assert ticket["reference"] in mail["Subject"]
    assert mail["From"].addresses[0].addr_spec == "keluhan@nusanet.example"
    assert mail["In-Reply-To"]
    assert mail["Message-ID"]
    expect(page.locator("#undo-button")).to_have_count(0)

    assert demo.receive(mail_of_wati("Terima kasih, saya tunggu.", address, answers=mail)) == 0
    wait_for(lambda: len(heard(demo, ticket)) == 2)
    page.reload()
    expect(page.get_by_test_id("entry").filter(has_text="Terima kasih, saya tunggu.")).to_be_visible()
    assert ticket_from(demo, address)["reference"] == ticket["reference"]


def mail_of_wati(text, address, *, answers=None):
    """answers: a mail of ours that hers goes back to."""
    thread = {}
    if answers:
        thread = {"to": str(answers["Reply-To"] or answers["From"]), "subject": f"Re: {answers['Subject']}"}
        thread["in_reply_to"] = str(answers["Message-ID"])
    message_id = f"<{secrets.token_hex(8)}@mail.example>"
    return raw_mail(text, sender=f"Ibu Wati <{address}>", message_id=message_id, **thread)


def heard(demo, ticket):
    return [row for row in demo.listed(f"tickets/{ticket['id']}/messages") if row["kind"] == "inbound"]


def take_back(page, words):
    """The words stand in the composer again, the caret behind them, and nowhere else."""
    page.locator("#undo-button").click()
    expect(page.locator("#reply-text")).to_have_value(words)
    expect(page.locator("#reply-text")).to_be_focused()
    assert page.locator("#reply-text").evaluate("(field) => field.selectionStart") == len(words)
    expect(page.get_by_test_id("entry").filter(has_text=words)).to_have_count(0)


def answer(page, words):
    page.locator("#reply-text").fill(words)
    page.locator("#reply-form .send-button").click()
    expect(page.locator("#undo-button")).to_be_visible()
    expect(page.get_by_test_id("entry").filter(has_text=words)).to_be_visible()


def replies_to(demo, address):
    """Our own words that have left to somebody; acknowledgements are none."""
    mails = [mail for mail in demo.sent() if address in str(mail["To"])]
    return [mail for mail in mails if str(mail["Auto-Submitted"] or "no") == "no"]
