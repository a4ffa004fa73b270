"""Mails made to break what reads them: each ends in a ticket or with its reason, and the next one is not harmed."""

import base64
import struct
import time

import pytest

from channels_in.adapters.mail_parts import LARGEST_MAIL
from channels_in.models import Arrival
from channels_in.parsing import pool
from channels_in.services import ledger, parked
from core.actor import SYSTEM
from customers.models import Customer
from files.services import store
from tests.factories import ChannelFactory
from tests.mails import raw_mail
from tests.receiving import NINE, receive, received, work_off
from tickets.models import Attachment, Ticket

pytestmark = pytest.mark.django_db
SECONDS = 10
MOST_MEMORY_KB = 384 * 1024


@pytest.fixture
def channel():
    return ChannelFactory(address="keluhan@nusanet.example")


@pytest.fixture
def _poisonable(settings):
    """Mails with an X-Poison header do to the parse child what they say."""
    pool.POOL.close()
    settings.PARSE_CHILD, settings.PARSE_SECONDS = "tests.channels_in.parsing_child", 0
    yield
    pool.POOL.close()


def memory_of_the_child() -> int:
    with pool.POOL.child() as child, open(f"/proc/{child.pid}/status") as status:
        return int(status.read().partition("VmHWM:")[2].split()[0])


def nested(levels: int, kind: str = "multipart/mixed") -> str:
    opened = "".join(f"--b{n}\nContent-Type: {kind}; boundary=b{n + 1}\n\n" for n in range(levels))
    return opened + "".join(f"--b{n}--\n" for n in reversed(range(levels)))


MIME_BOMBS = {
    "five thousand multiparts in each other": (nested(5000), "multipart/mixed; boundary=b0"),
    "alternatives in each other": (nested(31, "multipart/alternative"), "multipart/alternative; boundary=b0"),
    "mails in mails, 200 deep": ("Content-Type: message/rfc822\n\n" * 200 + "Halo", "message/rfc822"),
    "ten thousand empty parts": ("--b\n\n" * 10_000, "multipart/mixed; boundary=b"),
    "lines that only look like boundaries": ("--bx\n" * 100_001, "multipart/mixed; boundary=b"),
}


@pytest.mark.parametrize("bomb", MIME_BOMBS)
def test_E01_a_mime_bomb_is_parked_and_the_next_mail_becomes_a_ticket_in_the_same_run(channel, bomb):
    body, content_type = MIME_BOMBS[bomb]

    mail = raw_mail(body, message_id="<bomb@x.example>", content_type=content_type)
    first, second = receive(channel, mail, raw_mail("Internet saya mati."))

    assert (first.state, first.reason, second.state) == ("parked", "mime_limits", "done")
    assert first.detail
    assert ledger.body_of(first) == mail
    assert [message.text for message in received()] == ["Internet saya mati."]
    assert memory_of_the_child() < MOST_MEMORY_KB


def tnef(files: int) -> bytes:
    """A winmail.dat with so many files of one byte."""

    def written(number: int, content: bytes) -> bytes:
        return struct.pack("<BHHI", 2, number, 6, len(content)) + content + struct.pack("<H", sum(content) & 0xFFFF)

    file = written(0x9002, bytes(14)) + written(0x8010, b"a.txt\0") + written(0x800F, b"x")
    return struct.pack("<IH", 0x223E9F78, 1) + file * files


WINMAIL = base64.encodebytes(tnef(100)).decode()
PACKED = {
    "winmail.dat": "Content-Type: application/ms-tnef\nContent-Transfer-Encoding: base64\n\n" + WINMAIL,
    "uuencode": "Content-Type: text/plain\n\n" + "begin 644 a.txt\n#0V%T\n`\nend\n" * 50,
}


@pytest.mark.parametrize("kind", PACKED)
@pytest.mark.parametrize(("files", "state"), [(500, "done"), (600, "parked")])
def test_E17_files_packed_into_the_parts_of_a_mail_count_with_it(channel, kind, files, state):
    each = 100 if kind == "winmail.dat" else 50
    body = "".join(f"--b\n{PACKED[kind]}\n" for _each in range(files // each)) + "--b--"

    first, second = receive(
        channel,
        raw_mail(body, message_id="<banyak@x.example>", content_type="multipart/mixed; boundary=b"),
        raw_mail("Internet saya mati."),
    )

    assert (first.state, second.state) == (state, "done")
    assert Attachment.objects.count() == (files if state == "done" else 0)
    assert (first.reason, "500 files" in first.detail) == (("", False) if state == "done" else ("mime_limits", True))


HTML_BOMBS = {
    "5,001 links": '<a href="https://x.example/">tautan</a> ' * 5001,
    "one line of ten megabytes": "<p>" + "kata " * 2_000_000,
    "100,000 nested tags": "<div>" * 100_000 + "dalam",
    "tags that never close": "<a href='" * 60_000,
    "a hundred thousand references": "&amp" * 100_000,
    "comments that never close": "<!--" * 100_000,
    "addresses to be linked": ("http://" + "a." * 50_000 + "@" * 5_000) * 3,
    "quotes in quotes": "<blockquote>" * 20_000 + "dalam",
}
SHOWN_ALL_THE_SAME = ("comments that never close", "addresses to be linked", "quotes in quotes")


@pytest.mark.parametrize("bomb", HTML_BOMBS)
def test_E02_hostile_html_is_a_ticket_within_seconds_and_its_text_stands_for_it(channel, bomb):
    started = time.monotonic()

    [arrival] = receive(channel, raw_mail(HTML_BOMBS[bomb], content_type="text/html; charset=utf-8"))

    assert (arrival.state, arrival.reason) == ("done", "")
    assert time.monotonic() - started < SECONDS
    [message] = received()
    assert message.remarks == ([] if bomb in SHOWN_ALL_THE_SAME else ["not_whole"])
    assert max(len(text) for text in (message.html, message.text, message.full_text)) <= 1_000_000
    whole = store.read(arrival.file) if arrival.file else bytes(arrival.body)
    assert whole.endswith(HTML_BOMBS[bomb].encode() + b"\r\n")


TEXT_BOMBS = {
    "angles": ">" * 1_000_000,
    "leads": "On 1 May 2025 at 10:15 a@b.example wrote:\n" * 20_000,
    "underscores": "_" * 500_000 + "\n" + "From: a\n" * 50_000,
    "spaces": " " * 1_000_000 + "x",
    "begins": "begin 644 x\n" * 80_000,
    "yEnc that never ends": "=ybegin line=128 size=9 name=x\n" * 30_000,
    "PGP that never ends": "-----BEGIN PGP MESSAGE-----\n" * 30_000,
    "flowed quotes": "".join(f"{'>' * (n % 60)} x \n" for n in range(30_000)),
}


@pytest.mark.parametrize("bomb", TEXT_BOMBS)
def test_E02_no_text_keeps_the_reader_busy(channel, bomb):
    started = time.monotonic()

    [arrival] = receive(channel, raw_mail(TEXT_BOMBS[bomb], content_type="text/plain; format=flowed"))

    assert (arrival.state, arrival.reason) == ("done", "")
    assert time.monotonic() - started < SECONDS


@pytest.mark.usefixtures("_poisonable")
@pytest.mark.parametrize(
    ("poison", "reason"), [("raise", "unreadable"), ("die", "parse_crash"), ("loop", "parse_timeout")]
)
def test_E03_poison_is_parked_after_three_tries_and_after_a_repair_makes_exactly_one_ticket(
    channel, settings, poison, reason
):
    poisoned = raw_mail("Racun.", message_id="<racun@x.example>", X_Poison=poison)

    first, second = receive(channel, poisoned, raw_mail("Sehat."), tries=3)

    assert (first.state, first.reason, first.tries, second.state) == ("parked", reason, 3, "done")
    pool.POOL.close()
    settings.PARSE_CHILD = "channels_in.parsing.child"  # the repair
    parked.retry(first.pk, actor=SYSTEM, now=NINE)
    first, second = work_off()
    assert (first.state, second.state) == ("done", "done")
    assert sorted(message.text for message in received()) == ["Racun.", "Sehat."]
    assert not Arrival.objects.filter(state="parked").exists()


def test_E13_of_a_mail_to_a_thousand_only_its_sender_becomes_a_customer(channel):
    references = " ".join(f"<{n}@x.example>" for n in range(10_000))
    everybody = ", ".join(f"Kawan {n} <kawan{n}@x.example>" for n in range(1_000))
    mail = raw_mail("Halo semua.", to=everybody, references=references, cc=everybody)

    [arrival] = receive(channel, mail)

    [message] = received()
    assert (len(message.to), len(message.cc), Customer.objects.count()) == (50, 50, 1)
    assert (store.read(arrival.file) if arrival.file else bytes(arrival.body)) == mail


def test_E13_of_ten_thousand_references_the_nearest_thread(channel):
    receive(channel, raw_mail("Internet mati."))
    references = " ".join([*(f"<{n}@x.example>" for n in range(10_000)), "<a1@mail.example>"])

    receive(channel, raw_mail("Masih mati.", message_id="<b@mail.example>", references=references))

    assert (Ticket.objects.count(), received()[-1].threaded_by) == (1, "references")


def test_E13_headers_of_nearly_a_megabyte_are_read(channel):
    [arrival] = receive(channel, raw_mail("Halo.", **{f"x_{n}": "x" * 1_000 for n in range(1_000)}))

    assert (arrival.state, received()[0].text) == ("done", "Halo.")


def test_E13_more_than_a_megabyte_of_headers_is_parked_whole(channel):
    mail = raw_mail("Halo.", **{f"x_{n}": "x" * 1_000 for n in range(1_100)})

    [arrival] = receive(channel, mail)

    assert (arrival.state, arrival.reason) == ("parked", "mime_limits")
    assert store.read(arrival.file) == mail


def test_E20_a_mail_over_the_limit_that_was_stored_is_parked_without_being_read(channel):
    mail = raw_mail("x" * (LARGEST_MAIL + 1))

    first, second = receive(channel, mail, raw_mail("Internet saya mati.", message_id="<b@mail.example>"))

    assert (first.state, first.reason, second.state) == ("parked", "too_large", "done")
    assert Ticket.objects.count() == 1
