"""Where the words of the matter end and a signature begins: programs' lines, firms' cards, notices of confidentiality.

A closing formula and the name under it are words of the customer. So is a phone or customer number below them: only
what looks like a firm's card is left out.
"""

import re
from collections.abc import Sequence

LONGEST_SIGNATURE = 12  # lines; a "--" with more below it was a mere divider
LONGEST_CARD = 14
LONGEST_CARD_LINE = 90
MOST_WORDS_OF_A_CARD_LINE = 12
MOST_WORDS_OF_A_NAME = 6
LONGEST_NOTICE = 4_000  # characters
MOST_NOTICES = 3
LONGEST_PROGRAM_LINE = 200

DEVICES = (
    r"iphone|ipad|android|samsung|galaxy|xiaomi|redmi|poco|oppo|vivo|realme|infinix|huawei|honor|nokia|pixel|blackberry"
    r"|outlook|windows|yahoo|gmail|mail|surel|hp|ponsel|smartphone|phone|mobile|tablet"
)
OWN_WORDS = (
    r"tapi|tetapi|belum|kemarin|tadi|tidak|sudah|tanggal|dan|nomor|tolong|but|yesterday|not|last|and|please|number"
)
PROGRAM_LINE = re.compile(
    rf"(?!.*\b(?:{OWN_WORDS})\b)(?:"
    r"(?:sent|dikirim|terkirim|dihantar) (?:from|via|using|with|dari|daripada|melalui|menggunakan|dengan|lewat)\b"
    rf".{{0,60}}?\b(?:{DEVICES})\b"
    r"|(?:get|dapatkan) (?:outlook|bluemail) (?:for|untuk)\b|powered by \w+ blackberry\b"
    r"|(?:von meinem|verstuurd vanaf mijn|envoyé de mon|enviado desde mi|enviado do meu|inviato da) "
    r"|从我的.{1,20}发送"
    r").{0,90}\Z",
    re.IGNORECASE,
)
# Some phones write it right behind the last word.
GLUED_PROGRAM_LINE = re.compile(
    rf"(?<=[.!?)\]])(?:Sent from my|Dikirim dari)\b[^\n]{{0,40}}?\b(?:{DEVICES})\b[^\n]{{0,20}}\Z", re.IGNORECASE
)
CLOSING = re.compile(
    r"(?:(?:with )?(?:best|kind|warm|many)?(?:est)? ?(?:regards|wishes|thanks)|cheers"
    r"|(?:thanks|thank you|terima ?kasih)(?: ?(?:&|and|dan) ?(?:(?:best|kind|warm) )?(?:regards|salam))?"
    r"|(?:yours )?(?:faithfully|sincerely|truly)(?: yours)?"
    r"|(?:salam|hormat)(?: (?:hormat|hangat|kami|saya|sejahtera|takzim))?"
    r"|wassalam\w*|mit freundlichen grüßen.{0,30})[ ,.!]*\Z",
    re.IGNORECASE,
)
BUSINESS = re.compile(
    r"\b(?:PT|CV|UD|Tbk|Ltd|LLC|Inc|GmbH|Pte|Bhd|Group|Partners?|Holdings|Director|Manager|Supervisor|Officer|Consultant"
    r"|Manajer|Direktur|Direksi|Staff?|Divisi|Department|Departemen)\b|& C[oO]\b|\bwww\.|https?://"
)
CONTACT = re.compile(r"[\w.+-]+@[\w-]+\.|(?:\+|\(0|\b0)[\d ()/.-]{7,}\d|\bwww\.|https?://")
OF_THE_MATTER = re.compile(
    r"[?!]|\b(?:no|nomor|number|id|kode)\b\.? ?(?:meter|rekening|polis|klaim|akun)"
    r"|\b(?:customer|order|booking|invoice|account|policy|claim|ticket|tiket|pelanggan|pesanan|tagihan|resi)\b"
    r"|\b(?:hubungi|telepon saya|call me|contact me|mohon|tolong|please)\b",
    re.IGNORECASE,
)
POSTSCRIPT = re.compile(r"(?:nb|n\.b|ps|p\.s|catatan|note)\b\.? ?[:.,]", re.IGNORECASE)
NOTICE_START = re.compile(
    r"[*_( ]*(?:confidential(?:ity)?|disclaimer|perhatian|penting|important notice|notice|pernyataan"
    r"|(?:this|the information (?:contained )?in this) (?:e-?mail|message|communication)"
    r"|(?:e-?mail|pesan|surel|surat elektronik|informasi dalam (?:e-?mail|surel|pesan)) ini)\b",
    re.IGNORECASE,
)
NOTICE_SIGNS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"\b(?:confidential|privileged|rahasia)",
        r"\b(?:intended|addressed|addressee|recipient|ditujukan|penerima)\b",
        r"\b(?:in error|by mistake|karena kesalahan|keliru|secara tidak sengaja)\b",
        r"\b(?:delete|destroy|notify|(?:meng)?hapus|memberitahu|beri ?tahu)",
        r"\b(?:disclos|disseminat|unauthori[sz]ed|dilarang|menyebarluaskan|menyalin)",
    )
)
OF_ONESELF = re.compile(r"\b(?:saya|aku|i|my)\b", re.IGNORECASE)  # no notice speaks so
ENVIRONMENT = re.compile(
    r".{0,3}(?:please )?(?:consider|think of) the environment before printing.{0,60}\Z", re.IGNORECASE
)
# The end of a text with none of these holds no signature that quotes.SIGN would not have seen.
CLUES = (
    *("@", "www.", "http", "+", "(0", "08", "02", "ahasia", "AHASIA", "onfidential", "ONFIDENTIAL", "environment"),
    *(
        "BlackBerry",
        "Von meinem",
        "Verstuurd",
        "Envoyé de",
        "Enviado",
        "Inviato",
        "发送",
        ".Sent from",
        ".Dikirim dari",
    ),
)
END_OF_A_TEXT = 2_000  # characters


def may_hold_signature(text: str) -> bool:
    """A quick look at the end; False for most of what people write by hand."""
    end = text[-END_OF_A_TEXT:]
    return any(clue in end for clue in CLUES)


def is_program_line(line: str) -> bool:
    """What a phone or a program adds: "Sent from my iPhone"."""
    return len(line) <= LONGEST_PROGRAM_LINE and PROGRAM_LINE.match(line) is not None


def without_glued(text: str) -> str:
    """Without what a phone wrote right behind the last full stop."""
    return GLUED_PROGRAM_LINE.sub("", text)


def signature_start(lines: Sequence[str], start: int, stop: int, *, author: str) -> int:
    """Where the signature begins between two places of the lines, or `stop` if there is none.

    author: the sender's name, as its mail states it; may be empty. Never hides all of the lines.
    """
    stop = _without_last_lines(lines, start, stop)
    stop = _delimiter(lines, start, stop)
    stop = _without_last_lines(lines, start, stop)
    return _card_start(lines, start, stop, author=author.casefold())


def _without_last_lines(lines: Sequence[str], start: int, stop: int) -> int:
    for _ in range(MOST_NOTICES):
        while stop > start and (not lines[stop - 1] or is_program_line(lines[stop - 1])):
            stop -= 1
        begin = stop
        while begin > start and lines[begin - 1]:
            begin -= 1
        if begin == start or not _is_notice(" ".join(lines[begin:stop])):
            break
        stop = begin
    return stop


def _is_notice(paragraph: str) -> bool:
    if ENVIRONMENT.match(paragraph):
        return True
    if len(paragraph) > LONGEST_NOTICE or not NOTICE_START.match(paragraph) or OF_ONESELF.search(paragraph):
        return False
    return sum(sign.search(paragraph) is not None for sign in NOTICE_SIGNS) > 2


def _delimiter(lines: Sequence[str], start: int, stop: int) -> int:
    """The last "--" near the end, where a name stands right below it; people draw lines with it, too."""
    for index in range(stop - 1, max(start + 1, stop - LONGEST_SIGNATURE - 1) - 1, -1):
        if lines[index] == "--":
            below = lines[index + 1 : stop]
            signed = bool(below) and bool(below[0]) and not any(POSTSCRIPT.match(line) for line in below)
            return index if signed or not below else stop
    return stop


def _card_start(lines: Sequence[str], start: int, stop: int, *, author: str) -> int:
    """Below a closing formula and a name, or below the author's own name: the lines of a firm's card."""
    for name in range(max(start + 1, stop - LONGEST_CARD), stop - 1):
        signed = lines[name].casefold() == author if author else False
        if not signed and not _is_closed_above(lines, start, name):
            continue
        card = [line for line in lines[name + 1 : stop] if line]
        if _is_card(card):
            return name + 1
    return stop


def _is_closed_above(lines: Sequence[str], start: int, name: int) -> bool:
    words = lines[name].split()
    if not 0 < len(words) <= MOST_WORDS_OF_A_NAME or any(character.isdigit() for character in lines[name]):
        return False
    above = name - 1
    while above > start and not lines[above]:
        above -= 1
    return above >= start and CLOSING.match(lines[above]) is not None


def _is_card(card: Sequence[str]) -> bool:
    if len(card) < 2 or not all(_is_card_line(line) for line in card):
        return False
    whole = "\n".join(card)
    return bool(BUSINESS.search(whole) and CONTACT.search(whole))


def _is_card_line(line: str) -> bool:
    """A title, a firm, an address, a number: no sentence."""
    if len(line) > LONGEST_CARD_LINE or len(line.split()) > MOST_WORDS_OF_A_CARD_LINE:
        return False
    if OF_THE_MATTER.search(line) or POSTSCRIPT.match(line):
        return False
    words = [word for word in line.split() if word[0].isalpha() and len(word) > 1 and "." not in word[:-1]]
    return CONTACT.search(line) is not None or 2 * sum(word[0].isupper() for word in words) >= len(words)
