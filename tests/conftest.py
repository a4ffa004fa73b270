import pytest
from django.utils import translation

from policies import rules, sorting
from reports import snapshots
from tests.sharing import ByState


def pytest_addoption(parser):
    parser.addoption("--fuzz", type=int, default=200, help="how many damaged mails the fuzzer makes")


def pytest_xdist_make_scheduler(config, log):
    return ByState(config, log) if config.getvalue("dist") == "loadgroup" else None


@pytest.fixture(autouse=True)
def _sentences_in_english():
    """Services called directly answer in English; a page answers in its reader's language."""
    with translation.override("en"):
        yield


@pytest.fixture(autouse=True)
def _no_rules_remembered():
    """What is cached about rules and boards has the rows of its own test."""
    rules.forget()
    sorting.forget()
    snapshots.forget()
