"""Threat H07: behind a link that names another place than it leads to stands that place."""

import re
from html import unescape

import pytest

from channels_in.sanitise import safe_html
from tests.channels_in.threats.test_h_mail import mail
from tests.factories import ChannelFactory
from tests.receiving import receive, received
from web.mail_body import shown_body


def shown(html: str) -> str:
    return shown_body(safe_html(html), own=lambda _cid: "", elsewhere=lambda _address: "")


def true_host(html: str) -> str:
    """What stands behind the link, empty where nothing does."""
    _before, mark, after = shown(html).partition('<span class="true-host">(leads to <bdi>')
    return after.partition("</bdi>")[0] if mark else ""


@pytest.mark.parametrize(
    ("address", "words", "told"),
    [
        ("https://jahat.example/masuk", "https://bank.example/masuk", "jahat.example"),
        ("https://bank.example.jahat.example/", "bank.example", "bank.example.jahat.example"),
        ("https://jahat.example/", "Buka <b>www.bank</b>.example sekarang", "jahat.example"),
        ("https://jahat.example/", "bank\u200b.exam&#8203;ple", "jahat.example"),
        ("https://jahat.example/", "ｂａｎｋ．example", "jahat.example"),
        ("https://jahat.example/", "bank。example", "jahat.example"),
        ("https://jahat.example/", "cs@bank.example", "jahat.example"),
        ("https://jahat.example/", '<img alt="bank.example">', "jahat.example"),
        ("https://b\u0430nk.example/", "b\u0430nk.example", "xn--bnk-6cd.example"),
        ("https://xn--bnk-6cd.example/", "Masuk", "xn--bnk-6cd.example"),
        ("mailto:x@jahat.example?subject=a", "cs@bank.example", "x@jahat.example"),
    ],
)
def test_H07_the_true_host_stands_behind_a_link_that_names_another(address, words, told):
    assert true_host(f'<a href="{address}">{words}</a>') == told


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("https://bank.example/a", "Klik di sini"),
        ("https://bank.example/a", "https://bank.example/a?b"),
        ("https://www.bank.example/a", "bank.example"),
        ("https://lacak.bank.example/a", "www.bank.example"),
        ("https://bank.example/a", "Rp 1.250.000 pada 12.05.2026"),
        ("mailto:cs@bank.example", "cs@bank.example"),
        ("mailto:cs@bank.example", "surat kepada kami"),
        ("tel:+62215550134", "021 555 0134"),
    ],
)
def test_H07_an_honest_link_stands_as_it_was_written(address, words):
    assert true_host(f'<a href="{address}">{words}</a>') == ""


def test_H07_each_link_is_judged_by_its_own_words():
    page = shown('bank.example <a href="https://a.example">sini</a> <a href="https://b.example">bank.example</a> a.b')

    assert page.count("true-host") == 1
    assert page.index("b.example</bdi>") > page.index("sini")


@pytest.mark.parametrize("words", ["javascript:alert(1)", "[klik](javascript:alert(1))", "data:text/html,x"])
def test_H07_what_looks_like_a_link_in_plain_words_is_none(words):
    assert "<a" not in shown(f"<p>{words}</p>")


def test_H07_a_link_says_nothing_of_us():
    assert shown('<a href="https://bank.example/" target=_blank rel=opener>x</a>') == (
        '<a href="https://bank.example/" rel="noopener noreferrer nofollow">x</a>'
    )


@pytest.mark.django_db
@pytest.mark.parametrize("wish", ["?inline=1", "?disposition=inline&content_type=text/html", "?download=0", ""])
def test_H07_a_link_to_a_file_of_ours_that_asks_to_open_it_gets_a_download(doors, wish):
    door = doors("halaman.html", b"<script>alert(1)</script>", "text/html")
    wanted = f"https://help.nusanet.example/files/attachments/{door.attachment.pk}/{wish}"
    receive(ChannelFactory(address="bantuan@toko.example"), mail(f'<a href="{wanted}">Buka</a>'))
    shown_to_agent = door.agent.get(f"/files/messages/{received()[-1].pk}/body/").content.decode()

    [link] = re.findall(r'<a href="https://help.nusanet.example([^"]*)"', shown_to_agent)
    answer = door.agent.get(unescape(link))

    assert (answer.status_code, answer["Content-Disposition"]) == (200, 'attachment; filename="halaman.html"')
    assert answer["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
