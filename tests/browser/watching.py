"""What a browser does beside showing the page: requests, complaints in the console, broken rules, dialogs."""

from collections.abc import Iterable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Dialog, Request, WebError

REPORT_VIOLATIONS = """
addEventListener("securitypolicyviolation", (event) =>
  console.error(`CSP ${event.violatedDirective}: ${event.blockedURI} ${event.sourceFile ?? ""}`));
"""
OWN_SCHEMES = ("data", "blob", "about")


class Watch:
    """Watches all pages of a context from before the first one is opened.

    foreign: requests that went elsewhere. problems: errors in the console, scripts that broke, rules that were broken.
    """

    def __init__(self, context: BrowserContext, address: str) -> None:
        self.host = urlsplit(address).netloc
        self.requests: list[Request] = []
        self.foreign: list[str] = []
        self.dialogs: list[str] = []
        self._problems: list[str] = []
        self._expected: set[int] = set()
        context.add_init_script(REPORT_VIOLATIONS)
        context.on("request", self._requested)
        context.on("console", self._said)
        context.on("weberror", self._broke)
        context.on("dialog", self._asked)

    def expect(self, statuses: Iterable[int]) -> None:
        """Answers that are refused on purpose; the browser complains of each in the console."""
        self._expected |= set(statuses)

    @property
    def problems(self) -> list[str]:
        return [line for line in self._problems if not any(f" {status}" in line for status in self._expected)]

    def forget(self) -> None:
        for record in (self.requests, self.foreign, self.dialogs, self._problems, self._expected):
            record.clear()  # type: ignore[attr-defined]

    def _requested(self, request: Request) -> None:
        self.requests.append(request)
        parts = urlsplit(request.url)
        if parts.scheme not in OWN_SCHEMES and parts.netloc != self.host:
            self.foreign.append(request.url)

    def _said(self, message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            self._problems.append(f"{message.type}: {message.text} ({message.location.get('url', '')})")

    def _broke(self, error: WebError) -> None:
        self._problems.append(f"script: {error.error}")

    def _asked(self, dialog: Dialog) -> None:
        self.dialogs.append(dialog.message)
        dialog.dismiss()
