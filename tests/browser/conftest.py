"""Chromium before a demo that really runs.

The scope is the package, not the session: as long as Playwright's loop runs in this thread, Django refuses the tests
that come after these their database.
"""

import os
import shutil
import socket
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from tests.browser.crawling import Crawl
from tests.browser.running import Demo
from tests.browser.visiting import Visits

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
PROGRAMS = ("chromium", "chromium-browser", "google-chrome")


def pytest_itemcollected(item: pytest.Item) -> None:
    """Looks at states, which two processes may share (tests/sharing.py): how long they take matters to none of them."""
    if isinstance(item, pytest.Function) and {"crawl", "state"} <= set(item.fixturenames):
        item.add_marker(pytest.mark.looks)


@pytest.fixture(scope="package")
def demo(tmp_path_factory) -> Iterator[Demo]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    running = Demo(tmp_path_factory.mktemp("demo"), port)
    running.start()
    yield running
    assert running.stop() == 0, (running.var / "up.log").read_text()


@pytest.fixture(scope="package")
def chromium() -> Iterator[Browser]:
    program = os.environ.get("CHROMIUM") or next(filter(None, map(shutil.which, PROGRAMS)), None)
    if program is None:
        pytest.skip("needs Chromium: install it, or say in CHROMIUM where it is")
    with sync_playwright() as driver:
        browser = driver.chromium.launch(executable_path=program, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="package")
def all_visits(demo, chromium) -> Visits:
    return Visits(chromium, demo)


@pytest.fixture
def visits(all_visits) -> Iterator[Visits]:
    """Opens pages as one of the demo's people; what was opened is closed after the test."""
    yield all_visits
    all_visits.close()


@pytest.fixture
def desk(visits) -> Page:
    """An agent before the queue."""
    page: Page = visits.open("agent")
    page.goto("/desk/")
    return page


@pytest.fixture(scope="package")
def crawl(all_visits) -> Crawl:
    """All states of all pages, each looked at once."""
    return Crawl(all_visits)
