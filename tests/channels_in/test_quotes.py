"""What a customer newly says, between the history and the signatures of all the programs people write with."""

import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_in.adapters.email import EmailAdapter
from channels_in.adapters.quotes import is_answer, new_words

MAILS = Path(__file__).parents[1] / "fixtures" / "mail"
TOMORROW = "Baik, saya tunggu sampai besok."
FINE = "Fine, I will wait until tomorrow."


@pytest.mark.parametrize(
    ("name", "new"),
    [
        *[(f"{program}_indonesian", TOMORROW) for program in ("gmail", "outlook", "iphone", "samsung", "yahoo")],
        *[(name, TOMORROW) for name in ("pesan_asli", "signature")],
        *[(name, FINE) for name in ("gmail_english_wrapped", "outlook_english", "outlook_bold_labels")],
        *[(name, FINE) for name in ("original_message", "iphone_english")],
        ("below_the_quote", "Order 20458, as I said."),
    ],
)
def test_the_history_that_a_program_quotes_is_not_said_again(name, new):
    (message,) = EmailAdapter().parse((MAILS / f"{name}.eml").read_bytes())

    assert message.text == new
    assert len(message.full_text) > len(new)


@pytest.mark.parametrize(
    "lead",
    [
        "On Monday the helpdesk wrote:",
        "On Mon, May 5, 2025 at 9:00 AM Helpdesk <a@x.example> wrote:",
        "On Mon, May 5, 2025 at 9:00 AM\nHelpdesk of the Shop\n<a@x.example> wrote:",
        "Pada Sen, 5 Mei 2025 pukul 09.00 Bantuan <a@x.example> menulis:",
        "Pada hari Senin Bantuan Toko\nmenulis:",
        "Bantuan Toko <a@x.example> menulis pada 5 Mei 2025 09.00:",
        "2025-05-05 09:00 GMT+07:00 Bantuan <a@x.example>:",
        "Am 05.05.25 um 09:00 schrieb Hilfe:",
        "",
    ],
)
def test_whoever_is_quoted_by_angle_brackets_is_left_out(lead):
    assert new_words(f"Sudah sampai.\n\n{lead}\n\n> Kami cek dulu ya.\n>\n> Salam\n") == "Sudah sampai."


@pytest.mark.parametrize(
    "history",
    [
        "On Mon, May 5, 2025 at 9:00 AM Helpdesk <a@x.example> wrote:\n\nWe will check.",
        "Pada 5 Mei 2025 09.00, Bantuan menulis:\nKami cek.",
        "-----Original Message-----\nFrom: Helpdesk\n\nWe will check.",
        "----- Pesan Asli -----\nKami cek.",
        "-------- Pesan asli --------\nDari: Bantuan\nTanggal: 5 Mei\nKe: Budi\nSubjek: Re\n\nKami cek.",
        "________________________________\nFrom: Helpdesk\nSent: Monday\nTo: Budi\nSubject: Re\n\nWe will check.",
        "Dari: Bantuan <a@x.example>\nKepada: Budi\nPerihal: Re: Paket\n\nKami cek.",
        "From: Helpdesk\nDate: 5 May\nTo: Budi\nSubject: Re\n\n> We will check.",
        "2025-05-05 09:00 GMT+07:00 Bantuan <a@x.example>:\n\nKami cek.",
        "---- On Mon, 05 May 2025 09:00:00 +0700 Help <a@x.example> wrote ----\n\nKami cek.",
        "--- Pada Sen, 5/5/25, Bantuan <a@x.example> menulis:\n\nKami cek.",
    ],
)
def test_history_without_marks_is_left_out_where_its_head_is_plain(history):
    assert new_words(f"Sudah sampai.\n\n{history}\n") == "Sudah sampai."


@pytest.mark.parametrize(
    "signature",
    [
        "-- \nBudi Santoso\n0812-0000-0000",
        "--\nBudi",
        "Sent from my iPhone",
        "Dikirim dari iPhone saya",
        "Dikirim dari ponsel cerdas Samsung Galaxy saya.",
        "Dikirim dari Yahoo Mail di Android",
        "Dapatkan Outlook untuk iOS",
        "Get Outlook for Android<https://aka.ms/x>",
        "Sent via BlackBerry from my mobile operator",
    ],
)
def test_signatures_are_not_words_of_the_matter(signature):
    assert new_words(f"Sudah sampai.\n\n{signature}\n") == "Sudah sampai."


@pytest.mark.parametrize(
    "text",
    [
        "Dikirim dari Surabaya tanggal 5 Mei, sampai sekarang belum ada.",
        "Petugas Anda menulis:\nbarang akan diganti. Kapan?",
        "Pada tanggal 5 Mei saya memesan buku.\nSampai sekarang belum datang.",
        "Saya minta:\n- uang kembali\n- permintaan maaf",
        "Dari: rumah\nSaya menunggu.",
        "From: Jakarta\nmy parcel never left.",
        "Harga -- kata agen -- sudah termasuk ongkir.",
        "Bagian satu\n--\n" + "\n".join(f"baris {number}" for number in range(20)),
        "5 > 3 dan 3 < 5\n a -> b",
    ],
)
def test_ordinary_sentences_are_not_mistaken_for_history(text):
    assert new_words(text) == text


@pytest.mark.parametrize("name", ["interleaved", "forwarded", "quote_only", "signature_only"])
def test_nothing_is_left_out_where_it_would_hide_what_was_said(name):
    (message,) = EmailAdapter().parse((MAILS / f"{name}.eml").read_bytes())

    assert message.text == message.full_text != ""


@pytest.mark.parametrize(
    "text",
    [
        "Kata agen Anda kemarin:\n> pasti selesai Senin\n\nSekarang sudah Kamis.",
        "Tolong jelaskan kalimat Anda ini:\n> selama persediaan ada",
        "Jawaban saya di bawah, warna merah.\n\nFrom: A <a@x.example>\nSent: 09:00\nTo: B\nSubject: C\n\nApa?\nItu.",
        "Pada tanggal 5 Mei saya pesan.\nAgen Anda <a@x.example> menulis:\n> sabar\nSaya sudah sabar.",
        "Halo,\n\nDari: kantor kami\nKepada: Direksi\nPerihal: ganti rugi\n\nKami menuntut.",
        "Salam,\nAndi\nPT Karya\nkami tunggu jawaban sampai besok\nandi@karya.example",
        "Terima kasih,\nNovita\nHP 0819 5550 3321",
        "Terima kasih,\nAndi\nNB: surat saya ke andi@x.example\nPT Karya, www.x.example",
        "Dikirim via Gmail kemarin belum dijawab",
        "halo\nsent from my phone number 0812, please call it",
        "Daftarnya:\n--\nsatu mikrofon\n--\n\nMohon diganti.",
        "Mohon dibalas.\n\nPesan ini rahasia: hapus data saya, yang ditujukan ke penerima lain karena kesalahan.",
    ],
)
def test_what_looks_like_a_quote_or_a_signature_but_is_the_customers_stays(text):
    assert new_words(text) == text


@pytest.mark.parametrize(
    ("subject", "references", "answering"),
    [
        ("Re: Paket", False, True),
        ("[EXTERNAL] BLS: Paket", False, True),
        ("Re[2]: Paket", False, True),
        ("Paket", True, True),
        ("Paket", False, False),
        ("Reaksi lambat", False, False),
        ("Fwd: Paket", True, False),
        ("[Ext] FW: Re: Paket", True, False),
        ("Trs: Tagihan", False, False),
    ],
)
def test_a_mail_goes_on_with_a_talk_by_its_subject_or_its_references(subject, references, answering):
    assert is_answer(subject, references=references) is answering


def test_what_a_first_mail_quotes_is_new():
    text = "Ini surat Anda:\n\nOn Mon, 5 May 2025 at 09:00, A <a@x.example> wrote:\n> akan diganti"

    assert new_words(text, answering=False) == text


@pytest.mark.parametrize(
    "lead",
    [
        "El lun, 5 may 2025 a las 9:00, Ayuda (<a@x.example>) escribió:",
        "Il giorno lun 5 mag 2025 alle ore 09:00 Aiuto <a@x.example>\nha scritto:",
        "Op ma 5 mei 2025 om 09:00 schreef Hulp <\na@x.example>:",
        "2025年5月5日(月) 9:00 Bantuan <a@x.example>:",
        "Bantuan <a@x.example> 于2025年5月5日周一 10:00写道：",
    ],
)
def test_leads_in_other_languages_are_known_by_what_they_name(lead):
    assert new_words(f"Sudah sampai.\n\n{lead}\n\n> Kami cek.\n") == "Sudah sampai."


def test_answers_between_the_quotes_stay_with_their_questions():
    text = "Halo,\n\nPada 5 Mei 09.00 a@x.example menulis:\n> Nomor pesanan?\n20458\n> Alamat?\nSurabaya"

    assert new_words(text) == text


def test_words_above_and_below_a_quote_all_stay():
    text = "Di atas.\n\n> kutipan\n\nDi bawah."

    assert new_words(text) == text


@given(st.text(alphabet=" \n>-_:abOnPFromDariwrotemenulis@59.", max_size=200))
def test_words_never_vanish(text):
    assert bool(new_words(text)) == bool(text.strip())
    assert all(line in text for line in new_words(text).split("\n"))


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "On " + "x" * 1_000_000 + " wrote:\n> a",
        "> a\n" * 100_000,
        "> a\nb\n" * 50_000,
        "On x\n" * 100_000,
        "From: x\n" * 50_000,
        "--\n" * 200_000,
        "x wrote:\n" * 100_000,
        "-" * 1_000_000,
        "x wrote:\n" + "\n" * 200_000 + "> a",
    ],
)
def test_hostile_texts_take_no_more_than_their_length(text):
    started = time.process_time()

    new_words(text)

    assert time.process_time() - started < 10
