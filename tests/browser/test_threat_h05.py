"""Threats H05 and H06 in Chromium: no request leaves before somebody asks, and then only to our own host."""

import base64
import io
from urllib.parse import urlsplit

import pytest
from PIL import Image
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.running import wait_for
from tests.mails import raw_mail

pytestmark = pytest.mark.browser
SUBJECT = "Gambar dari server lain"
HTML = """<p>Ini fotonya: <img src="cid:foto@siti" alt="Foto modem"></p>
<p><img src="http://gambar.tidak-ada.example/logo.png" alt="Logo toko" width="200"></p>
<img src="http://hitung.tidak-ada.example/dibaca.gif" width="1" height="1">
<p>Masuk lewat <a href="https://jahat.example/masuk">www.bank.example</a> atau <a href="https://a.example">sini</a>.</p>"""


def mail() -> bytes:
    photo = io.BytesIO()
    Image.new("RGB", (90, 60), "#2f6f4f").save(photo, "PNG")
    body = (
        f"--batas\nContent-Type: text/html; charset=utf-8\n\n{HTML}\n--batas\nContent-Type: image/png\n"
        "Content-ID: <foto@siti>\nContent-Disposition: inline\nContent-Transfer-Encoding: base64\n\n"
        f"{base64.encodebytes(photo.getvalue()).decode()}\n--batas--"
    )
    return raw_mail(
        body,
        message_id="<gambar@mail.example>",
        subject=SUBJECT,
        content_type='multipart/related; boundary="batas"',
    )


@pytest.fixture(scope="module")
def ticket(demo) -> str:
    assert demo.receive(mail()) == 0
    rows = wait_for(lambda: demo.rows("select reference from tickets_ticket where subject = ?", SUBJECT))
    return f"/desk/t/{rows[0][0]}/"


def opened(page: Page) -> FrameLocator:
    """The frame with the look of the mail."""
    page.locator(".original summary").first.click()
    page.locator(".original-frame").first.scroll_into_view_if_needed()
    return page.frame_locator(".original-frame")


def asked(visits, page: Page) -> list[str]:
    """The pictures that were asked for, by the host that was asked."""
    found = [each.url for each in visits.watch_of(page).requests if each.resource_type == "image"]
    return [urlsplit(each).netloc for each in found if "/static/" not in each and not each.startswith("data:")]


@pytest.mark.parametrize("width", [1440, 360])
def test_threat_h05_pictures_of_other_hosts_wait_for_a_click_and_come_from_us(demo, visits, ticket, width):
    demo.rows("delete from tickets_picture")
    page = visits.open("supervisor", language="en", width=width)
    page.goto(ticket)
    frame = opened(page)

    expect(frame.locator(".no-picture")).to_have_text("Logo toko · gambar.tidak-ada.example")
    expect(frame.locator(".true-host")).to_have_text("(leads to jahat.example)")
    expect(frame.get_by_alt_text("Foto modem")).to_have_js_property("naturalWidth", 90)
    assert asked(visits, page) == [f"localhost:{demo.port}"]

    page.get_by_role("button", name="Show pictures from other hosts (2)").click()

    expect(frame.get_by_alt_text("Logo toko")).to_have_js_property("naturalWidth", 320)
    watch = visits.watch_of(page)
    assert (set(asked(visits, page)), watch.foreign) == ({f"localhost:{demo.port}"}, [])
    assert not [line for line in watch.problems if "CSP" in line or "Content Security Policy" in line]
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.reload()
    expect(page.locator(".original summary").first).to_be_visible()
    page.locator(".original summary").first.click()
    expect(page.get_by_role("button", name="Try the missing pictures again (2)")).to_be_visible()
