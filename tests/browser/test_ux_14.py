"""ux.md, point 14: a newer message stops an answer being written; nothing is lost, and it can be sent anyway."""

import secrets

import pytest
from playwright.sync_api import expect

from tests.browser.running import MAILBOX, wait_for

pytestmark = pytest.mark.browser
FIRST, SECOND = "Internet mati sejak pagi.", "Sudah nyala lagi, tidak perlu teknisi."
ANSWER = "Teknisi kami datang besok pagi."


def mail(address: str, words: str, subject: str) -> bytes:
    head = f"From: Siti <{address}>\r\nTo: {MAILBOX}\r\nSubject: {subject}\r\n"
    return f"{head}Message-ID: <{secrets.token_hex(8)}@mail.example>\r\n\r\n{words}\r\n".encode()


def test_ux_14_a_newer_message_stops_the_answer_and_one_key_sends_it_anyway(visits, demo):
    address = f"siti.{secrets.token_hex(4)}@mail.example"
    assert demo.receive(mail(address, FIRST, address)) == 0
    ticket = wait_for(lambda: [t for t in demo.api("tickets")["results"] if t["subject"] == address])[0]
    supervisor, other = visits.open("supervisor"), visits.open("administrator")
    visits.watch_of(supervisor).expect([409])
    supervisor.goto(f"/desk/t/{ticket['reference']}/")
    other.goto(f"/desk/t/{ticket['reference']}/")
    supervisor.locator("#compose-reply-tab").click()
    supervisor.locator("#reply-text").fill(ANSWER)

    assert demo.receive(mail(address, SECOND, f"Re: {address} [{ticket['reference']}]")) == 0
    expect(other.locator(".talk")).to_contain_text(SECOND)
    supervisor.locator("#reply-text").press("Control+Enter")

    expect(supervisor.get_by_test_id("newer-message")).to_contain_text(SECOND)
    expect(supervisor.locator("#reply-text")).to_have_value(ANSWER)
    expect(supervisor.locator("#reply-text")).to_be_focused()
    assert not outbound(demo, ticket)

    supervisor.keyboard.press("Control+Enter")
    expect(supervisor.locator("#undo-button")).to_be_visible()
    assert [message["text"] for message in outbound(demo, ticket)] == [ANSWER]
    assert visits.watch_of(supervisor).problems == []


def outbound(demo, ticket):
    said = demo.api(f"tickets/{ticket['id']}/messages")["results"]
    return [message for message in said if message["kind"] == "outbound" and not message["automatic"]]
