"""Files and pictures of mails as the messages keep them: counted right, named harmlessly, each with its own message."""

import base64
import re

import pytest

from files.services import store
from tests.factories import ChannelFactory
from tests.mails import mail_with_file, raw_mail
from tests.receiving import receive, received

pytestmark = pytest.mark.django_db
PNG = base64.b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
)


@pytest.fixture
def channel():
    return ChannelFactory(address="bantuan@toko.example")


def picture(content: bytes, *, cid: str = "", disposition: str = "inline", content_type: str = "image/png") -> str:
    cid = f"Content-ID: <{cid}>\n" if cid else ""
    return (
        f"Content-Type: {content_type}\nContent-Transfer-Encoding: base64\n{cid}"
        f'Content-Disposition: {disposition}; filename="foto.png"\n\n{base64.encodebytes(content).decode()}'
    )


def mail(html: str, *pictures: str, message_id: str = "<a1@mail.example>") -> bytes:
    parts = [f"Content-Type: text/html; charset=utf-8\n\n{html}", *pictures]
    body = "".join(f"--batas\n{part}\n" for part in parts) + "--batas--"
    return raw_mail(body, message_id=message_id, content_type='multipart/related; boundary="batas"')


def shown(message) -> list[tuple[bool, str]]:
    return list(message.attachments.order_by("id").values_list("inline", "content_id"))


SHOWN = '<p>Rusak: <img src="cid:satu@x"></p>'


@pytest.mark.parametrize(
    ("html", "pictures", "expected"),
    [
        (SHOWN, [picture(PNG, cid="satu@x")], [(True, "satu@x")]),
        (SHOWN, [picture(PNG, cid="satu@x", disposition="attachment")], [(True, "satu@x")]),
        ("<p>Rusak.</p>", [picture(PNG, cid="satu@x", disposition="attachment")], [(False, "satu@x")]),
        (SHOWN, [picture(PNG, cid="satu@x"), picture(PNG)], [(True, "satu@x"), (False, "")]),
        (SHOWN, [], []),
        (SHOWN, [picture(PNG, cid="satu@x"), picture(PNG, cid="satu@x")], [(True, "satu@x"), (True, "satu@x")]),
        (SHOWN, [picture(b"<script>1</script>", cid="satu@x", content_type="text/html")], [(False, "satu@x")]),
    ],
    ids=["shown", "called an attachment", "not shown", "one of two", "missing", "twice", "HTML as a picture"],
)
def test_H06_pictures_that_the_text_shows_are_told_from_attachments(channel, html, pictures, expected):
    receive(channel, mail(html, *pictures))

    assert shown(received()[0]) == expected


def test_H06_what_pretends_to_be_a_picture_is_stored_as_what_it_is(channel):
    receive(channel, mail(SHOWN, picture(b"<html><script>alert(1)</script></html>", cid="satu@x")))

    [attachment] = received()[0].attachments.all()
    assert attachment.file.content_type != "image/png"


def test_H06_a_picture_of_another_mail_with_the_same_id_stays_with_its_own_message(channel):
    receive(channel, mail(SHOWN, picture(PNG, cid="satu@x")))
    receive(channel, mail(SHOWN, message_id="<b2@mail.example>"))

    first, second = received()
    assert (first.attachments.count(), second.attachments.count()) == (1, 0)
    assert 'src="cid:satu@x"' in second.html


NAMES = [
    ("../../etc/passwd", "passwd"),
    ("C:\\\\Windows\\\\system.ini", "system.ini"),
    ("/etc/shadow", "shadow"),
    ("bukti\x00.pdf", "bukti.pdf"),
    ("a\u202efdp.exe", "afdp.exe"),
    ("\u200b.htaccess", "htaccess"),
    ("x" * 5_000 + ".pdf", "x" * 196 + ".pdf"),
    ("CON", "CON"),
    ("faktur.pht", "faktur.pht"),
    ("..", "application-1.pdf"),
    ("   ", "application-1.pdf"),
]


@pytest.mark.parametrize(("given", "kept"), NAMES, ids=[repr(kept)[:20] for _given, kept in NAMES])
def test_H09_no_name_leads_anywhere_and_none_is_the_key_of_its_bytes(channel, given, kept):
    receive(channel, mail_with_file(b"%PDF-1.4", name=given))

    [attachment] = received()[0].attachments.select_related("file")
    assert attachment.name == kept
    assert re.fullmatch(r"\d{4}/\d{2}/[0-9a-f]{40}", attachment.file.key)


def test_H09_two_files_of_one_name_are_two_files(channel):
    receive(channel, mail_with_file(b"%PDF-1.4 satu", b"%PDF-1.4 dua"))

    assert {store.read(each.file) for each in received()[0].attachments.all()} == {b"%PDF-1.4 satu", b"%PDF-1.4 dua"}


@pytest.mark.parametrize(
    ("declared", "content"), [("image/png", b"MZ" + b"\0" * 100), ("text/plain", b"PK\3\4" + b"\0" * 64)]
)
def test_H10_the_type_is_what_the_bytes_show_and_the_message_is_kept(channel, declared, content):
    receive(channel, mail_with_file(content, name="foto.png", content_type=declared))

    [attachment] = received()[0].attachments.select_related("file")
    assert attachment.file.content_type != declared
    assert store.read(attachment.file) == content


def test_H11_an_archive_is_kept_and_never_unpacked(channel):
    bomb = base64.b64decode("UEsDBBQAAAAIAA==") + b"\0" * 1_000

    receive(channel, mail_with_file(bomb, name="bom.zip", content_type="application/zip"))

    [attachment] = received()[0].attachments.select_related("file")
    assert (attachment.file.size, attachment.name) == (len(bomb), "bom.zip")
