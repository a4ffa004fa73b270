"""What an apology must say (domain.md 5.5, SR-8): whose responsibility it was, and what is repaired by when.

Rules alone, over words of both languages; they change nothing.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass

RESPONSIBILITY = (
    *("kesalahan kami", "ada pada kami", "kelalaian kami", "tanggung jawab kami", "kami bertanggung jawab"),
    *("kami yang salah", "kami tidak menepati", "kami lalai", "kami keliru", "salah kami"),
    *("our mistake", "our fault", "our responsibility", "we are responsible", "we take responsibility", "we failed"),
    *("we were wrong", "we did not keep", "we should have", "we let you down"),
)
REPAIR = (
    *("perbaik", "sudah pulih", "telah pulih", "mengganti", "penggantian", "ganti rugi", "kembalikan", "pengembalian"),
    *("kompensasi", "kami kirim", "kami potong", "penyelesaian", "selesai", "teknisi", "kredit"),
    *("repair", "fixed", "replace", "refund", "credit", "compensat", "put right", "resolved", "sent you", "technician"),
)
REGRET = ("maaf", "menyesal", "sorry", "apolog", "regret")
DATE = re.compile(
    r"\b(?:hari ini|besok|lusa|kemarin|senin|selasa|rabu|kamis|jumat|sabtu|minggu|today|tomorrow|yesterday|monday"
    r"|tuesday|wednesday|thursday|friday|saturday|sunday|\d{1,2}[/.-]\d{1,2}(?:[/.-]\d{2,4})?"
    r"|\d{1,2} (?:jan|feb|mar|apr|mei|may|jun|jul|agu|aug|sep|okt|oct|nov|des|dec)\w*)\b",
    re.IGNORECASE,
)
BETTER = re.compile(
    r"tidak akan (?:terjadi|terulang)|akan lebih baik|will not happen again|won't happen again|will do better", re.I
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What an apology lacks or should leave out. code: responsibility, repair, date, regret, blame or promise."""

    code: str
    blocks: bool


def check(text: str, *, fault: str) -> list[Finding]:
    """What is missing in an apology of this text.

    fault: of Ticket.Fault. Where it is ours or a partner's, responsibility and repair must be said; else words that
    take responsibility would say what is not so, and sympathy is enough.
    """
    words = " ".join(text.lower().split())
    ours = fault in ("ours", "partner")
    takes_it = _says(words, RESPONSIBILITY)
    found = []
    if ours and not takes_it:
        found.append(Finding("responsibility", blocks=True))
    if not ours and takes_it and fault in ("customer", "force_majeure"):
        found.append(Finding("blame", blocks=True))
    if ours and not _says(words, REPAIR):
        found.append(Finding("repair", blocks=True))
    elif ours and not DATE.search(words):
        found.append(Finding("date", blocks=False))
    if not _says(words, REGRET):
        found.append(Finding("regret", blocks=False))
    if BETTER.search(words):
        found.append(Finding("promise", blocks=False))
    return found


def _says(words: str, any_of: Iterable[str]) -> bool:
    return any(each in words for each in any_of)
