"""The sanitised HTML of a mail as its frame shows it: pictures from us alone, true hosts of links (H05-H07)."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from html import unescape
from urllib.parse import urlsplit

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from core.written_html import ELSEWHERE, TAG, attributes_of

# What a reader takes for a host: words with points between, the last of letters.
LOOKS_LIKE_HOST = re.compile(r"(?<![\w.@-])(?:[\w-]+\.)+[^\W\d_]{2,}(?![\w@-])")
LOOKS_LIKE_MAILBOX = re.compile(r"[\w.+-]+@(?:[\w-]+\.)+[^\W\d_]{2,}")
SPACER = 3  # pixels: a picture as small as this only keeps other things apart, or counts its readers
Source = Callable[[str], str]


def shown_body(html: str, *, own: Source, elsewhere: Source) -> SafeString:
    """html: as the sanitiser left it. own, elsewhere: the address at which we show a picture of the mail by its
    Content-ID, or one of another host; empty where there is none, or nobody asked for it.
    """
    pieces: list[str] = []
    at, link, words = 0, "", ""
    for tag in TAG.finditer(html):
        between = html[at : tag.start()]
        pieces.append(between)
        words += between
        at = tag.end()
        given = attributes_of(tag)
        if tag["name"] == "img":
            words += f" {given.get('alt', '')} "
            pieces.append(_picture(given, own=own, elsewhere=elsewhere))
            continue
        if tag["name"] == "a":
            link, words = given.get("href", ""), ""
        pieces.append(tag[0])
        if tag["name"] == "/a":
            pieces.append(_where(link, words))
            link = ""
    pieces.append(html[at:])
    return mark_safe("".join(pieces))  # noqa: S308 (the sanitiser's words and ours)


def _picture(given: Mapping[str, str], *, own: Source, elsewhere: Source) -> SafeString:
    cid, other = given.get("src", ""), given.get(ELSEWHERE, "")
    source = own(cid.partition(":")[2]) if cid else elsewhere(other) if other else ""
    if source:
        size = [(name, given[name]) for name in ("width", "height") if given.get(name, "").isdigit()]
        sizes = format_html_join("", ' {}="{}"', size)
        return format_html('<img src="{}" alt="{}"{}>', source, given.get("alt", ""), sizes)
    if any(given.get(name, "").isdigit() and int(given[name][:9]) <= SPACER for name in ("width", "height")):
        return mark_safe("")
    words = given.get("alt", "").strip() or _("Picture")
    where = host_of(other) if other else _("not in this mail") if cid else ""
    return format_html('<span class="no-picture">{}{}</span>', words, f" · {where}" if where else "")


def host_of(address: str) -> str:
    """The host of an address as it is, in the letters of the name servers, so that no letter looks like another."""
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return address
    return _in_plain_letters(host) or address


def _in_plain_letters(host: str) -> str:
    try:
        return host if host.isascii() else host.encode("idna").decode("ascii")
    except UnicodeError:
        return host.encode("punycode", "replace").decode("ascii")


def _where(link: str, words: str) -> str:
    """Behind a link whose words name another place than it leads to: that place."""
    if not link:
        return ""
    said = _read(words)
    if link.lower().startswith("mailto:"):
        true = unescape(link[7:]).partition("?")[0].lower()
        honest = all(found.lower() == true for found in LOOKS_LIKE_MAILBOX.findall(said))
    elif link.lower().startswith("tel:"):
        return ""
    else:
        true = host_of(link)
        honest = all(_is_of(_in_plain_letters(found.lower()), true) for found in _hosts_in(said))
        honest = honest and not true.startswith("xn--") and ".xn--" not in true
    return "" if honest else format_html('<span class="true-host">({} <bdi>{}</bdi>)</span>', _("leads to"), true)


def _read(words: str) -> str:
    """What a person reads: without what takes no room, with every kind of point as a point."""
    plain = unicodedata.normalize("NFKC", unescape(words)).translate({ord(sign): "." for sign in "。．｡․"})
    return "".join(sign for sign in plain if unicodedata.category(sign) != "Cf")


def _hosts_in(said: str) -> list[str]:
    return [*LOOKS_LIKE_HOST.findall(said), *(found.rpartition("@")[2] for found in LOOKS_LIKE_MAILBOX.findall(said))]


def _is_of(said: str, true: str) -> bool:
    """Whether who reads the one is not misled by being led to the other: the same, or below it."""
    said, true = said.removeprefix("www."), true.removeprefix("www.")
    return true == said or true.endswith(f".{said}")
