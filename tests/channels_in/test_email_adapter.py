"""What the desk reads of a customer's mail, however it was written and whatever happened to it on its way."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from channels_in.adapters.email import EmailAdapter
from channels_in.events import DeliveryReport, IdentityKey, InboundMessage, UnreadableArrival

MAILS = Path(__file__).parents[1] / "fixtures" / "mail"
WORDS = "Selamat pagi,\n\nPaket saya dengan nomor pesanan 20458 belum datang juga.\nMohon dicek, terima kasih.\n\nBudi"


def parsed(raw: bytes) -> InboundMessage:
    (message,) = EmailAdapter().parse(raw)
    assert isinstance(message, InboundMessage)
    return message


def read(name: str) -> InboundMessage:
    return parsed((MAILS / f"{name}.eml").read_bytes())


def mail(*fields: str, body: str = "Halo") -> bytes:
    return ("\n".join(fields) + f"\n\n{body}\n").encode()


def refused(raw: bytes) -> str:
    with pytest.raises(UnreadableArrival) as refusal:
        parsed(raw)
    return refusal.value.reason


def test_a_plain_mail_becomes_one_message_with_all_it_says():
    message = read("plain")

    assert message.external_id == "plain@pelanggan.example"
    assert message.sender == IdentityKey("email", "budi@pelanggan.example")
    assert message.sender_name == "Budi Santoso"
    assert message.subject == "Paket belum datang"
    assert (message.text, message.full_text, message.html) == (WORDS, WORDS, "")
    assert (message.to, message.cc) == (("bantuan@toko.example",), ())
    assert message.sent_at == datetime(2025, 5, 5, 3, 15, tzinfo=UTC)
    assert (message.references, message.tokens, message.automatic, message.files) == ((), (), "", ())
    assert message.headers == {
        "Message-ID": "<plain@pelanggan.example>",
        "Return-Path": "<budi@pelanggan.example>",
    }


@pytest.mark.parametrize("name", ["plain_crlf", "plain_old_mac", "mbox_line"])
def test_line_ends_and_envelope_lines_change_nothing(name):
    assert (read(name).subject, read(name).text) == ("Paket belum datang", WORDS)


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("no_charset_cp1252", "Harga “promo” itu € 5, bukan € 7."),
        ("latin1_label_on_utf8", "Kafé Müller – pesanan ke-3"),
        ("unknown_charset", "Kafé Müller"),
        ("quoted_charset", "Kafé Müller"),
        ("windows_1258", "Xin chào, tôi chưa nhận được hàng"),
        ("koi8_r", "Заказ не пришёл."),
        ("korean_label_on_cyrillic", "Заказ не пришел"),
        ("gb2312_with_gb18030", "包裹还没到，请查一下。镕"),
        ("iso_2022_jp", "注文した本が届きません。"),
        ("shift_jis", "本が届きません。①"),
        ("utf_16", "Paket belum datang"),
        ("control_characters", "Baris satu\nBaris dua"),
    ],
)
def test_words_are_readable_in_every_charset_honest_or_not(name, text):
    assert read(name).text == text


def test_seven_bit_tricks_stay_words_and_never_become_markup():
    message = read("utf_7")

    assert (message.text, message.html) == ("<script>alert(1)</script> Halo", "")


@pytest.mark.parametrize(
    ("name", "subject", "sender_name"),
    [
        ("koi8_r", "Жалоба", "Budi Santoso"),
        ("iso_2022_jp", "荷物が届きません", "Budi Santoso"),
        ("eight_bit_header", "Kafé tidak bersih", "Söntoso Müller"),
        ("cut_inside_a_character", "Kafé buruk", "Büdi Santoso"),
        ("broken_words", "Paketrusak?été =?utf-8?Q?tanpa akhir", "Budi Santoso"),
        ("control_characters", "Halo dunia Bcc: korban@x.example", "Budi"),
        ("template_code", "{{ settings.SECRET_KEY }}", "{% include 'x' %}"),
    ],
)
def test_subjects_and_names_are_decoded_into_one_harmless_line(name, subject, sender_name):
    assert (read(name).subject, read(name).sender_name) == (subject, sender_name)


def test_a_subject_of_three_hundred_lines_is_cut():
    subject = read("long_subject").subject

    assert subject.startswith("keluhan keluhan")
    assert 290 < len(subject) <= 300


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("html_only", "Selamat pagi,\n\nPaket saya belum datang.\nNomor pesanan: 20458 & 20459\n\n- buku\n- pena"),
        ("html_reply_outlook", "Masih belum datang juga."),
        ("html_reply_gmail", "Sudah sampai, terima kasih!"),
        ("alternative", "Halo dari teks."),
        ("alternative_blank_text", "Hanya di HTML."),
        ("html_with_text_footer", "Keluhan saya di sini.\n\nDiperiksa oleh gerbang surat <kami>."),
    ],
)
def test_html_mails_are_read_as_words_and_keep_their_markup(name, text):
    message = read(name)

    assert message.text == text
    assert message.html.startswith("<")


def test_markup_shows_the_plain_parts_that_stand_beside_it():
    assert read("html_with_text_footer").html == (
        "<p>Keluhan saya di sini.</p>\n<pre>Diperiksa oleh gerbang surat &lt;kami&gt;.</pre>"
    )


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("boundary_not_declared", "Teks tetap terbaca."),
        ("boundary_not_found", "Tidak ada bagian di sini.\nHanya teks."),
        ("boundary_not_closed", "Teks tanpa penutup."),
        ("inner_boundary_not_closed", "Teks di dalam."),
        ("content_type_twice", "Satu < dua"),
        ("content_type_malformed", "Masih terbaca."),
        ("mislabelled_base64", "Halo, ini bukan base64.\nPaket belum datang."),
        ("text_picture_text", "Ini foto sebelum:\n\nDan ini yang saya minta: uang kembali."),
        ("signed", "Surat bertanda tangan."),
        ("alternative_with_names", "Teks bernama."),
        ("calendar", "Undangan kunjungan teknisi."),
    ],
)
def test_broken_and_unusual_mails_show_the_best_text_they_have(name, text):
    assert read(name).text == text


def test_a_header_ends_where_it_ends_for_every_relay():
    message = read("header_broken_off")

    assert message.sender.value == "budi@pelanggan.example"
    assert message.full_text == "ini bukan baris kepala\nFrom: orang.lain@jahat.example\n\nIsi."


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("mixed_pdf", [("bukti.pdf", "application/pdf", False, "")]),
        ("truncated_base64", [("bukti.pdf", "application/pdf", False, "")]),
        ("inline_picture", [("foto.png", "image/png", True, "foto1@budi")]),
        ("content_id_on_attachment", [("nota.png", "image/png", False, "f_abc")]),
        ("text_picture_text", [("image-1.png", "image/png", False, "")]),
        ("attachment_only", [("foto.png", "image/png", False, "")]),
        ("rfc2231_name", [("bukti pémbayaran Mei 2025.pdf", "application/pdf", False, "")]),
        ("rfc2047_name", [("bukti pémbayaran.pdf", "application/pdf", False, "")]),
        ("calendar", [("text-1.ics", "text/calendar", False, "")]),
        ("signed", [("application-1.asc", "application/pgp-signature", False, "")]),
        ("amp_alternative", []),
        ("alternative_with_names", [("catatan.txt", "text/plain", False, "")]),
        ("digest", [("Satu.eml", "message/rfc822", False, ""), ("Dua.eml", "message/rfc822", False, "")]),
    ],
)
def test_files_keep_their_names_and_their_place(name, files):
    assert [(file.name, file.content_type, file.inline, file.content_id) for file in read(name).files] == files


def test_a_file_arrives_byte_for_byte():
    (file,) = read("mixed_pdf").files

    assert file.content == b"%PDF-1.4 bukti transfer"


def test_names_of_files_cannot_lead_anywhere_or_pretend_to_be_something_else():
    names = [file.name for file in read("hostile_names").files]

    assert names[:5] == ["passwd", "system.ini", "faktxt.exe", "nolbyte.pdf", "application-5.bin"]
    assert (len(names[5]), names[5][-4:], names[6]) == (200, ".pdf", "tanpa kutip.pdf")


def test_an_attached_mail_is_a_file_and_nothing_of_it_speaks():
    message = read("attached_mail")

    assert message.text == message.full_text == "Bukti terlampir."
    assert [file.name for file in message.files] == ["Surat lama.eml"]
    assert b"Isi surat lama." in message.files[0].content
    assert (message.tokens, message.references, message.external_id) == ((), (), "outer@pelanggan.example")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("empty", ""),
        ("attachment_only", ""),
        ("quote_only", "> Kami akan kirim besok.\n> Salam, Toko"),
        ("signature_only", "-- \nBudi Santoso\n0812-0000-0000"),
    ],
)
def test_a_mail_that_says_nothing_new_is_still_a_message(name, text):
    assert read(name).text == text


def test_an_answer_names_what_it_answers_and_the_token_it_was_sent_to():
    message = read("reply_with_token")

    assert message.references == ("awal@toko.example", "induk@toko.example")
    assert message.tokens == ("k3y7abcdefghjkmnpqrstu23",)
    assert message.cc == ("teman@lain.example", "ani@pelanggan.example")
    assert message.headers["In-Reply-To"] == "<induk@toko.example>"


def test_of_thousands_of_references_and_recipients_the_nearest_fifty_count():
    ids = " ".join(f"<{number}@x.example>" for number in range(3000))
    everybody = ", ".join(f"k{number}@x.example" for number in range(1000))
    message = parsed(
        mail("From: budi@x.example", f"To: {everybody}", f"References: {ids}", "In-Reply-To: <7@x.example>")
    )

    assert (len(message.references), message.references[-2:]) == (50, ("2999@x.example", "7@x.example"))
    assert len(message.to) == 50


@pytest.mark.parametrize(
    "sender",
    [
        *("", "From:", "From: undisclosed-recipients:;", "From: MAILER-DAEMON", "From: Budi", "From: <>"),
        *("From: =?utf-8?Q?agent?=@toko.example", "From: Budi <=?utf-8?Q?agent?=@toko.example>"),
    ],
)
def test_a_mail_from_nobody_is_not_guessed(sender):
    assert refused(mail("Subject: x", *([sender] if sender else []))) == "no_sender"


@pytest.mark.parametrize(
    "fields",
    [
        ("From: budi@x.example", "From: agent@toko.example"),
        ("From: budi@x.example, agent@toko.example",),
        ("From: agent@toko.example budi@x.example",),
    ],
)
def test_a_mail_from_two_people_is_taken_from_neither(fields):
    assert refused(mail(*fields)) == "ambiguous_sender"


@pytest.mark.parametrize(
    ("sender", "name", "address"),
    [
        ("BUDI@X.Example", "", "budi@x.example"),
        ('"agent@toko.example" <budi@x.example>', "agent@toko.example", "budi@x.example"),
        ("budi@x.example (Budi S.)", "Budi S.", "budi@x.example"),
        ("Santoso, Budi <budi@x.example>", "Santoso, Budi", "budi@x.example"),
        (r'"Budi \"Raja\" S." <budi@x.example>', 'Budi "Raja" S.', "budi@x.example"),
        ("=?utf-8?Q?Santoso, Budi?= <budi@x.example>", "Santoso, Budi", "budi@x.example"),
        ("Budi <budi@[192.0.2.1]>", "Budi", "budi@[192.0.2.1]"),
        ("Budi <büdi@kafé.example>", "Budi", "büdi@kafé.example"),
    ],
)
def test_the_sender_is_the_address_and_never_what_the_name_pretends(sender, name, address):
    message = parsed(mail(f"From: {sender}"))

    assert (message.sender_name, message.sender.value) == (name, address)


@pytest.mark.parametrize(
    ("field", "reason"),
    [
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("Auto-Submitted: (by a machine) Auto-Generated; x=y", "auto-submitted"),
        ("Auto-Submitted: no", ""),
        ("auto-submitted: NO (a person)", ""),
        ("Precedence: bulk", "precedence"),
        ("Precedence: auto_reply", "precedence"),
        ("List-Id: <promo.x.example>", "list"),
        ("X-Autoreply: yes", "x-autoreply"),
        ("X-Autorespond: x", "x-autorespond"),
        ("X-Loop: x", "x-loop"),
        ("X-Auto-Response-Suppress: DR, OOF, AutoReply", "x-auto-response-suppress"),
        ("X-Auto-Response-Suppress: DR", ""),
        ("Return-Path: < >", "bounce"),
        ("Return-Path: <budi@x.example>", ""),
        ("Content-Type: multipart/report; boundary=x", "report"),
    ],
)
def test_what_a_machine_wrote_is_known_in_every_dialect(field, reason):
    assert parsed(mail("From: budi@x.example", field)).automatic == reason


@pytest.mark.parametrize(
    ("local_part", "reason"),
    [
        *[
            (name, "no-reply")
            for name in ("noreply", "no-reply", "No_Reply+7", "donotreply", "mailer-daemon", "bounce-8")
        ],
        *[(name, "") for name in ("budi", "noreen", "bouncer", "replyno")],
    ],
)
def test_senders_that_nobody_reads_get_no_answer(local_part, reason):
    assert parsed(mail(f"From: {local_part}@x.example")).automatic == reason


def test_reports_and_newsletters_say_what_they_are():
    (report,) = EmailAdapter().parse((MAILS / "bounce.eml").read_bytes())

    assert isinstance(report, DeliveryReport)
    assert [read(name).automatic for name in ("out_of_office", "newsletter")] == ["auto-submitted", "list"]


@pytest.mark.parametrize("field", ["", "Message-ID:", "Message-ID: <>", "Message-ID: <a b>", "Message-ID: bukan-id"])
def test_a_mail_without_an_id_is_known_by_its_bytes(field):
    raw = mail("From: budi@x.example", *([field] if field else []))

    assert parsed(raw).external_id == parsed(raw).external_id != parsed(raw + b"!").external_id
    assert parsed(raw).external_id.startswith("sha256-")


@pytest.mark.parametrize(
    ("value", "moment"),
    [
        ("Mon, 05 May 2025 10:15:00 +0700", datetime(2025, 5, 5, 3, 15, tzinfo=UTC)),
        ("5 May 2025 10:15 GMT", datetime(2025, 5, 5, 10, 15, tzinfo=UTC)),
        ("Mon, 5 May 2025 10:15:30 -0330 (NST)", datetime(2025, 5, 5, 13, 45, 30, tzinfo=UTC)),
        *[(value, None) for value in ("", "kemarin", "Thu, 01 Jan 1970 00:00:00 +0000", "32 May 2025 10:15:00 +0700")],
    ],
)
def test_a_date_is_a_claim_that_may_be_nonsense(value, moment):
    assert parsed(mail("From: budi@x.example", f"Date: {value}")).sent_at == moment
