"""Pages as one of the demo's people sees them, or as a visitor does."""

from playwright.sync_api import Browser, BrowserContext, Page, StorageState, expect

from tests.browser.running import Demo
from tests.browser.watching import Watch

PATIENCE = 30_000  # milliseconds; a page needs a fraction of it, a machine under load may not


class Visits:
    """Opens pages in contexts of their own; whoever logs in does so once, by the demo's one click.

    watch_of(page): what was recorded of a page's context.
    """

    def __init__(self, browser: Browser, demo: Demo) -> None:
        self.browser, self.demo = browser, demo
        self._people: dict[str, StorageState] = {}
        self._watches: dict[BrowserContext, Watch] = {}
        self._kept: set[BrowserContext] = set()
        expect.set_options(timeout=PATIENCE)

    def open(
        self,
        role: str = "",
        *,
        language: str = "id",
        width: int = 1440,
        height: int = 900,
        script: bool = True,
        keep: bool = False,
    ) -> Page:
        """A page of a fresh context. role: agent, other-agent, supervisor, administrator, or a visitor.

        keep: the context outlives the test.
        """
        context = self.browser.new_context(
            base_url=self.demo.address,
            viewport={"width": width, "height": height},
            java_script_enabled=script,
            storage_state=self._logged_in(role) if role else None,
            timezone_id="Asia/Jakarta",
            locale="id-ID",
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE)
        context.add_cookies([{"name": "django_language", "value": language, "url": self.demo.address}])
        self._watches[context] = Watch(context, self.demo.address)
        if keep:
            self._kept.add(context)
        return context.new_page()

    def watch_of(self, page: Page) -> Watch:
        return self._watches[page.context]

    def close(self) -> None:
        for context in [each for each in self._watches if each not in self._kept]:
            context.close()
            del self._watches[context]

    def _logged_in(self, role: str) -> StorageState:
        if role not in self._people:
            context = self.browser.new_context(base_url=self.demo.address)
            page = context.new_page()
            page.goto("/staff/login/")
            page.get_by_test_id(f"login-{role}").click()
            page.wait_for_url("**/desk/**")
            self._people[role] = context.storage_state()
            context.close()
        return self._people[role]
