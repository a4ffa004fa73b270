"""HTML bodies as words."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels_in.adapters.mail_html import html_to_text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<p>Satu</p><p>Dua</p>", "Satu\n\nDua"),
        ("<div>Satu</div><div>Dua</div><div><br></div><div>Tiga</div>", "Satu\nDua\n\nTiga"),
        ("Satu<br>Dua<BR/>Tiga", "Satu\nDua\nTiga"),
        ("<p>Satu\n   dua\ttiga</p>", "Satu dua tiga"),
        ("<b>te</b>bal", "tebal"),
        ("<ul><li>buku<li>pena</ul>", "- buku\n- pena"),
        (
            "<table><tr><td>Nomor</td><td>20458</td></tr><tr><td>Harga</td><td>5</td></tr></table>",
            "Nomor 20458\nHarga 5",
        ),
        ("<pre>baris 1\nbaris 2</pre>", "baris 1\nbaris 2"),
        ("A &amp; B&nbsp;&lt;C&gt; &euro; &#233; &#x1F4E6;", "A & B <C> € é 📦"),
        ("&#99999999999999999999;", "\ufffd"),
        ("5 < 6, 7 > 3, <3", "5 < 6, 7 > 3, <3"),
        ('<img alt="5 > 3" src="x">Foto', "Foto"),
        ("<head><title>Judul</title></head><body>Isi</body>", "Isi"),
        ("<head><title>Judul</title><body>Isi</body>", "Isi"),
        ("<style>p { color: red }</style><script>alert('<p>')</script>Isi", "Isi"),
        ("<!-- <p>rahasia</p> -->Isi<!--[if mso]>x<![endif]-->", "Isi"),
        ("<script>tidak ditutup", ""),
        (
            "<p>Jawab</p><blockquote>lama<blockquote>lebih lama</blockquote></blockquote><p>lagi</p>",
            "Jawab\n\n> lama\n\n> lebih lama\n\nlagi",
        ),
        ("", ""),
    ],
)
def test_markup_reads_as_a_person_would_read_it(markup, text):
    assert html_to_text(markup) == text


def test_a_signature_is_marked_only_where_nothing_new_follows_it():
    signature = '<div class="gmail_signature">Budi</div>'

    assert html_to_text(f"<p>Halo</p>{signature}") == "Halo\n\n-- \nBudi"
    assert html_to_text(f"<p>Halo</p>{signature}<p>Satu lagi.</p>") == "Halo\n\nBudi\n\nSatu lagi."


def test_what_a_program_marks_as_quoted_is_marked_as_in_plain_text():
    markup = '<div>Baru</div><div class="x yahoo_quoted"><div>lama</div><div>sekali</div></div><div>Di bawah</div>'

    assert html_to_text(markup) == "Baru\n\n> lama\n> sekali\n\nDi bawah"


@given(st.text(alphabet="<>/!-pbr \n\"'&;#x09scriptblockquote", max_size=300))
def test_any_markup_has_words(markup):
    assert html_to_text(markup).strip() == html_to_text(markup)


@pytest.mark.parametrize(
    "piece",
    [
        *(
            "<",
            "<a ",
            '<a "',
            "<!--",
            "<script>",
            "<pre>",
            "<blockquote>x",
            "<p ",
            "<!",
            "<li>",
            "<div> ",
            "&nbsp;",
            "&",
            " ",
        ),
        *("<style><body", "<br> ", '<a "b">', "&#9"),
    ],
)
def test_hostile_markup_takes_no_more_than_its_length(piece):
    started = time.process_time()

    html_to_text(piece * (1_000_000 // len(piece)))

    assert time.process_time() - started < 10
