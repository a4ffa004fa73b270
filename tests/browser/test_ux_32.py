"""ux.md, point 32, and issue 4, done when 5: types, calendars and rules are made, tried and published without docs."""

import re
import secrets
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.running import Demo, wait_for
from tests.browser.test_ux_23 import mail

pytestmark = pytest.mark.browser
ANSWER, SOLUTION = timedelta(minutes=90), timedelta(hours=9)
TYPE = "/desk/rules/types/antenna-stolen/"


class Actions:
    """Counts every click on a link or button that leads on or sends something; opening a menu counts too."""

    def __init__(self, page: Page) -> None:
        self.page, self.count = page, 0

    def click(self, target: Locator) -> None:
        self.count += 1
        target.click()

    def link(self, name: str) -> None:
        self.click(self.page.get_by_role("link", name=name).first)

    def button(self, name: str) -> None:
        self.click(self.page.get_by_role("button", name=name, exact=True))

    def fill(self, **fields: str) -> None:
        for name, value in fields.items():
            self.page.locator(f"#id_{name}").fill(value)


@pytest.fixture(scope="module")
def made(all_visits) -> Iterator[Actions]:
    """An administrator before a type, a calendar and a rule of their own, from the desk to the publication."""
    page = all_visits.open("administrator", language="en", keep=True)
    all_visits.watch_of(page).expect([422])
    page.goto("/desk/")
    does = Actions(page)
    does.click(page.locator("#user-menu > summary"))
    does.link("Types and rules")
    does.link("Working hours")
    does.link("New calendar")
    does.fill(name_id="Jaga malam", name_en="Night watch", code="NIGHT")
    page.get_by_label("Round the clock, every day").check()
    page.get_by_label("Closed on national holidays of Indonesia").uncheck()
    does.button("Make the calendar")
    does.link("Types and rules")
    does.link("New type")
    does.fill(name_id="Antena dicuri", name_en="Antenna stolen", words_id="antena dicuri\nantena hilang")
    page.locator("#id_calendar").select_option("NIGHT")
    does.button("Make the type")
    does.fill(first_response="90", next_response="", update="", resolution="9")
    page.locator("#id_first_response_unit").select_option("m")
    page.locator("#id_resolution_unit").select_option("h")
    does.button("Save and publish…")
    does.fill(reason="Antennas are stolen at night")
    does.button("Publish")
    expect(page.locator(".toasts")).to_contain_text("New tickets follow these rules")
    yield does
    page.context.close()


def filed(demo: Demo) -> dict[str, str]:
    """The next mail about it, as the API shows its ticket."""
    subject = f"Antena dicuri {secrets.token_hex(3)}"
    assert demo.receive(mail("Wati <wati@mail.example>", subject, "Antena dicuri semalam, tolong.")) == 0
    found: dict[str, str] = wait_for(lambda: next((t for t in newest(demo) if t["subject"] == subject), None))
    return found


def newest(demo: Demo) -> list[dict[str, str]]:
    return list(demo.api("tickets?page_size=10")["results"])


def sort(page: Page, ticket: dict[str, str]) -> datetime:
    """Accept the type that is proposed; since when the ticket's clocks count."""
    page.goto(f"/desk/t/{ticket['reference']}/")
    expect(page.locator("#proposal")).to_contain_text("Antenna stolen")
    page.locator("#proposal button").click()
    expect(page.locator("#proposal")).to_have_count(0)
    return datetime.fromisoformat(ticket["received_at"])


def clocks(demo: Demo, ticket: dict[str, str]) -> dict[str, datetime]:
    """When a ticket's own clocks are due."""
    rows = demo.listed(f"deadlines?ticket={ticket['id']}")
    return {row["goal"]: datetime.fromisoformat(row["due_at"]) for row in rows if row["basis"] == "service"}


def tried(page: Page, at: datetime) -> dict[str, str]:
    """What *Try it* says to a mail of normal priority received then."""
    page.goto(TYPE)
    page.locator("#id_received").fill(local(at, "%Y-%m-%dT%H:%M"))
    page.locator(".rules-try [name=channel_kind]").select_option("email")
    page.get_by_role("button", name="Try", exact=True).click()
    expect(page.locator("#tried li").first).to_be_visible()
    lines = page.locator("#tried li").all_inner_texts()
    words = [re.sub(r"\s+", " ", line) for line in lines]
    return {line.split(" ")[0]: " ".join(line.split(" ")) for line in words}


def local(moment: datetime, style: str) -> str:
    return (moment.astimezone(UTC) + timedelta(hours=7)).strftime(style)


def said(moment: datetime) -> str:
    """A moment as the editor writes it."""
    return local(moment, "%a %-d %b %Y %H:%M WIB")


def test_done_when_5_ten_actions_make_a_type_a_calendar_and_a_rule_and_the_next_mail_gets_it(made, visits, demo):
    assert made.count <= 10
    page = visits.open("supervisor", language="en")
    ticket = filed(demo)
    received = sort(page, ticket)

    page.goto("/desk/?view=open&type=antenna-stolen")
    chip = page.locator("[data-row]").filter(has_text=ticket["subject"]).locator("due-chip")
    due = datetime.fromisoformat(chip.get_attribute("data-due"))

    assert due.replace(microsecond=0) == (received + ANSWER).replace(microsecond=0)


def test_done_when_5_a_wrong_rule_is_refused_in_one_sentence_and_keeps_what_was_typed(made):
    made.page.goto(TYPE)
    made.page.get_by_role("link", name="Edit", exact=True).click()
    made.fill(first_response="5", resolution="1")
    made.page.locator("#id_resolution_unit").select_option("m")
    made.button("Save the rule")

    expect(made.page.locator(".form-error")).to_have_text("The resolution would be due before the first answer.")
    expect(made.page.locator("#id_first_response")).to_have_value("5")


def test_ux_32_try_it_says_what_a_real_ticket_of_that_moment_gets_and_a_publication_leaves_it_alone(made, visits, demo):
    ticket = filed(demo)
    received = sort(visits.open("supervisor", language="en"), ticket)
    held = clocks(demo, ticket)
    assert held == {"first_response": received + ANSWER, "resolution": received + SOLUTION}

    shown = tried(made.page, received)
    assert said(held["first_response"]) in shown["First"]
    assert said(held["resolution"]) in shown["Resolution"]

    made.page.get_by_role("link", name="Edit", exact=True).click()
    made.fill(first_response="30", resolution="3")
    made.button("Save and publish…")
    expect(made.page.locator("#effect")).to_contain_text("keep")
    made.fill(reason="Faster from now on")
    made.button("Publish")
    expect(made.page.locator(".toasts")).to_contain_text("open ones keep theirs")

    assert clocks(demo, ticket) == held
    assert said(received + timedelta(minutes=30)) in tried(made.page, received)["First"]


def test_ux_32_rules_that_ask_equally_much_change_places_by_their_buttons(made):
    page = made.page
    for condition, value in (("high_value", "yes"), ("loss_claimed", "yes")):
        page.goto(f"{TYPE}rules/new/")
        page.get_by_text("Only for some tickets").click()
        page.locator(f"#id_{condition}").select_option(value)
        made.button("Save the rule")
        expect(page.locator(".rules-table")).to_be_visible()
    before = page.locator(".rules-table tbody th").all_inner_texts()

    page.get_by_role("button", name="Try it earlier").click()

    expect(page.locator(".rules-table tbody th").first).to_have_text(re.compile(re.escape(before[1].split("\n")[0])))
    assert sorted(page.locator(".rules-table tbody th").all_inner_texts()) == sorted(before)
