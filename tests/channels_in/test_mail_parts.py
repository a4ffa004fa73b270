"""How a mail is taken apart: like the standard library does, but within limits, and never failing in a new way."""

from contextlib import suppress
from email import message_from_bytes
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_in.adapters.email import EmailAdapter
from channels_in.adapters.mail_charsets import CODECS, decoded
from channels_in.adapters.mail_identity import mail_identity
from channels_in.adapters.mail_parts import LARGEST_MAIL, Part, read_mail
from channels_in.events import InboundMessage, UnreadableArrival

MAILS = {path.stem: path.read_bytes() for path in (Path(__file__).parents[1] / "fixtures" / "mail").glob("*.eml")}
OURS_ALONE = {
    "boundary_not_declared",  # found by its looks
    "mislabelled_base64",  # shown as it is
    "truncated_base64",  # what is whole is given back
    "attached_mail",  # stays closed
    "attached_mail_with_ids",
    "digest",
    "bounce",  # the report stays one file
    "plain_old_mac",
}
FROM = b"From: budi@pelanggan.example\n"


def leaves(part: Part) -> list[tuple[str, bytes]]:
    if part.children:
        return [leaf for child in part.children for leaf in leaves(child)]
    return [(part.content_type, part.content().strip())]


def nested(levels: int, kind: bytes = b"multipart/mixed") -> bytes:
    raw = b"Content-Type: text/plain\n\nHalo"
    for level in range(levels):
        raw = b"Content-Type: %s; boundary=b%dx\n\n--b%dx\n%s\n--b%dx--\n" % (kind, level, level, raw, level)
    return FROM + raw


def refused(raw: bytes) -> str:
    with pytest.raises(UnreadableArrival) as refusal:
        list(EmailAdapter().parse(raw))
    return refusal.value.reason


@pytest.mark.parametrize("name", sorted(MAILS.keys() - OURS_ALONE))
def test_parts_are_those_the_standard_library_finds(name):
    theirs = message_from_bytes(MAILS[name])
    expected = [
        (part.get_content_type(), (part.get_payload(decode=True) or b"").strip())
        for part in theirs.walk()
        if not part.is_multipart()
    ]

    assert leaves(read_mail(MAILS[name])) == expected


def test_thirty_levels_are_read_and_one_more_is_not():
    assert read_mail(nested(30)).children
    assert refused(nested(31)) == "mime_limits"


def test_bombs_of_parts_are_refused_before_they_grow():
    attached = FROM + b"Content-Type: message/rfc822\n\n"
    empty_parts = FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--b\n\n" * 10_000

    assert refused(nested(5000)) == "mime_limits"
    assert refused(attached * 200 + FROM + b"\nHalo") == "mime_limits"
    assert refused(empty_parts) == "mime_limits"
    assert refused(FROM + b"Content-Type: multipart/mixed; boundary=b\n\n" + b"--bx\n" * 100_001) == "mime_limits"


def test_headers_have_limits():
    assert refused(FROM + b"X: xxxxxxxxxxxxxxx\n" * 60_000 + b"\nHalo") == "mime_limits"


def test_a_mail_has_a_largest_size():
    raw = FROM + b"\n"

    assert list(EmailAdapter().parse(raw + b"x" * (LARGEST_MAIL - len(raw))))
    assert refused(raw + b"x" * (LARGEST_MAIL - len(raw) + 1)) == "too_large"


@pytest.mark.parametrize("raw", [b"", b"\n", b"\r\n\r\n", b"Halo saja\n", b"\0\0\0", b" : x\n\n", b"<html></html>"])
def test_bytes_without_a_header_line_are_no_mail(raw):
    assert refused(raw) == "not_a_mail"


def read_or_refuse(raw: bytes) -> None:
    """Any other exception than a refusal fails the test."""
    external_id, content_digest = mail_identity(raw)
    assert 1 <= len(external_id) <= 250
    assert len(content_digest) == 64
    with suppress(UnreadableArrival):
        (message,) = EmailAdapter().parse(raw)
        assert message.external_id == external_id
        if not isinstance(message, InboundMessage):
            return
        texts = (message.subject, message.text, message.full_text, message.html, message.sender_name)
        names = (file.name for file in message.files)
        for text in (*texts, *names, *message.to, *message.headers.values()):
            assert "\0" not in text
            text.encode("utf-8")
        assert "\n" not in message.subject + message.sender_name
        assert len(message.subject) <= 300
        assert bool(message.text) == bool(message.full_text)


@given(st.binary(max_size=2000))
def test_any_bytes_are_read_or_refused(raw):
    read_or_refuse(raw)


PIECES = st.one_of(
    st.binary(max_size=20),
    st.sampled_from(
        [
            *(
                b"\n",
                b"\r\n",
                b"\r",
                b"\n\n",
                b" ",
                b"\t",
                b":",
                b";",
                b"=",
                b'"',
                b"\\",
                b"<",
                b">",
                b"@",
                b",",
                b"(",
                b")",
            ),
            *(b"From: ", b"To: ", b"Subject: ", b"Date: ", b"Message-ID: ", b"References: <", b"Return-Path: "),
            *(b"Content-Type: multipart/mixed; boundary=", b"Content-Type: message/rfc822", b"Content-Type: text/html"),
            *(b"; charset=", b"utf-7", b"utf-16", b"idna", b"hz", b"iso-2022-jp", b"base64", b"quoted-printable"),
            *(
                b"Content-Transfer-Encoding: ",
                b"Content-Disposition: attachment; filename*0*=",
                b"name*=a'b'%ff",
                b"*1*=",
            ),
            *(b"=?utf-8?B?", b"=?x?q?", b"?=", b"--", b"--b\n", b"--b--\n", b"boundary=b", b"&#99999999999;", b"&#x0;"),
            *(b"<script>", b"<!--", b"<blockquote>", b"</p>", b"> ", b"On 5 May 10:15 a@b wrote:\n", b"begin 644 x\n"),
        ]
    ),
)


@given(st.lists(PIECES, max_size=60).map(b"".join))
def test_anything_made_of_pieces_of_mails_is_read_or_refused(tail):
    read_or_refuse(FROM + tail)


@settings(max_examples=300, suppress_health_check=[HealthCheck.too_slow])
@given(st.sampled_from(sorted(MAILS)), st.data())
def test_damaged_mails_are_read_or_refused(name, data):
    raw = bytearray(MAILS[name])
    for _ in range(data.draw(st.integers(1, 6))):
        start = data.draw(st.integers(0, len(raw)))
        end = data.draw(st.integers(start, min(len(raw), start + 40)))
        raw[start:end] = data.draw(PIECES)
    read_or_refuse(bytes(raw))


@given(st.binary(max_size=300), st.sampled_from([*sorted(CODECS), "", "zlib", "idna", "x\0y", "unicode-escape"]))
def test_any_bytes_are_text_in_any_charset(content, charset):
    text = decoded(content, charset)

    assert "\0" not in text
    text.encode("utf-8")
