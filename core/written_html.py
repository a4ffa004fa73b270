"""HTML as our sanitiser writes it, read without a parser: every "<" begins a tag, every attribute stands in quotes."""

import re
from html import unescape

# Taken one after the other, none is found inside an attribute or a text.
TAG = re.compile(r'<(?P<name>/?[a-z][a-z0-9]*)(?P<attributes>(?: [a-z][-a-z]*="[^"]*")*)>')
ATTRIBUTE = re.compile(r' ([a-z][-a-z]*)="([^"]*)"')
ELSEWHERE = "data-src"  # where a picture of another host keeps its address, so that no browser looks for it
PICTURE_ELSEWHERE = f'<img {ELSEWHERE}="'  # how such a picture begins, and nothing else


def attributes_of(tag: re.Match[str]) -> dict[str, str]:
    """The attributes of a tag found by TAG, as they were meant."""
    return {name: unescape(value) for name, value in ATTRIBUTE.findall(tag["attributes"])}


def pictures_elsewhere(html: str) -> list[str]:
    """The addresses of the pictures that lie on other hosts, each once, in their order."""
    if PICTURE_ELSEWHERE not in html:
        return []
    pictures = (attributes_of(tag) for tag in TAG.finditer(html) if tag["name"] == "img")
    return list(dict.fromkeys(picture[ELSEWHERE] for picture in pictures if ELSEWHERE in picture))
