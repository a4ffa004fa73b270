"""UX point 40: no request leaves the host, nothing is reported, pages are light, every word is in one's language."""

import gettext
import subprocess
import sys

import pytest

from helpdesk.environment import ROOT
from tests.browser.states import STATES, named

pytestmark = pytest.mark.browser
LANGUAGES = ("id", "en")
KILOBYTE = 1024
CATALOGUE = ROOT / "locale" / "id" / "LC_MESSAGES" / "django.mo"
PUBLIC_FORMS = named(
    "home", "complain", "complain-error", "complain-story", "complain-person-error", "look-up", "link-sent", "log-in"
)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("state", STATES, ids=str)
def test_ux_40_no_request_leaves_the_host_and_nothing_is_reported(crawl, state, language):
    look = crawl.look(state, language)

    assert (look.foreign, look.problems) == ([], [])


@pytest.mark.parametrize("state", STATES, ids=str)
def test_ux_40_every_moment_names_its_zone(crawl, state):
    assert crawl.look(state, "id").zoneless == []


@pytest.mark.parametrize(
    ("role", "address", "most"),
    [("", "/", 100), ("", "/complain/", 100), ("agent", "/desk/", 200), ("supervisor", "/board/", 200)],
)
def test_ux_40_the_first_load_is_light(visits, role, address, most):
    page = visits.open(role)

    page.goto(address, wait_until="networkidle")

    sizes = {request.url: request.sizes()["responseBodySize"] for request in visits.watch_of(page).requests}
    assert len(sizes) > 3
    assert sum(sizes.values()) <= most * KILOBYTE, sizes


def test_ux_40_the_catalogue_lacks_no_word():
    done = subprocess.run(
        [sys.executable, "script/messages.py", "--check"], cwd=ROOT, capture_output=True, text=True, check=False
    )

    assert (done.returncode, done.stderr) == (0, ""), done.stdout


@pytest.mark.parametrize("state", STATES, ids=str)
def test_ux_40_no_english_word_of_ours_stands_on_an_indonesian_page(crawl, state):
    look = crawl.look(state, "id")

    assert look.language == "id"
    assert sorted(translated_words() & set(look.texts)) == []


@pytest.mark.parametrize("state", PUBLIC_FORMS, ids=str)
def test_ux_40_every_label_changes_with_the_language(crawl, state):
    """Finds words that no catalogue knows, because nobody marked them as words."""
    indonesian, english = crawl.look(state, "id"), crawl.look(state, "en")

    assert english.language == "en"
    assert set(indonesian.labels) & set(english.labels) == set()


def translated_words() -> set[str]:
    """Our English words that have another form in Indonesian."""
    with CATALOGUE.open("rb") as compiled:
        known = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    pairs = [(key[0] if isinstance(key, tuple) else key, words) for key, words in known.items()]
    return {key.partition("\x04")[2] or key for key, words in pairs if key and words != key}
