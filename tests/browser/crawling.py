"""Arrives at each state once in each language and takes down everything that the points 38 to 40 ask of a page."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from playwright.sync_api import Page

from tests.browser.filing import Filed, file_complaints, ticket_of
from tests.browser.looking import ask, axe, enlarge_text, sideways, small_targets
from tests.browser.states import VISITOR, Scene, State
from tests.browser.visiting import Visits

SCREENS = ((1440, (1280,)), (360, (360, 320, 768)))  # where axe looks, and the widths that are measured from there
LONGER_WORDS = "id"  # measured at every width and with large text; the other language at the narrowest of each screen
SMALLEST_TARGET, SMALLEST_PUBLIC_TARGET = 24, 44  # CSS pixels
HEIGHT = 900


@dataclass
class Look:
    """What was seen. breaches, sideways, small: by width."""

    language: str = ""
    breaches: dict[int, list[str]] = field(default_factory=dict)
    sideways: dict[str, str] = field(default_factory=dict)
    small: dict[int, list[str]] = field(default_factory=dict)
    texts: list[str] = field(default_factory=list)
    labels: list[str] = field(default_factory=list)
    zoneless: list[str] = field(default_factory=list)
    foreign: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)


class Crawl:
    """Looks are kept: each state is arrived at once in each language, whichever test asks for it."""

    def __init__(self, visits: Visits) -> None:
        self.visits = visits
        self._looks: dict[tuple[str, str], Look] = {}
        self._filed: dict[str, Filed] = {}
        self._homes: dict[tuple[str, str], Page] = {}

    def look(self, state: State, language: str) -> Look:
        key = (state.name, language)
        if key not in self._looks:
            self._looks[key] = self._look(state, language)
        return self._looks[key]

    def scene(self, role: str, language: str, *, width: int = SCREENS[0][0], height: int = HEIGHT) -> Scene:
        """A fresh page to arrive at a state with. Its context is kept, so what it loaded once it has."""
        page = self._home(role, language).context.new_page()
        page.set_viewport_size({"width": width, "height": height})
        own, others, customer = self._tickets
        return Scene(page, self.visits.demo, self.filed(language), own, others, customer, self._rare)

    def filed(self, language: str) -> Filed:
        if language not in self._filed:
            requests = self._home(VISITOR, language).context.request
            self._filed[language] = file_complaints(requests, self.visits.demo)
        return self._filed[language]

    def _home(self, role: str, language: str) -> Page:
        key = (role, language)
        if key not in self._homes:
            self._homes[key] = self.visits.open(role, language=language, keep=True)
        return self._homes[key]

    @cached_property
    def _tickets(self) -> tuple[str, str, int]:
        """A ticket of the agent's team, one of another team, and the customer of the first."""
        page = self._home("agent", "id")
        found = []
        for team in ("network", "billing"):
            page.goto(f"/desk/?view=team-{team}&channel=email")
            found.append((page.locator("[data-row]").first.get_attribute("id") or "").removeprefix("row-"))
        return found[0], found[1], ticket_of(self.visits.demo, found[0])["customer"]

    @cached_property
    def _rare(self) -> dict[str, object]:
        done = self.visits.demo.manage("shell", "--no-imports", "-c", "from tests.browser.rare import write; write()")
        assert done.returncode == 0, done.stderr.decode()
        found: dict[str, object] = json.loads(done.stdout)
        return found

    def _look(self, state: State, language: str) -> Look:
        seen = Look()
        watch = self.visits.watch_of(self._home(state.role, language))
        watch.forget()
        watch.expect(range(400, 600) if state.status >= 400 else ())
        page = self._arrive(state, language, width=SCREENS[0][0])
        seen.language = page.locator("html").get_attribute("lang") or ""
        seen.texts, seen.labels, seen.zoneless = (ask(page, each) for each in ("texts", "labels", "zoneless"))
        for screen, widths in SCREENS:
            if state.part and page.viewport_size != {"width": screen, "height": HEIGHT}:
                page.close()
                page = self._arrive(state, language, width=screen)  # a menu finds its place when it opens
            self._measure(page, state, seen, screen=screen, widths=widths)
        page.close()
        seen.foreign, seen.problems = list(watch.foreign), list(watch.problems)
        return seen

    def _arrive(self, state: State, language: str, *, width: int) -> Page:
        scene = self.scene(state.role, language, width=width)
        state.arrive(scene)
        return scene.page

    def _measure(self, page: Page, state: State, seen: Look, *, screen: int, widths: Sequence[int]) -> None:
        page.set_viewport_size({"width": screen, "height": HEIGHT})
        seen.breaches[screen] = axe(page, part=state.part)
        thorough = seen.language == LONGER_WORDS
        for width in widths if thorough else [min(widths)]:
            page.set_viewport_size({"width": width, "height": HEIGHT})
            seen.sideways[f"{width} px"] = sideways(page)
            seen.small[width] = small_targets(page, least=SMALLEST_TARGET if state.role else SMALLEST_PUBLIC_TARGET)
        if thorough:
            enlarge_text(page, 200)
            seen.sideways[f"{page.viewport_size} at 200 %"] = sideways(page)
            enlarge_text(page, 100)
