"""The words of docs/glossary.md are the words on the screen, in both languages."""

from pathlib import Path

import pytest
from babel.messages.pofile import read_po

ROOT = Path(__file__).resolve().parent.parent


def rows():
    for line in (ROOT / "docs" / "glossary.md").read_text().splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        shown = line.startswith("|") and len(cells) == 4 and cells[2] not in ("–", "on screen (en)")
        if shown and "---" not in cells[0]:
            yield cells[2], cells[3]


@pytest.fixture(scope="module")
def catalogue():
    with (ROOT / "locale" / "id" / "LC_MESSAGES" / "django.po").open("rb") as file:
        return read_po(file)


@pytest.mark.parametrize(("english", "indonesian"), list(rows()))
def test_a_word_of_the_glossary_has_its_indonesian_word_wherever_it_is_shown(catalogue, english, indonesian):
    """Words for screens that do not exist yet are simply not in the catalogue."""
    shown = catalogue.get(english)
    assert shown is None or shown.string == indonesian


def test_the_catalogue_uses_most_of_the_glossary(catalogue):
    used = [english for english, _indonesian in rows() if catalogue.get(english)]
    assert len(used) >= 10
