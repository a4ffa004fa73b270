import pytest
from django.utils import translation


@pytest.fixture(autouse=True)
def _sentences_in_english():
    """Services called directly answer in English; a page answers in its reader's language."""
    with translation.override("en"):
        yield
