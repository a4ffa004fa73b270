"""Words in every charset, honest or mislabelled, and bytes that are no words at all."""

import re

import pytest

from channels_in.models import Arrival
from customers.models import Customer
from tests.factories import ChannelFactory
from tests.mails import mail_with_file, raw_mail
from tests.receiving import fixture_mail, receive, received
from tickets.models import Attachment, Ticket, TimelineEntry

pytestmark = pytest.mark.django_db
UNWANTED = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


@pytest.fixture
def channel():
    return ChannelFactory(address="bantuan@toko.example")


@pytest.fixture
def message_from(channel):
    """The message that raw bytes, or a fixture mail of that name, become."""

    def message_from(mail):
        *_earlier, arrival = receive(channel, fixture_mail(mail) if isinstance(mail, str) else mail)
        assert (arrival.state, arrival.reason) == ("done", "")
        return received()[-1]

    return message_from


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("unknown_charset", "Kafé Müller"),
        ("no_charset_cp1252", "Harga “promo” itu € 5, bukan € 7."),
        ("windows_1258", "Xin chào, tôi chưa nhận được hàng"),
        ("korean_label_on_cyrillic", "Заказ не пришел"),
        ("gb2312_with_gb18030", "包裹还没到，请查一下。镕"),
        ("quoted_charset", "Kafé Müller"),
        ("latin1_label_on_utf8", "Kafé Müller – pesanan ke-3"),
        ("koi8_r", "Заказ не пришёл."),
        ("utf_16", "Paket belum datang"),
    ],
)
def test_E04_charsets_unknown_quoted_or_lying_are_read(message_from, name, text):
    assert message_from(name).text == text


@pytest.mark.parametrize(
    "charset", ["x-tidak-ada", "zip", "idna", "unicode_escape", "utf-8;utf-8", "", "'", "=?utf-8?Q?x?="]
)
def test_E04_no_label_is_too_strange(message_from, charset):
    mail = raw_mail("Kafé buruk", content_type=f'text/plain; charset="{charset}"')

    assert message_from(mail).text == "Kafé buruk"


def test_E04_what_no_charset_explains_shows_replacement_characters_at_worst(message_from):
    mail = raw_mail("XX", content_type="text/plain; charset=gb18030").replace(b"XX", b"Halo \xff\xff dunia")

    assert message_from(mail).text == "Halo \ufffd\ufffd dunia"


def test_E04_eight_bit_headers_are_read(message_from):
    message = message_from("eight_bit_header")

    assert (message.subject, message.from_name) == ("Kafé tidak bersih", "Söntoso Müller")


def test_E04_utf_7_stays_words(message_from):
    message = message_from("utf_7")

    assert (message.text, message.html) == ("<script>alert(1)</script> Halo", "")


@pytest.mark.parametrize(
    ("name", "subject", "text"),
    [
        ("iso_2022_jp", "荷物が届きません", "注文した本が届きません。"),
        ("iso_2022_jp_quoted", "インターネットの故障", "インターネットが昨日から使えません。"),
        ("shift_jis", None, "本が届きません。①"),
        ("big5", "包裹沒有到", "包裹三天前就應該到了，請查詢。"),
        ("euc_kr", "배송 문의", "배송이 아직 오지 않았습니다."),
        ("hebrew", "החבילה לא הגיעה", "החבילה שלי לא הגיעה."),
        ("hebrew_iso", "תלונה", "השירות לא עובד מאתמול."),
    ],
)
def test_E05_asian_and_hebrew_mail_reads_as_it_was_written(message_from, name, subject, text):
    message = message_from(name)

    assert message.text == text
    assert subject in (None, message.subject)


HOSTILE = "Halo\x00 \x01\x08\x0b\x1b[31mmerah\x7f\x9b31m dunia"
CONTROLLED = raw_mail(
    HOSTILE, subject="XX", sender="Bu\x00di <budi@x.example>", content_type="text/plain; charset=utf-8"
).replace(b"Subject: XX", b"Subject: =?utf-8?Q?Halo=00=08?= \x00\x07dunia")


@pytest.mark.parametrize(
    "mail",
    [
        CONTROLLED,
        raw_mail(f"<p>{HOSTILE}</p>", content_type="text/html; charset=utf-8"),
        mail_with_file(b"%PDF-1.4", name="bu\x00kti\x07.pdf", text=HOSTILE),
        raw_mail("Halo &#0; &#x1; &#55296; &#128; dunia", content_type="text/html"),
        fixture_mail("control_characters"),
    ],
    ids=["plain", "html", "file name", "references to characters", "fixture"],
)
def test_E06_no_control_byte_reaches_the_database_and_no_mail_is_lost(message_from, mail):
    message = message_from(mail)

    names = list(Attachment.objects.values_list("name", flat=True))
    everything = [message.text, message.full_text, message.html, message.subject, message.from_name, *names]
    everything += [Ticket.objects.get().preview, Customer.objects.get().name, TimelineEntry.objects.first().text]
    assert [text for text in everything if UNWANTED.search(text)] == []
    assert "dunia" in message.text or "Baris dua" in message.text


@pytest.mark.parametrize(
    ("parameter", "name"),
    [
        ("filename*=utf-8''bukti%20%FF%FE.pdf", "bukti \ufffd\ufffd.pdf"),
        ("filename*=utf-8''bukti%2", "bukti%2"),
        ("filename*=tidak-ada'id'bukti%20p%C3%A9.pdf", "bukti pé.pdf"),
        ("filename*0*=utf-8''bukti%20p%C3;\n filename*1*=%A9mbayaran.pdf", "bukti pémbayaran.pdf"),
        ('filename="=?utf-8?B?YnVrdGkgcMM=?= =?utf-8?B?qS5wZGY=?="', "bukti pé.pdf"),
        ('filename="=?utf-8?Q?rusak"', "=?utf-8?Q?rusak"),
        ("filename*1=kedua.pdf; filename*0=pertama-", "pertama-kedua.pdf"),
    ],
)
def test_E07_broken_names_of_files_are_repaired(message_from, parameter, name):
    mail = mail_with_file(b"%PDF-1.4").replace(b'filename="bukti.pdf"', parameter.encode())

    assert [each.name for each in message_from(mail).attachments.all()] == [name]


def test_E07_a_word_cut_inside_a_character_and_three_hundred_lines_of_subject(message_from):
    assert message_from("cut_inside_a_character").subject == "Kafé buruk"
    subject = message_from("long_subject").subject
    assert 290 < len(subject) <= 300
    assert subject.startswith("keluhan keluhan")
    assert {arrival.state for arrival in Arrival.objects.all()} == {"done"}
