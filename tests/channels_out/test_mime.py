"""What a message looks like on the wire: whatever people and strangers wrote, a mail that every program reads."""

import re
from email import message_from_bytes, policy

import pytest

from channels_out.headers import checked
from channels_out.senders.base import Refused
from channels_out.senders.mail import compose
from channels_out.services.outbox import Recipient
from files.models import StoredFile
from files.services import store
from tests.channels_out.conftest import NOW, SITI, queued
from tests.factories import ChannelFactory

pytestmark = pytest.mark.django_db
LONG_ID = f"<{'AM0PR07MB' * 12}@eurprd07.prod.outlook.example>"


@pytest.fixture
def mailbox():
    return ChannelFactory(address="keluhan@nusanet.example", name="Nusanet Keluhan")


def written(dispatch):
    raw = compose(dispatch, list(dispatch.recipients.order_by("id")))
    return raw, message_from_bytes(raw, policy=policy.default)


def mail(mailbox, subject="Kabar", *recipients, **fields):
    """As composed, checked to be within the limits of RFC 5322: CRLF alone, no line over 998 bytes, ASCII."""
    raw, parsed = written(queued(mailbox, subject, *recipients, **fields))
    assert b"\n" not in raw.replace(b"\r\n", b"")
    assert b"\r" not in raw.replace(b"\r\n", b"")
    assert max(map(len, raw.split(b"\r\n"))) <= 998
    raw.decode("ascii")
    assert not any(part.defects for part in parsed.walk())
    return parsed


@pytest.mark.parametrize(
    "text",
    [
        "Teknisi besok.",
        "Halo 👩‍💻 😀, sudah 10 °C — terima kasih…",
        "مرحبا، سيصل الفني غدا",
        "x" * 5000,
        "kata " * 3000,
        "\n\nFrom the start\n.\n..titik\n>From\n",
        "satu\rdua\r\ntiga",
        "日本語のテキスト" * 200,
    ],
)
def test_any_text_comes_out_as_it_went_in(mailbox, text):
    dispatch = queued(mailbox)
    dispatch.text = text

    raw, parsed = written(dispatch)

    lines = text.replace("\r\n", "\n").replace("\r", "\n").removesuffix("\n")
    assert parsed.get_content().replace("\r\n", "\n") == f"{lines}\n"
    assert max(map(len, raw.split(b"\r\n"))) <= 998


def test_controls_and_half_characters_in_a_text_harm_nothing(mailbox):
    dispatch = queued(mailbox)
    dispatch.text = "Mati\x00 \x1b[31m total \ud83d."

    assert written(dispatch)[1].get_content() == "Mati [31m total ?.\r\n"


@pytest.mark.parametrize(
    "name", ["Sïti Rahmawatí", "李小龍", "محمد علي", "O'Brien, Pat", "Siti 😀", 'Siti "Ibu" <x@y.example>', "n" * 200]
)
def test_a_name_of_any_script_stays_a_name_and_never_becomes_an_address(mailbox, name):
    parsed = mail(mailbox, "Kabar", Recipient("siti@mail.example", name[:200]))

    [address] = parsed["To"].addresses
    assert address.addr_spec == "siti@mail.example"
    assert "@" not in address.display_name


@pytest.mark.parametrize(
    "given", ["Kabar\r\nBcc: korban@mail.example", "Kabar\nX: y", "Kabar\x0b\x0cX: y", "Kabar\u2028Bcc: x@y.example"]
)
def test_E15_a_line_break_in_a_subject_or_a_name_makes_no_header(mailbox, given):
    parsed = mail(mailbox, given, Recipient("siti@mail.example", given))

    assert (parsed["Bcc"], parsed["X"]) == (None, None)
    assert [each.addr_spec for each in parsed["To"].addresses] == ["siti@mail.example"]
    assert parsed["Subject"].startswith("Kabar")


def test_a_name_cannot_turn_the_reading_round(mailbox):
    assert mail(mailbox, "Kabar \u202etxt.exe")["Subject"] == "Kabar txt.exe"


def test_T16_ids_of_the_thread_stay_whole_however_long_they_are(mailbox):
    references = " ".join([LONG_ID, "<a1@mail.example>"] * 5)
    headers = {"In-Reply-To": LONG_ID, "References": references, "Reply-To": "keluhan+token@nusanet.example"}
    dispatch = queued(mailbox, headers=headers)

    raw, parsed = written(dispatch)

    assert " ".join(parsed["References"].split()) == references
    assert f"In-Reply-To: {LONG_ID}\r\n".encode() in raw
    assert f"Message-ID: <{dispatch.external_id}>\r\n".encode() in raw
    assert parsed["Reply-To"] == "keluhan+token@nusanet.example"


def test_T16_what_a_machine_wrote_says_so_and_nothing_has_a_list_to_leave(mailbox):
    by_machine = mail(mailbox, automatic=True)
    by_person = mail(mailbox)

    assert (by_machine["Auto-Submitted"], by_machine["X-Auto-Response-Suppress"]) == ("auto-generated", "All")
    assert (by_machine["Precedence"], by_person["Auto-Submitted"], by_person["Precedence"]) == (
        "auto_reply",
        None,
        None,
    )
    assert [name for parsed in (by_machine, by_person) for name in parsed if name.lower().startswith("list-")] == []


@pytest.mark.parametrize(
    "name", ["List-Unsubscribe", "list-unsubscribe-post", "Bcc", "From", "Content-Type", "Message-ID", "Return-Path"]
)
def test_T16_a_dispatch_may_not_carry_what_belongs_to_lists_or_to_the_sender(name):
    with pytest.raises(ValueError, match=name):
        checked({name: "x"}, automatic=False)


def test_the_moment_of_writing_and_the_form_are_the_usual_ones(mailbox):
    parsed = mail(mailbox)

    assert (parsed["Date"], parsed["MIME-Version"]) == ("Fri, 20 Nov 2026 02:00:00 +0000", "1.0")
    assert parsed.get_content_type() == "text/plain"
    assert parsed.get_content_charset() == "utf-8"


def attached(name, content, content_type="", **more):
    [file] = store.put([store.NewFile(content)], now=NOW)
    if content_type:
        StoredFile.objects.filter(pk=file.pk).update(content_type=content_type)
    return {"file": file.pk, "name": name, **more}


def test_a_formatted_message_has_both_forms_its_pictures_inside_and_its_files_beside(mailbox):
    picture = attached("logo.png", b"\x89PNG\r\n\x1a\n", "image/png", content_id="logo@nusanet")
    invoice = attached("tagihan.pdf", b"%PDF-1.4", "application/pdf")

    parsed = mail(mailbox, html='<p>Kabar <img src="cid:logo@nusanet"></p>', attachments=[picture, invoice])

    kinds = [part.get_content_type() for part in parsed.walk()]
    assert kinds == [
        "multipart/mixed",
        "multipart/alternative",
        "text/plain",
        "multipart/related",
        "text/html",
        "image/png",
        "application/pdf",
    ]
    inline = next(part for part in parsed.walk() if part.get_content_type() == "image/png")
    assert (inline["Content-ID"], inline.get_content_disposition()) == ("<logo@nusanet>", "inline")
    assert [part.get_filename() for part in parsed.iter_attachments()] == ["tagihan.pdf"]


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("tagihan März 2026.pdf", "tagihan März 2026.pdf"),
        ("فاتورة.pdf", "فاتورة.pdf"),
        ("a" * 190 + ".pdf", "a" * 190 + ".pdf"),
        ('x"; filename="y.exe', 'x"; filename="y.exe'),
        ("x.pdf\r\nContent-Type: text/html", "x.pdf Content-Type: text/html"),
    ],
)
def test_a_file_name_of_any_script_arrives(mailbox, name, shown):
    parsed = mail(mailbox, attachments=[attached(name, b"%PDF-1.4", "application/pdf")])

    [part] = parsed.iter_attachments()
    assert (part.get_filename(), part.get_content()) == (shown, b"%PDF-1.4")


@pytest.mark.parametrize("claimed", ["message/rfc822", "multipart/mixed", "text/html\r\nX: y", "nonsense", ""])
def test_a_type_that_could_not_be_attached_is_just_a_file(mailbox, claimed):
    parsed = mail(mailbox, attachments=[attached("pesan.eml", b"From: a@b.example\r\n\r\nHalo", claimed or "x")])

    [part] = parsed.iter_attachments()
    assert (part.get_content_type(), part.get_content()) == (
        "application/octet-stream",
        b"From: a@b.example\r\n\r\nHalo",
    )


def test_a_file_that_was_erased_since_fails_the_message_with_a_reason(mailbox):
    dispatch = queued(mailbox, attachments=[{"file": 999999, "name": "foto.jpg"}])

    with pytest.raises(Refused, match=re.escape("“foto.jpg” is no longer there")):
        written(dispatch)


@pytest.mark.parametrize("given", ["siti", "siti@", "@mail.example", "siti@mail@example", "sïti@mail.example"])
def test_an_address_that_no_server_takes_is_refused_with_its_name(mailbox, given):
    with pytest.raises(Refused, match="is not an address"):
        written(queued(mailbox, "Kabar", Recipient(given)))


def test_a_domain_of_any_script_is_written_as_servers_read_it(mailbox):
    parsed = mail(mailbox, "Kabar", SITI, Recipient("siti@bücher.example"))

    assert [each.addr_spec for each in parsed["To"].addresses][1] == "siti@xn--bcher-kva.example"
