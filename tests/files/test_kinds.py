"""Names that mislead, and files that run."""

import pytest

from files.kinds import clean_name, runs


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("C:\\Users\\budi\\foto.jpg", "foto.jpg"),
        ("a\0b\r\nSet-Cookie: x.txt", "abSet-Cookie: x.txt"),
        ("foto\u202egpj.exe", "fotogpj.exe"),
        ("\u200b.htaccess", "htaccess"),
        ("program.exe. . ", "program.exe"),
        ("", "file"),
        ("...", "file"),
        ("x" * 5000 + ".pdf", "x" * 196 + ".pdf"),
        ("CON", "CON"),
        ("tagihan “Mei” é.pdf", "tagihan “Mei” é.pdf"),
    ],
)
def test_a_name_is_cleaned_before_it_is_judged(given, kept):
    assert clean_name(given) == kept


@pytest.mark.parametrize(
    ("name", "content_type", "blocked"),
    [
        ("tagihan.pdf.exe", "application/pdf", True),
        ("tagihan.PDF.SCR", "application/octet-stream", True),
        ("tagihan.pdf", "application/x-executable", True),
        (".js", "text/plain", True),
        ("foto.jpg", "image/jpeg", False),
        ("halaman.html", "text/html", False),
        ("data.zip", "application/zip", False),
        ("tanpa ending", "application/octet-stream", False),
    ],
)
def test_what_runs_is_known_by_its_name_or_its_bytes(name, content_type, blocked):
    assert runs(name, content_type) is blocked
