"""UX points 9, 10, 11 and 13: no reply is lost, no draft stays behind, the button says where, undo takes it back."""

import pytest
from playwright.sync_api import expect

pytestmark = pytest.mark.browser


@pytest.fixture
def opened(visits):
    """A ticket by the form before a supervisor, and its address."""
    page = visits.open("supervisor", language="en")
    page.goto("/desk/?view=team-network&channel=webform")
    page.locator("[data-row]").first.click()
    expect(page.locator("#reply-text")).to_be_visible()
    return page


def test_ux_09_what_is_being_written_stands_there_again_in_another_browser(opened, visits, tmp_path):
    file = tmp_path / "bukti.txt"
    file.write_text("bukti")
    opened.locator("#reply-text").fill("Yth. Ibu, kami periksa dulu.")
    opened.locator("#reply-cc").fill("tetangga@mail.example")
    opened.locator("#reply-form input[type=file]").set_input_files(file)
    expect(opened.locator("#reply-form .kept-file bdi")).to_have_text("bukti.txt")
    opened.wait_for_timeout(1000)

    another = visits.open("supervisor", language="en")
    another.goto(opened.url)

    expect(another.locator("#reply-text")).to_have_value("Yth. Ibu, kami periksa dulu.")
    expect(another.locator("#reply-cc")).to_have_value("tetangga@mail.example")
    expect(another.locator("#reply-form .kept-file bdi")).to_have_text("bukti.txt")


def test_ux_10_and_13_after_sending_the_draft_is_gone_everywhere_and_undo_brings_it_back(opened, visits):
    opened.locator("#reply-text").fill("Teknisi datang besok.")
    opened.wait_for_timeout(900)
    opened.locator("#reply-form .send-button").click()
    expect(opened.locator("#undo-button")).to_be_visible()

    another = visits.open("supervisor", language="en")
    another.goto(opened.url)
    expect(another.locator("#reply-text")).to_have_value("")
    opened.locator("#undo-button").click()

    expect(opened.locator("#reply-text")).to_have_value("Teknisi datang besok.")
    expect(opened.locator("#reply-text")).to_be_focused()
    caret = opened.locator("#reply-text").evaluate("(text) => text.selectionStart")
    assert caret == len("Teknisi datang besok.")


def test_ux_11_the_send_button_names_the_channel_and_follows_the_address(opened):
    button = opened.locator("#reply-form .send-button")
    opened.locator("#reply-text").click()
    expect(button).to_contain_text("Send by e-mail to")

    opened.locator("#reply-to").fill("siti.kantor@mail.example, budi@mail.example")

    expect(button).to_contain_text("siti.kantor@mail.example +1")
    expect(opened.locator("[data-newcomers]").first).to_contain_text("budi@mail.example")
