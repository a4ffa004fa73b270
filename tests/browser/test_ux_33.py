"""UX point 33, the form: filed on a phone without JavaScript, with errors, files, check page and reference."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.filing import SLOWER_THAN_A_ROBOT, ticket_of
from tests.browser.looking import sideways
from tests.browser.running import wait_for

pytestmark = pytest.mark.browser
STORY = "Tagihan bulan Oktober keluar dua kali, padahal saya sudah membayar tanggal 3."
PHOTO = {"name": "struk.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4\n% struk pembayaran\n"}
LETTER = {"name": "surat.txt", "mimeType": "text/plain", "buffer": b"Surat lama"}


@pytest.fixture
def phone(visits) -> Page:
    page = visits.open(width=360, height=640, script=False)
    page.goto("/")
    return page


def go_on(page):
    page.locator("#questions button.btn-primary[value=next]").click()


def assert_fits(page):
    """Without scripts in the page Playwright may still measure it."""
    box = page.locator("body").bounding_box()
    assert box["width"] <= 360
    widest = page.locator("main *:visible").evaluate_all(
        "(all) => Math.max(...all.map((el) => el.getBoundingClientRect().right))"
    )
    assert widest <= 361


def to_the_story(page):
    page.locator("a.door-first").click()
    page.locator("[name=query_type]").nth(3).check()
    go_on(page)
    expect(page.locator("[name=text]")).to_be_visible()


def tell(page):
    page.locator("[name=text]").fill(STORY)
    page.locator("[name=area]").fill("Bekasi")
    page.locator("[name=remedy][value=refund]").check()


def confirmed(page):
    """The reference on the page that says that it arrived and when."""
    expect(page).to_have_url(re.compile(r"/complain/[a-z2-9]{24}/received/$"))
    reference = page.get_by_test_id("reference").inner_text()
    assert re.fullmatch(r"KLH-\d{4}-[2-9A-Z]{7}", reference)
    expect(page.locator("main time")).to_contain_text("WIB")
    assert_fits(page)
    return reference


def assert_stored(demo, reference):
    """All of it is on the ticket, and the customer has it in writing."""
    ticket = ticket_of(demo, reference)
    assert ticket["desired_remedy"]
    messages = demo.api(f"tickets/{ticket['id']}/messages")["results"]
    said = next(message for message in messages if message["kind"] == "inbound")
    assert said["text"] == STORY
    assert [file["name"] for file in said["attachments"]] == ["struk.pdf"]
    wait_for(lambda: [mail for mail in demo.sent() if reference in str(mail["Subject"]) and "yuni@" in str(mail["To"])])


def test_ux_33_a_complaint_is_filed_on_a_phone_without_javascript(phone, demo):
    to_the_story(phone)
    tell(phone)
    phone.locator("[name=attachments]").set_input_files([PHOTO, LETTER])
    phone.locator("button[value=upload]").click()
    expect(phone.locator(".kept-files li")).to_have_count(2)
    expect(phone.locator("[name=text]")).to_have_value(STORY)
    phone.get_by_role("button", name=re.compile("surat.txt")).click()  # taken away again
    expect(phone.locator(".kept-files li")).to_have_count(1)
    assert_fits(phone)
    go_on(phone)

    phone.locator("[name=name]").fill("Yuni Shara Putri")
    phone.locator("[name=email]").fill("yuni@mail.example")
    assert_fits(phone)
    phone.wait_for_timeout(1000 * SLOWER_THAN_A_ROBOT)
    go_on(phone)

    for words in (STORY, "Bekasi", "struk.pdf", "Yuni Shara Putri", "yuni@mail.example"):
        expect(phone.locator("main")).to_contain_text(words)
    assert_fits(phone)
    phone.locator("button[value=send]").click()

    reference = confirmed(phone)
    assert_stored(demo, reference)

    phone.reload()  # by now the worker has made the ticket, so the button leads straight to it
    phone.locator("a.btn-primary[href^='/c/']").click()
    expect(phone.get_by_test_id("reference")).to_have_text(reference)
    expect(phone.locator("main")).to_contain_text(STORY)
    assert_fits(phone)


def test_ux_33_every_error_is_said_twice_and_loses_nothing(phone):
    phone.goto("/complain/")
    go_on(phone)
    summary = phone.locator(".problems")
    expect(summary).to_be_visible()
    expect(summary.get_by_role("link")).to_have_attribute("href", "#id_query_type_0")
    assert_fits(phone)

    phone.locator("[name=query_type]").nth(1).check()
    go_on(phone)
    phone.locator("[name=text]").fill("Terlalu pendek")
    phone.locator("[name=area]").fill("Depok")
    phone.locator("[name=attachments]").set_input_files(PHOTO)
    go_on(phone)

    expect(summary.get_by_role("link")).to_have_count(2)  # the text is too short, and no remedy was chosen
    expect(phone.locator("#id_text")).to_have_attribute("aria-invalid", "true")
    expect(phone.locator("[name=text]")).to_have_value("Terlalu pendek")
    expect(phone.locator("[name=area]")).to_have_value("Depok")
    expect(phone.locator(".kept-files")).to_contain_text("struk.pdf")
    assert_fits(phone)
    tell(phone)
    go_on(phone)

    phone.locator("[name=name]").fill("Yuni Shara Putri")
    phone.locator("[name=phone]").fill("12")
    go_on(phone)
    expect(summary.get_by_role("link")).to_have_attribute("href", "#id_phone")
    expect(phone.locator("[name=name]")).to_have_value("Yuni Shara Putri")
    expect(phone.locator("[name=phone]")).to_have_value("12")
    phone.locator("[name=phone]").fill("0812 9999 1234")
    go_on(phone)
    expect(phone.locator("main")).to_contain_text("struk.pdf")

    phone.go_back()
    expect(phone.locator("[name=phone]")).not_to_have_value("")


def test_ux_33_the_summary_takes_the_focus_and_leads_to_the_field(visits):
    page = visits.open(width=360, height=640)
    page.goto("/complain/")
    go_on(page)

    expect(page.locator(".problems")).to_be_focused()
    page.locator(".problems a").click()
    expect(page.locator("#id_query_type_0")).to_be_focused()
    assert sideways(page) == ""
