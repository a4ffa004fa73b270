"""Whole mails damaged as relays, scanners, phones and attackers damage them: the same seed, the same damage."""

import re
from collections.abc import Callable
from pathlib import Path
from random import Random

FIXTURES = sorted((Path(__file__).parents[2] / "fixtures" / "mail").rglob("*.eml"))
CHARSETS = (
    b"utf-7",
    b"utf-16",
    b"iso-2022-jp",
    b"gb18030",
    b"ks_c_5601-1987",
    b"x-unknown",
    b"",
    b"hex",
    b"idna",
    b'"',
)
ENCODINGS = (b"base64", b"quoted-printable", b"8bit", b"x-uuencode", b"", b"base64; x", b"BINARY")
TYPES = (
    *(b"multipart/mixed", b"multipart/alternative; boundary=", b"message/rfc822", b"text/html", b"application/ms-tnef"),
    *(
        b"text/calendar",
        b"multipart/report; report-type=delivery-status",
        b"/",
        b"text/plain; charset*0*=x'y",
        b"image/png",
    ),
)
HEADS = (
    b"From",
    b"To",
    b"Subject",
    b"Date",
    b"Message-ID",
    b"Content-Type",
    b"Content-Transfer-Encoding",
    b"References",
)
HEADER = re.compile(rb"\r?\n\r?\n")
Mutation = Callable[[bytes, Random], bytes]


def damaged(seed: int) -> bytes:
    """A mail of the fixtures with one to four damages; it says which seed made it, so that no two are the same."""
    chance = Random(seed)
    raw = chance.choice(FIXTURES).read_bytes()
    for _ in range(chance.randint(1, 4)):
        raw = chance.choice(MUTATIONS)(raw, chance)
    return raw + b"\n%d" % seed


def _place(raw: bytes, chance: Random) -> int:
    return chance.randrange(len(raw) + 1)


def _body_start(raw: bytes) -> int:
    found = HEADER.search(raw)
    return found.end() if found else len(raw)


def flip_bits(raw: bytes, chance: Random) -> bytes:
    damaged = bytearray(raw)
    for _ in range(chance.randint(1, 30)):
        if damaged:
            damaged[chance.randrange(len(damaged))] ^= 1 << chance.randrange(8)
    return bytes(damaged)


def truncate(raw: bytes, chance: Random) -> bytes:
    return raw[: _place(raw, chance)]


def cut_out(raw: bytes, chance: Random) -> bytes:
    start = _place(raw, chance)
    return raw[:start] + raw[start + chance.randint(1, 400) :]


def repeat_header(raw: bytes, chance: Random) -> bytes:
    lines = raw[: _body_start(raw)].splitlines(keepends=True)
    return chance.choice(lines) * chance.choice((1, 2, 50)) + raw if lines else raw


def drop_header(raw: bytes, chance: Random) -> bytes:
    return re.sub(rb"(?im)^%s:.*\n(?:[ \t].*\n)*" % chance.choice(HEADS), b"", raw)


def change_header(raw: bytes, chance: Random) -> bytes:
    value = chance.choice(
        (*TYPES, b"", b"<>", b"<a@b", b"\xff\xfe", b'"', b"=?utf-8?B?", b"a@b, c@d", b"undisclosed:;")
    )
    return re.sub(rb"(?im)^(%s:).*$" % chance.choice(HEADS), lambda found: found[1] + b" " + value, raw, count=1)


def harm_boundaries(raw: bytes, chance: Random) -> bytes:
    harm = chance.choice((b"--", b"- -", b"--x", b"--\0", b"", b" --"))
    return re.sub(rb"(?m)^--", lambda found: harm if chance.random() < 0.5 else found[0], raw)


def swap_charset(raw: bytes, chance: Random) -> bytes:
    return re.sub(rb"(?i)charset=\S+", b"charset=" + chance.choice(CHARSETS), raw)


def swap_encoding(raw: bytes, chance: Random) -> bytes:
    return re.sub(rb"(?i)(content-transfer-encoding:).*", rb"\1 " + chance.choice(ENCODINGS), raw)


def wrap(raw: bytes, chance: Random) -> bytes:
    """Put into parts of parts, as relays with footers do, over and over."""
    head = b"From: Budi <budi@pelanggan.example>\nMIME-Version: 1.0\n"
    for level in range(chance.choice((1, 3, 10, 40))):
        kind = chance.choice((b"mixed", b"alternative", b"related", b"digest", b"signed"))
        start = b"Content-Type: multipart/%s; boundary=w%d\n\n--w%d\n" % (kind, level, level)
        raw = start + raw + (b"\n--w%d--\n" % level if chance.random() < 0.8 else b"")
    return head + raw


def put_in(raw: bytes, chance: Random) -> bytes:
    piece = chance.choice(
        (
            b"\0",
            b"\r",
            b"\n",
            b"\r\n\r\n",
            b"\x1b$B",
            b"\xed\xa0\x80",
            b"\xe2\x80\xae",
            b"<div>" * 500,
            b"> " * 300,
            b"=\n",
            b"=?",
        )
    )
    at = _place(raw, chance)
    return raw[:at] + piece * chance.randint(1, 20) + raw[at:]


def lengthen_a_line(raw: bytes, chance: Random) -> bytes:
    at = _place(raw, chance)
    return raw[:at] + chance.choice((b"x", b"=?", b"<", b"On ", b"&", b"=20", b"\xc3")) * 40_000 + raw[at:]


def mix_line_ends(raw: bytes, chance: Random) -> bytes:
    return re.sub(rb"\r?\n", lambda _: chance.choice((b"\n", b"\r\n", b"\r", b"\r\r\n", b"\n\n")), raw)


def harm_base64(raw: bytes, chance: Random) -> bytes:
    def harmed(found: re.Match[bytes]) -> bytes:
        return chance.choice((found[0][:-3], found[0] + b"=", b"*" + found[0], found[0].swapcase(), b"\n" + found[0]))

    return re.sub(rb"(?m)^[A-Za-z0-9+/]{40,}=*$", harmed, raw)


def fold_oddly(raw: bytes, chance: Random) -> bytes:
    start = _body_start(raw)
    fold = chance.choice((b"\n ", b"\r\n\t", b"\n\t\t\n ", b"\r ", b"\n"))
    return raw[:start].replace(b" ", fold, chance.randint(1, 30)) + raw[start:]


def harm_encoded_words(raw: bytes, chance: Random) -> bytes:
    word = chance.choice(
        (b"=?utf-8?Q?=C3?=", b"=?utf-8?B?w?= =?utf-8?B?6Q==?=", b"=?x?q?=00=0D=0A?=", b"=?utf-16?b?AAA?=")
    )
    return re.sub(rb"(?im)^((?:subject|from):)", rb"\1 " + word, raw, count=2)


MUTATIONS: tuple[Mutation, ...] = (
    *(flip_bits, truncate, cut_out, repeat_header, drop_header, change_header, harm_boundaries, swap_charset),
    *(swap_encoding, wrap, put_in, lengthen_a_line, mix_line_ends, harm_base64, fold_oddly, harm_encoded_words),
)
