"""When two mails are the same mail."""

import pytest

from channels_in.adapters.email import EmailAdapter
from channels_in.adapters.mail_identity import mail_identity

MAIL = b"""\
Return-Path: <budi@pelanggan.example>
Received: from mx1.lain.example by mx.toko.example; Mon, 5 May 2025 10:15:03 +0700
Delivered-To: bantuan@toko.example
From: Budi Santoso <budi@pelanggan.example>
To: bantuan@toko.example
Date: Mon, 05 May 2025 10:15:00 +0700
Subject: Paket belum
 datang
Message-ID: <1@pelanggan.example>

Di mana paket saya?
"""


def test_the_identity_is_the_senders_id_and_what_the_sender_wrote():
    external_id, content_digest = mail_identity(MAIL)

    assert external_id == "1@pelanggan.example"
    assert content_digest == "5002d098c6b6dd4cbfae43d958abfc29c5e926b7372317b0b6128121c53ea829"


@pytest.mark.parametrize(
    "copy",
    [
        MAIL.replace(b"Delivered-To: bantuan", b"Delivered-To: info"),
        MAIL.replace(b"mx1.lain.example", b"mx2.lain.example"),
        MAIL.replace(b"Return-Path: <budi@pelanggan.example>\n", b""),
        b"X-Spam-Flag: NO\n" + MAIL,
        b"From root@mx.toko.example Mon May  5 10:15:09 2025\n" + MAIL,
        MAIL.replace(b"\n", b"\r\n"),
        MAIL.replace(b"belum\n datang", b"belum datang"),
        MAIL + b"\n\r\n",
        MAIL.rstrip(),
    ],
)
def test_a_copy_that_came_another_way_is_the_same_mail(copy):
    assert mail_identity(copy) == mail_identity(MAIL)


@pytest.mark.parametrize(
    "other",
    [
        MAIL.replace(b"Di mana", b"Kapan"),
        MAIL.replace(b"Paket belum", b"Buku belum"),
        MAIL.replace(b"From: Budi", b"From: Ani"),
        MAIL.replace(b"10:15:00", b"10:16:00"),
        MAIL.replace(b"paket saya", b"paket\n\nsaya"),
    ],
)
def test_other_words_under_the_same_id_are_another_mail(other):
    assert mail_identity(other)[0] == mail_identity(MAIL)[0]
    assert mail_identity(other)[1] != mail_identity(MAIL)[1]


@pytest.mark.parametrize(
    "raw",
    [
        *(MAIL, MAIL.replace(b"\n", b"\r\n"), MAIL.replace(b"\n", b"\r")),
        MAIL.replace(b"<1@pelanggan.example>", b""),
        MAIL.replace(b"<1@pelanggan.example>", b"<" + b"x" * 251 + b">"),
        MAIL.replace(b"<1@pelanggan.example>", b"<a@b> (added by a relay)"),
        MAIL.replace(b"<1@pelanggan.example>", b"tanpa-kurung@pelanggan.example"),
        MAIL.replace(b"Message-ID:", b"Message-ID: <0@x.example>\nMessage-ID:"),
    ],
)
def test_the_id_before_reading_is_the_id_after_reading(raw):
    (message,) = EmailAdapter().parse(raw)

    assert mail_identity(raw)[0] == message.external_id
    assert EmailAdapter().identify(raw) == mail_identity(raw)


@pytest.mark.parametrize("raw", [b"", b"\n", b"\0", b"tanpa kepala", b"From: \xff\n\n\xfe"])
def test_any_bytes_have_an_identity(raw):
    external_id, content_digest = mail_identity(raw)

    assert external_id.startswith("sha256-")
    assert (len(external_id), len(content_digest)) == (47, 64)
