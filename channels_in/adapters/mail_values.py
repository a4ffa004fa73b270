"""What the value of a header field says: words, parameters, dates. Nothing here ever raises."""

import binascii
import re
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote_to_bytes

from channels_in.adapters.mail_charsets import decoded, one_line

READ_BYTES = 8 * 1024  # of one value; a subject is cut at 300 characters anyway
MOST_PARAMETERS = 64

ENCODED_WORD = re.compile(r"=\?([^?\s*]+)(?:\*[^?\s]*)?\?([bBqQ])\?((?:[^?]|\?(?!=))*+)\?=")
TYPE = re.compile(rb"([a-z0-9!#$&^_.+-]+)/([a-z0-9!#$&^_.+-]+)", re.IGNORECASE)
PARAMETER = re.compile(rb';\s*([^\s=;"*]++)(\*\d{1,4})?(\*)?\s*=\s*(?:"((?:[^"\\]|\\.)*+)"|"?([^;"]*+))', re.DOTALL)
ESCAPED = re.compile(rb"\\(.)", re.DOTALL)
DATE = re.compile(
    rb"(\d{1,2})[ -]+(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*[ -]+(\d{4})"
    rb"\s+(\d{1,2}):(\d{2})(?::(\d{2}))?\s*(?:([+-])(\d{2}):?(\d{2})|([a-z]*))",
    re.IGNORECASE,
)
MONTHS = b"janfebmaraprmayjunjulaugsepoctnovdec"
ZONE_HOURS = {b"est": -5, b"edt": -4, b"cst": -6, b"cdt": -5, b"mst": -7, b"mdt": -6, b"pst": -8, b"pdt": -7}
SANE_YEARS = range(1990, 2100)


def words(value: bytes, *, limit: int) -> str:
    """A value for people, on one line of at most `limit` characters: encoded words decoded, 8-bit ones guessed."""
    text = decoded(value[:READ_BYTES])
    if "=?" in text:
        text = _without_encoding(text)
    return one_line(text, limit=limit)


def _without_encoding(text: str) -> str:
    """Neighbours in one charset are joined before they are decoded: some senders cut inside a character."""
    pieces: list[str] = []
    charset, pending, end = "", bytearray(), 0
    for word in ENCODED_WORD.finditer(text):
        between = text[end : word.start()]
        follows = bool(end) and not between.strip()
        if pending and not (follows and word[1].lower() == charset):
            pieces.append(decoded(bytes(pending), charset))
            pending.clear()
        if not follows:
            pieces.append(between)
        charset, end = word[1].lower(), word.end()
        pending += _word_bytes(word[3], base64=word[2] in "bB")
    pieces += (decoded(bytes(pending), charset), text[end:])
    return "".join(pieces)


def _word_bytes(text: str, *, base64: bool) -> bytes:
    raw = text.encode("utf-8", "replace")
    return from_base64(raw) if base64 else binascii.a2b_qp(raw, header=True)


def from_base64(content: bytes) -> bytes:
    """As much as can be had, whatever is missing or in between."""
    try:
        return binascii.a2b_base64(content)
    except binascii.Error:  # the end is missing: give back what is whole
        symbols = re.sub(rb"[^A-Za-z0-9+/]", b"", content)
        symbols = symbols[: len(symbols) - (len(symbols) % 4 == 1)]
        return binascii.a2b_base64(symbols + b"=" * (-len(symbols) % 4))


def content_type(value: bytes) -> str:
    """Like "text/plain" in lower case; empty where there is none or it is no type at all."""
    matched = TYPE.match(value)
    return matched[0].decode("ascii").lower()[:120] if matched else ""


def parameters(value: bytes) -> dict[str, bytes]:
    """The parameters of a Content-Type or Content-Disposition by lower-case name, as the bytes between the quotes."""
    found: dict[str, bytes] = {}
    if b";" not in value:
        return found
    pieces: dict[str, dict[int, tuple[bytes, bool]]] = {}
    for name, index, extended, quoted, bare in PARAMETER.findall(value)[:MOST_PARAMETERS]:
        key = decoded(name).lower()
        content = bare.strip() or (ESCAPED.sub(rb"\1", quoted) if b"\\" in quoted else quoted)
        if index or extended:
            pieces.setdefault(key, {})[int(index[1:] or 0)] = (content, bool(extended))
        else:
            found.setdefault(key, content)
    for key, parts in pieces.items():
        found[key] = _joined([parts[index] for index in sorted(parts)])
    return found


def _joined(pieces: list[tuple[bytes, bool]]) -> bytes:
    """RFC 2231: charset'language'percent-encoded, in numbered pieces. The result is UTF-8."""
    charset, (start, extended) = b"", pieces[0]
    if extended and start.count(b"'") >= 2:
        charset, _language, start = start.split(b"'", 2)
    rest = [(start, extended), *pieces[1:]]
    content = b"".join(unquote_to_bytes(piece) if encoded else piece for piece, encoded in rest)
    return decoded(content, decoded(charset)).encode("utf-8")


def sent_at(value: bytes) -> datetime | None:
    """The moment a Date field claims, aware and in UTC; None where it is missing or cannot be true."""
    matched = DATE.search(value[:200])
    if not matched:
        return None
    day, month, year, hour, minute, second, sign, zone_hours, zone_minutes, zone_name = matched.groups()
    offset = timedelta(hours=ZONE_HOURS.get((zone_name or b"").lower(), 0))
    if sign:
        offset = timedelta(minutes=int(sign + zone_minutes), hours=int(sign + zone_hours))
    if int(year) not in SANE_YEARS:
        return None
    month_number = MONTHS.index(month.lower()) // 3 + 1
    try:
        claimed = datetime(
            int(year), month_number, int(day), int(hour), int(minute), min(int(second or 0), 59), tzinfo=UTC
        )
    except ValueError:
        return None
    return claimed - offset
