"""A stranger's HTML made safe to show in the frame that shows mail.

A picture of another host keeps its address where no browser looks for it, in data-src, until somebody of the staff asks
for it (tickets/services/inward/pictures.py).
"""

import re

import nh3

from channels_in.adapters.mail_charsets import without_controls
from core.written_html import ATTRIBUTE, ELSEWHERE, TAG

LARGEST = 1_000_000  # characters, before and after
MOST_LINKS = 5_000
MOST_TAGS = 20_000
MOST_REFERENCES = 50_000  # the parser's time grows with the square of the "&"
DEEPEST = 100
MOST_PASSES = 4

TAGS = frozenset(
    (
        *("h1", "h2", "h3", "h4", "h5", "h6", "p", "div", "center", "blockquote", "pre", "hr", "br", "wbr"),
        *("ul", "ol", "li", "dl", "dt", "dd", "figure", "figcaption", "img", "a", "span", "font", "bdi", "bdo"),
        *("table", "caption", "colgroup", "col", "thead", "tbody", "tfoot", "tr", "th", "td"),
        *("b", "strong", "i", "em", "u", "s", "strike", "del", "ins", "mark", "small", "big", "sub", "sup"),
        *("abbr", "cite", "code", "dfn", "kbd", "q", "samp", "tt", "var"),
    )
)
WITHOUT_END = frozenset({"br", "col", "hr", "img", "wbr"})
DROPPED_WITH_CONTENT = frozenset(
    (
        *("script", "style", "head", "title", "template", "noscript", "plaintext", "xmp", "svg", "math"),
        *("applet", "audio", "embed", "frameset", "iframe", "noembed", "noframes", "object", "video"),
        *("select", "textarea"),
    )
)
ATTRIBUTES = {
    "*": frozenset({"dir", "lang"}),
    "a": frozenset({"href"}),
    "img": frozenset({"src", ELSEWHERE, "alt", "width", "height"}),
    "ol": frozenset({"start", "type"}),
    "table": frozenset({"align"}),
    "td": frozenset({"align", "valign", "colspan", "rowspan"}),
    "th": frozenset({"align", "valign", "colspan", "rowspan"}),
}
# A name in front of the host ("https://bank.example@elsewhere/") only ever misleads.
WEB = r"https?://(?![^/?#\\]*(?:@|%2f|%40))[^\s/]"
LONGEST_PICTURE_ADDRESS = 2_000
OTHER_HOST = re.compile(rf"{WEB}[^\s\"'<>`\\]*\Z", re.IGNORECASE)
ADDRESSES = {
    "href": re.compile(rf"{WEB}|mailto:.|tel:.", re.IGNORECASE),
    "src": re.compile(rf"cid:[^\s\"'<>]+\Z|{OTHER_HOST.pattern}", re.IGNORECASE),
    ELSEWHERE: OTHER_HOST,
}
LONGEST_ATTRIBUTES = 4_000  # a tag with more, mostly a picture written out, is shown without them
# Which open tags a tag ends, as in a browser, so that old HTML without end tags does not grow deep.
IMPLIED_ENDS = {
    **dict.fromkeys(("p", "div", "ul", "ol", "dl", "pre", "table", "blockquote", "center", "hr"), ("p",)),
    **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6", "figure", "figcaption"), ("p",)),
    "li": ("li", "p"),
    "dt": ("dt", "dd", "p"),
    "dd": ("dt", "dd", "p"),
    "td": ("td", "th", "p"),
    "th": ("td", "th", "p"),
    "tr": ("td", "th", "tr", "p"),
}

LINK = re.compile(r"<a[\s/]", re.IGNORECASE)
UNSEEN = re.compile(
    rf"<(?:!--.*?(?:-->|\Z)|({'|'.join(sorted(DROPPED_WITH_CONTENT))})\b[^<>]*>.*?(?:</\1\s*>|\Z))",
    re.DOTALL | re.IGNORECASE,
)
SMALL = 100_000
FEW_TAGS = 400
# A tag that cannot be read in two ways, any other tag, or a mere sign.
TOKEN = re.compile(
    r"<(?P<slash>/?)(?P<name>[a-zA-Z][a-zA-Z0-9]*)"
    r"(?P<attributes>(?:\s+[a-zA-Z][-\w:]*(?:\s*=\s*(?:\"[^\"<]*\"|'[^'<]*'|[^\s\"'<>=`]+))?)*+)\s*/?>"
    r"|(?P<other><[a-zA-Z/!?][^<>]*>)|<"
)


def safe_html(html: str) -> str:
    """The HTML without anything that acts, loads from elsewhere or reaches out of its frame.

    Empty if it is larger, deeper or denser than we show: then the text stands for it. Safe HTML stays as it is:
    safe_html(safe_html(html)) == safe_html(html).
    """
    html = html.encode("utf-8", "replace").decode("utf-8")
    for _ in range(MOST_PASSES):
        if not _fits(html):
            return ""
        cleaned = _asking_nobody(without_controls(CLEANER.clean(_flattened(html))))
        if cleaned == html:
            return html
        html = cleaned
    return ""


def _fits(html: str) -> bool:
    if len(html) > LARGEST or html.count("&") > MOST_REFERENCES:
        return False
    tags = html.count("<")
    return tags <= MOST_TAGS and (tags <= MOST_LINKS or len(LINK.findall(html)) <= MOST_LINKS)


def _flattened(html: str) -> str:
    """Every tag closed in its turn, none nested deeper than DEEPEST.

    The sanitiser builds a tree as a browser does: its time grows with the square of the depth and its memory with the
    square of the unclosed tags, so that one mail of a megabyte could take a worker's memory. Few tags cannot.
    """
    if len(html) <= SMALL and html.count("<") <= FEW_TAGS:
        return html
    opened: list[str] = []
    flat = TOKEN.sub(lambda token: _balanced(token, opened), UNSEEN.sub("", html))
    return flat + _closing(opened, len(opened))


def _balanced(token: re.Match[str], opened: list[str]) -> str:
    if token["name"] is None:
        return "" if token["other"] else "&lt;"
    name = token["name"].lower()
    if name not in TAGS:
        return ""
    if token["slash"]:
        return _closing(opened, opened[::-1].index(name) + 1) if name in opened else ""
    ended = 0
    while ended < len(opened) and opened[-1 - ended] in IMPLIED_ENDS.get(name, ()):
        ended += 1
    closing = _closing(opened, ended)
    if len(opened) >= DEEPEST:
        return closing
    if name not in WITHOUT_END:
        opened.append(name)
    attributes = token["attributes"]
    return f"{closing}<{name}{attributes if len(attributes) <= LONGEST_ATTRIBUTES else ''}>"


def _closing(opened: list[str], count: int) -> str:
    return "".join(f"</{opened.pop()}>" for _ in range(count))


def _kept(_tag: str, attribute: str, value: str) -> str | None:
    """Links lead to the web, a mailbox or a phone; pictures come from the same mail, or wait to be asked for."""
    allowed = ADDRESSES.get(attribute)
    value = value.strip()
    if allowed is None or not attribute.endswith("src"):
        return value if allowed is None or allowed.match(value) else None
    return value if len(value) <= LONGEST_PICTURE_ADDRESS and allowed.match(value) else None


def _asking_nobody(cleaned: str) -> str:
    """The address of a picture of another host moves to data-src, where no browser looks for it, and to the front."""
    return TAG.sub(_put_aside, cleaned) if "<img" in cleaned else cleaned


def _put_aside(tag: re.Match[str]) -> str:
    if tag["name"] != "img":
        return tag[0]
    found = dict(ATTRIBUTE.findall(tag["attributes"]))
    other, own = found.pop(ELSEWHERE, ""), found.pop("src", "")
    if own and not own.lower().startswith("cid:"):
        other, own = own, ""
    source = {"src": own} if own else {ELSEWHERE: other} if other else {}
    return "<img" + "".join(f' {name}="{value}"' for name, value in (source | found).items()) + ">"


CLEANER = nh3.Cleaner(
    tags=TAGS,
    clean_content_tags=DROPPED_WITH_CONTENT,
    attributes=ATTRIBUTES,
    attribute_filter=_kept,
    link_rel="noopener noreferrer nofollow",
    url_schemes={"http", "https", "mailto", "tel", "cid"},
    url_relative="deny",
)
