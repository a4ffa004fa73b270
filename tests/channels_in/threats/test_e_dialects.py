"""Mails as programs of thirty years write them: the words are read, the rest is attached, nothing is done by itself."""

from email import message_from_bytes

import pytest

from channels_in.models import Arrival
from channels_in.services import ledger
from channels_out.models import Dispatch
from files.services import store
from tests.factories import ChannelFactory
from tests.mails import raw_mail
from tests.receiving import NINE, fixture_mail, receive, received, work_off
from tickets.models import Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def channel():
    return ChannelFactory(address="bantuan@toko.example", language="id")


@pytest.fixture
def message_from(channel):
    """The message that a fixture mail becomes."""

    def message_from(name):
        [arrival] = receive(channel, fixture_mail(name))
        assert (arrival.state, arrival.reason) == ("done", "")
        return received()[-1]

    return message_from


def files(message) -> list[tuple[str, str, int]]:
    attached = message.attachments.order_by("id").select_related("file")
    return [(each.name, each.file.content_type, each.file.size) for each in attached]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("content_type_twice", "Satu < dua"),
        ("content_type_malformed", "Masih terbaca."),
        ("boundary_not_declared", "Teks tetap terbaca."),
        ("boundary_not_found", "Tidak ada bagian di sini.\nHanya teks."),
        ("boundary_not_closed", "Teks tanpa penutup."),
        ("inner_boundary_not_closed", "Teks di dalam."),
        ("mislabelled_base64", "Halo, ini bukan base64.\nPaket belum datang."),
    ],
)
def test_E14_broken_mime_shows_the_best_text_and_the_whole_mail_stays(message_from, name, text):
    assert message_from(name).text == text
    assert bytes(Arrival.objects.get().body) == fixture_mail(name)


@pytest.mark.parametrize("name", ["attached_mail_with_ids", "attached_mail", "digest"])
def test_E16_an_attached_mail_is_a_file_and_none_of_its_words_ids_tokens_or_files_speaks(message_from, name):
    message = message_from(name)

    assert {kind for _name, kind, _size in files(message)} <= {"message/rfc822", "text/plain"}
    assert all(name.endswith(".eml") for name, _kind, _size in files(message))
    assert message.threaded_by == ""
    assert message.automatic == ""
    assert "Isi" not in message.text
    assert Ticket.objects.count() == 1


def test_E16_a_forged_mail_inside_does_not_thread_even_with_a_true_token(channel):
    receive(channel, raw_mail("Internet saya mati.", to=channel.address))
    ours = Ticket.objects.get().messages.exclude(kind="inbound").get().dispatch.headers["Reply-To"]
    forged = f"From: Siti <siti@mail.example>\r\nTo: {ours}\r\nIn-Reply-To: <a1@mail.example>\r\n\r\nSaya Siti."

    receive(
        channel,
        raw_mail(forged, sender="X <x@else.example>", message_id="<x@else.example>", content_type="message/rfc822"),
    )

    assert Ticket.objects.count() == 2
    assert received()[-1].from_address == "x@else.example"


PDF, GIF = b"%PDF-1.4 satu", b"GIF89a" + b"\1" * 20


@pytest.mark.parametrize(
    ("name", "names", "remarks"),
    [
        ("winmail", ["bukti transfer Mei.pdf", "foto.gif"], []),
        ("winmail_umlauts", ["Büro-Rechnung.pdf", "Größe – été.pdf"], []),
        ("winmail_same_names", ["nota.pdf", "nota.pdf"], []),
        ("winmail_no_names", ["application-1.bin", "application-2.bin"], []),
        ("winmail_bad_checksum", ["nota.pdf", "winmail.dat"], ["unopened"]),
        ("winmail_garbage_at_end", ["nota.pdf", "winmail.dat"], ["unopened"]),
        ("winmail_cut_off", ["nota.pdf", "winmail.dat"], ["unopened"]),
        ("winmail_no_tnef", ["winmail.dat"], ["unopened"]),
    ],
)
def test_E17_winmail_gives_back_its_files_or_is_kept_with_a_remark(message_from, name, names, remarks):
    message = message_from(name)

    assert (message.text, message.remarks) == ("Lihat lampiran.", remarks)
    assert [attached for attached, _kind, _size in files(message)] == names
    contents = [store.read(each.file) for each in message.attachments.order_by("id")]
    assert contents[: len(names) - len(remarks)] == [PDF, GIF][: len(names) - len(remarks)]


def test_E17_the_words_inside_a_winmail_count_where_the_mail_has_no_others(message_from):
    assert message_from("winmail_words").text == "Halo, paket saya rusak. Büdi"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        (
            "flowed",
            "Selamat pagi, paket saya dengan nomor pesanan 20458 yang dijanjikan tiga hari lalu belum datang juga, "
            "padahal sudah dua kali saya telepon.\n\nFrom dulu saya pelanggan setia.\n- butir satu\n"
            "- butir dua yang cukup panjang sehingga program surat harus memotongnya di sini",
        ),
        ("flowed_delsp", "我的包裹三天前就應該到了，請查詢。"),
        ("flowed_quote", "Belum datang, dan saya sudah menunggu di rumah sepanjang hari."),
    ],
)
def test_E18_flowed_text_is_put_together_again(message_from, name, text):
    assert message_from(name).text == text


@pytest.mark.parametrize(
    ("name", "text", "attached"),
    [
        (
            "uuencode",
            "Berikut bukti transfer saya.\n\n\nTerima kasih,\nBudi",
            [("bukti transfer.pdf", "application/pdf", 224), ("foto.gif", "image/gif", 36)],
        ),
        ("uuencode_cut_off", "Bukti saya:", [("bukti.pdf", "application/pdf", 135)]),
        ("uuencode_only_looks", "Tolong jelaskan:\n\nbegin 644 berkas apa itu?\n\nSaya tidak mengerti.\nend", []),
        ("yenc", "Foto modem saya.\nSalam", [("modem.jpg", "application/octet-stream", 768)]),
        (
            "signed_inline",
            "Internet saya mati.\n\n- butir satu",
            [("signature.asc", "application/pgp-signature", 309)],
        ),
    ],
)
def test_E18_files_written_into_the_text_become_attachments(message_from, name, text, attached):
    message = message_from(name)

    assert (message.text, files(message)) == (text, attached)


def test_E18_what_yenc_held_comes_back_byte_for_byte(message_from):
    assert store.read(message_from("yenc").attachments.get().file) == bytes(range(256)) * 3


@pytest.mark.parametrize("name", ["signed_opaque", "signed_opaque_in_pieces"])
def test_E18_a_mail_wrapped_in_its_signature_is_read(message_from, name):
    message = message_from(name)

    assert (message.text, message.trust) == ("Surat saya bertanda tangan.", "unverified")
    assert files(message) == [("bukti.pdf", "application/pdf", 9)]


@pytest.mark.parametrize(
    ("name", "text", "attached"),
    [
        ("encrypted_smime", "", ["smime.p7m"]),
        ("encrypted_pgp", "", ["application-1.asc", "encrypted.asc"]),
        ("encrypted_inline", "Untuk tim keamanan:", ["message.asc"]),
    ],
)
def test_E18_what_is_encrypted_is_kept_and_said_to_be_so(message_from, name, text, attached):
    message = message_from(name)

    assert (message.text, message.remarks) == (text, ["encrypted"])
    assert [name for name, _kind, _size in files(message)] == attached


WHEN = "Selasa, 6 Mei 2025 pukul 09.00–11.00 WIB"


def test_E18_an_invitation_is_readable_attached_and_not_accepted(message_from):
    message = message_from("invitation")

    assert message.text == (
        "Mohon teknisi datang pada jam ini.\n\n"
        f"Undangan: Kunjungan teknisi, modem\nWaktu: {WHEN}\nTempat: Jl. Merdeka 5, Bekasi\n"
        "Penyelenggara: Rina Pratama <rina@pelanggan.example>"
    )
    assert [name for name, _kind, _size in files(message)] == ["text-1.ics", "invite.ics"]
    [answer] = message.ticket.messages.exclude(kind="inbound")
    assert (answer.automatic, "ACCEPTED" in answer.text) == ("acknowledgement", False)


def test_E18_a_cancelled_appointment_closes_nothing(channel):
    cancelled = fixture_mail("invitation_cancelled")
    sender = message_from_bytes(cancelled)["From"]
    receive(channel, raw_mail("Modem saya mati.", sender=sender))
    Ticket.objects.update(status="open")
    sent = Dispatch.objects.count()

    receive(channel, b"In-Reply-To: <a1@mail.example>\r\n" + cancelled)

    message = received()[-1]
    assert message.text.startswith(f"Dibatalkan: Kunjungan teknisi, modem\nWaktu: {WHEN}")
    assert (Ticket.objects.get().status, Dispatch.objects.count()) == ("open", sent)


def test_E18_a_moment_that_is_not_certain_is_shown_as_it_was_written(message_from):
    assert message_from("invitation_elsewhere").text == (
        "Undangan: Rapat mingguan\nWaktu: 2025-05-06 09:00 W. Europe Standard Time (berulang)\n\n"
        "Undangan: Libur\nWaktu: Rabu, 7 Mei 2025\n\n"
        "Undangan: Telepon\nWaktu: Selasa, 6 Mei 2025 pukul 09.00–10.30 WIB"
    )


def test_E18_a_business_card_is_a_line_and_a_file(message_from):
    message = message_from("business_card")

    assert message.text == (
        "Silakan hubungi istri saya.\n\nAni Santoso · Toko Maju Gudang · +62 812 0000 1111 · ani@pelanggan.example"
    )
    assert [name for name, _kind, _size in files(message)] == ["ani.vcf"]


@pytest.mark.parametrize(
    ("name", "text", "attached"),
    [
        ("empty", "", []),
        ("attachment_only", "", ["foto.png"]),
        ("signature_only", "-- \nBudi Santoso\n0812-0000-0000", []),
        ("quote_only", "> Kami akan kirim besok.\n> Salam, Toko", []),
    ],
)
def test_E19_a_mail_that_says_nothing_is_still_a_ticket(message_from, name, text, attached):
    message = message_from(name)

    assert (message.text, [each for each, _kind, _size in files(message)]) == (text, attached)
    assert Ticket.objects.get().unanswered == 1


def test_E19_every_dialect_together_in_one_batch_is_as_many_messages(channel):
    names = ["winmail", "flowed", "yenc", "invitation", "signed_opaque", "encrypted_pgp", "empty", "digest"]
    ledger.store(channel, [fixture_mail(name) for name in names], now=NINE)

    assert {arrival.state for arrival in work_off()} == {"done"}
    assert len(received()) == len(names)
