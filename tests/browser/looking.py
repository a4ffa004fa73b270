"""How a page looks to people and to axe: barriers, sideways scroll, targets too small, focus covered or unseen."""

from pathlib import Path
from typing import Any

from playwright.sync_api import Page

from helpdesk.environment import ROOT

AXE = ROOT / "node_modules" / "axe-core" / "axe.min.js"
QUESTIONS = Path(__file__).with_suffix(".js")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
GRAVE = ("serious", "critical")
RUN_AXE = """([part, rules]) => axe.run(part ? { include: [part] } : document,
  { runOnly: rules, resultTypes: ["violations"], preload: false })"""


def ask(page: Page, question: str, argument: object = None) -> Any:
    """One of the questions of looking.js."""
    source = QUESTIONS.read_text(encoding="utf-8")
    return page.evaluate(f"([question, argument]) => {source}[question](argument)", [question, argument])


def axe(page: Page, *, part: str = "") -> list[str]:
    """What axe calls serious or critical, one line a finding. part: only inside this selector.

    Its script comes from outside of the page, whose own rules would refuse it as a script tag.
    """
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text(encoding="utf-8"))
    ask(page, "settled")
    found = page.evaluate(RUN_AXE, [part, RULES])["violations"]
    return [
        f"{rule['id']} ({rule['impact']}): {node['html'][:200]} {_reason(node)}"
        for rule in found
        if rule["impact"] in GRAVE
        for node in rule["nodes"]
        if not _half_scrolled(node)
    ]


def _half_scrolled(node: dict[str, Any]) -> bool:
    """A target that the edge of a scrolled part happens to cut; small_targets measures its real size."""
    told = [each["data"] for each in node["any"] if each["id"] == "target-size"]
    return any(data["messageKey"] == "partiallyObscured" for data in told if data)


def _reason(node: dict[str, Any]) -> str:
    checks = [*node["any"], *node["all"], *node["none"]]
    return "; ".join(check["message"] for check in checks)[:200]


def sideways(page: Page) -> str:
    """Why the page scrolls sideways; empty where it does not."""
    ask(page, "settled")
    return str(ask(page, "sideways"))


def small_targets(page: Page, *, least: int) -> list[str]:
    return list(ask(page, "smallTargets", least))


def focus(page: Page) -> Any:
    """Where the focus is: what, seen, marked; None where it is nowhere."""
    return ask(page, "focus")


def enlarge_text(page: Page, percent: int) -> None:
    """Text alone, as a browser's setting does it."""
    page.evaluate("(percent) => { document.documentElement.style.fontSize = `${percent}%` }", percent)
