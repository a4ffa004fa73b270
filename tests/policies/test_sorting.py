"""Words of a ticket propose its type: in both languages, whatever Indonesian puts before and after them."""

import pytest

from policies import sorting
from policies.models import QueryType
from policies.services import packs
from tests.moments import moment

NOW = moment("2026-11-27 09:00")


@pytest.fixture
def sorter(db):
    packs.load("isp", now=NOW)
    return sorting.current()


@pytest.mark.parametrize(
    ("text", "slug", "words"),
    [
        ("Internet saya MATI TOTAL sejak pagi, lampu merah", "internet-mati", ("mati total", "lampu merah")),
        ("My internet is down since Monday", "internet-mati", ("internet is down",)),
        ("Saya ditagih dua kali bulan ini", "tagihan-salah", ("ditagih dua kali",)),
        ("Koneksi putus-nyambung terus", "putus-nyambung", ("putus-nyambung",)),
        ("Sudah bayar tapi masih terisolir", "sudah-bayar-isolir", ("sudah bayar", "masih terisolir")),
        ("Teknisinya tidak datang, saya menunggu", "teknisi-tidak-datang", ("teknisinya tidak datang",)),
        ("I was charged twice", "tagihan-salah", ("charged twice",)),
        ("Dua bulan lalu saya dijanjikan kemarin", "janji-tidak-ditepati", ("dijanjikan kemarin",)),
    ],
)
def test_the_words_of_a_complaint_propose_its_type_and_are_shown_as_they_were_written(sorter, text, slug, words):
    proposal = sorter.propose(text)

    assert QueryType.objects.get(pk=proposal.query_type).slug == slug
    assert proposal.words == words


@pytest.mark.parametrize("text", ["", "Selamat pagi", "pagi " * 3000 + "internet mati", "formati totalis", "🙏"])
def test_where_no_word_says_anything_nothing_is_proposed(sorter, text):
    assert sorter.propose(text) is None


@pytest.mark.parametrize(
    "family",
    [
        ["tagih", "ditagih", "menagih", "tagihan", "tagihannya", "penagihan"],
        ["pasang", "dipasang", "memasang", "pemasangan", "terpasang", "pasangkan"],
        ["kirim", "mengirim", "dikirim", "pengiriman", "kiriman"],
        ["bayar", "membayar", "dibayar", "pembayaran", "bayarnya"],
        ["bill", "bills"],
    ],
)
def test_the_forms_of_a_word_have_one_stem(family):
    assert len({sorting.stem(word) for word in family}) == 1


def test_more_words_win_and_between_equals_the_type_that_comes_first(sorter):
    both = sorter.propose("lambat sekali, kecepatan turun, dan kemarin putus nyambung")

    assert QueryType.objects.get(pk=both.query_type).slug == "internet-lambat"


def test_words_that_the_company_writes_are_used_at_once_and_an_archived_type_is_never_proposed(sorter):
    QueryType.objects.filter(slug="saran").update(words_id="layanan antariksa")
    QueryType.objects.filter(slug="internet-mati").update(archived=True)
    sorting.forget()

    again = sorting.current()

    assert QueryType.objects.get(pk=again.propose("soal layanan antariksa").query_type).slug == "saran"
    assert again.propose("mati total") is None


def test_thousands_of_tickets_are_read_without_a_statement(sorter, django_assert_num_queries):
    with django_assert_num_queries(0):
        for _number in range(2000):
            sorter.propose("Internet saya mati total sejak pagi. " * 20)
