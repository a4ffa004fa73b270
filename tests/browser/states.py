"""The map of all pages and of the states they can be in: dialogs, menus, errors, nothing there."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

from playwright.sync_api import Page, Route, expect

from tests.browser.filing import Filed
from tests.browser.running import Demo

AGENT, OTHER, ADMINISTRATOR, VISITOR = "agent", "other-agent", "administrator", ""
FEW = "view=open&channel=counter"  # a short list beside the ticket keeps a look quick


@dataclass
class Scene:
    """What a state is arrived at with. ticket: one that the agent may change. others: one of another team.

    customer: who that ticket is from. rare: keys of what tests.browser.rare found and made.
    """

    page: Page
    demo: Demo
    filed: Filed
    ticket: str
    others: str
    customer: int
    rare: dict[str, object]


@dataclass(frozen=True)
class State:
    """status: what the page is answered with. part: what alone is looked at, where the rest was looked at before."""

    name: str
    role: str
    arrive: Callable[[Scene], object]
    status: int = 200
    part: str = ""

    def __str__(self) -> str:
        return self.name


STATES: list[State] = []


def at(name: str, role: str, address: str, *, status: int = 200) -> None:
    """A page with an address of its own; the names of a scene stand in braces."""

    def arrive(scene: Scene) -> None:
        answer = scene.page.goto(address.format(scene=scene, filed=scene.filed, few=FEW))
        assert answer is not None
        assert answer.status == status, f"{answer.url}: {answer.status}"

    STATES.append(State(name, role, arrive, status))


def state(name: str, role: str, *, status: int = 200, part: str = "") -> Callable[[Callable[[Scene], object]], None]:
    """A state that somebody has to bring about."""

    def keep(arrive: Callable[[Scene], object]) -> None:
        STATES.append(State(name, role, arrive, status, part))

    return keep


def named(*names: str) -> list[State]:
    found = {each.name: each for each in STATES}
    return [found[name] for name in names]


def goto_ticket(scene: Scene, more: str = "") -> Page:
    scene.page.goto(f"/desk/t/{scene.ticket}/?{FEW}{more}")
    return scene.page


# Customers
at("home", VISITOR, "/")
at("complain", VISITOR, "/complain/")
at("complain-story", VISITOR, "/complain/{filed.open}/story/")
at("complain-person", VISITOR, "/complain/{filed.open}/person/")
at("complain-check", VISITOR, "/complain/{filed.open}/check/")
at("complain-received", VISITOR, "/complain/{filed.sent}/received/")
at("complain-gone", VISITOR, "/complain/aaaaaaaaaaaaaaaaaaaaaaaa/story/", status=404)
at("look-up", VISITOR, "/c/")
at("look-up-of", VISITOR, "/c/{filed.reference}/")
at("link-sent", VISITOR, "/c/sent/")
at("link-gone", VISITOR, "/c/an-old-link/", status=404)
at("status", VISITOR, "{filed.link}")
at("status-answered", VISITOR, "{filed.answered_link}")
at("log-in", VISITOR, "/staff/login/")
at("not-found", VISITOR, "/nowhere/", status=404)


@state("complain-error", VISITOR)
def _(scene: Scene) -> None:
    scene.page.goto("/complain/")
    go_on(scene.page).click()
    expect(scene.page.locator(".problems")).to_be_visible()


@state("complain-story-error", VISITOR)
def _(scene: Scene) -> None:
    scene.page.goto(f"/complain/{scene.filed.unfinished}/story/")
    go_on(scene.page).click()
    expect(scene.page.locator(".problems")).to_be_visible()


@state("complain-person-error", VISITOR)
def _(scene: Scene) -> None:
    scene.page.goto(f"/complain/{scene.filed.unfinished}/person/")
    scene.page.locator("[name=email]").fill("siti at mail")
    go_on(scene.page).click()
    expect(scene.page.locator(".problems")).to_be_visible()


@state("status-error", VISITOR)
def _(scene: Scene) -> None:
    scene.page.goto(scene.filed.link)
    scene.page.locator("button[value=write]").click()
    expect(scene.page.locator(".problems")).to_be_visible()


@state("look-up-error", VISITOR)
def _(scene: Scene) -> None:
    scene.page.goto("/c/")
    scene.page.locator("#questions [type=submit]").click()
    expect(scene.page.locator(".problems")).to_be_visible()


@state("form-closed", VISITOR, status=503)
def _(scene: Scene) -> None:
    """Nothing can be stored, so the form says so."""
    scene.demo.rows("UPDATE policies_channel SET state = 'paused' WHERE kind = 'webform'")
    try:
        scene.page.goto("/complain/")
    finally:
        scene.demo.rows("UPDATE policies_channel SET state = 'active' WHERE kind = 'webform'")


@state("log-in-error", VISITOR, status=422)
def _(scene: Scene) -> None:
    log_in(scene, "nobody@nusanet.example")
    expect(scene.page.get_by_role("alert")).to_be_visible()


@state("log-in-locked", VISITOR, status=429)
def _(scene: Scene) -> None:
    for _turn in range(6):
        log_in(scene, "guessed@nusanet.example")
    expect(scene.page.get_by_text("429")).to_be_visible()


@state("csrf-refused", VISITOR, status=403)
def _(scene: Scene) -> None:
    scene.page.goto("/staff/login/")
    scene.page.locator("form:has([name=username]) [name=csrfmiddlewaretoken]").evaluate(
        "(field) => { field.value = 'stale' }"
    )
    scene.page.locator("[name=username]").fill("nobody@nusanet.example")
    scene.page.locator("[name=password]").fill("stale")
    scene.page.locator("[name=password]").press("Enter")
    expect(scene.page.get_by_text("403")).to_be_visible()


# The staff
at("queue-mine", AGENT, "/desk/")
at("queue-all", AGENT, "/desk/?view=open")
at("queue-resolved", AGENT, "/desk/?view=resolved&channel=counter")
at("queue-no-match", AGENT, "/desk/?view=open&channel=telegram")
at("queue-nothing-mine", ADMINISTRATOR, "/desk/?view=mine")
at("queue-nothing-in-team", ADMINISTRATOR, "/desk/?view=team-none")
at("filters", AGENT, "/desk/filters/")
at("ticket", AGENT, "/desk/t/{scene.ticket}/?{few}")
at("ticket-history", AGENT, "/desk/t/{scene.ticket}/?{few}&tab=history")
at("ticket-history-empty", AGENT, "/desk/t/{scene.ticket}/?{few}&tab=history&kind=call")
at("ticket-customer", AGENT, "/desk/t/{scene.ticket}/?{few}&tab=customer")
at("ticket-note", AGENT, "/desk/t/{scene.ticket}/?{few}&compose=note")
at("ticket-of-others", AGENT, "/desk/t/{scene.others}/?{few}")
at("ticket-unknown", AGENT, "/desk/t/KLH-2601-2222222/", status=404)
at("assign", AGENT, "/desk/t/{scene.ticket}/assign/?{few}")
at("resolve", AGENT, "/desk/t/{filed.reference}/resolve/?{few}")
at("wait", AGENT, "/desk/t/{scene.ticket}/wait/?{few}")
at("facts", AGENT, "/desk/t/{scene.ticket}/facts/?{few}")
at("call-form", AGENT, "/desk/t/{scene.ticket}/call/?{few}")
at("classify", AGENT, "/desk/t/{scene.ticket}/classify/?{few}")
at("close", AGENT, "/desk/t/{scene.ticket}/close/?{few}")
at("reopen", AGENT, "/desk/t/{scene.ticket}/reopen/?{few}")
at("facts", AGENT, "/desk/t/{scene.ticket}/facts/?{few}")
at("documents", AGENT, "/desk/t/{scene.rare[ticket]}/documents/?{few}")
at("in-writing", AGENT, "/desk/t/{scene.rare[ticket]}/in-writing/?{few}")
at("refuse", AGENT, "/desk/t/{scene.rare[ticket]}/refuse/?{few}")
at("customer", AGENT, "/desk/c/{scene.customer}/")
at("customer-marks", ADMINISTRATOR, "/desk/c/{scene.customer}/marks/")
at("customer-no-calls", AGENT, "/desk/c/{scene.customer}/?kind=call")
at("search", AGENT, "/desk/search/")
at("search-found", AGENT, "/desk/search/?q={filed.name}")
at("search-nothing", AGENT, "/desk/search/?q=xyzzyqwv")
at("profile", AGENT, "/staff/profile/")
at("forward", AGENT, "/desk/t/{scene.ticket}/forward/")
at("new", AGENT, "/desk/new/?customer={scene.customer}")
at("outbox", AGENT, "/desk/outbox/")
at("outbox-sent", AGENT, "/desk/outbox/?state=sent")
at("outbox-edit", AGENT, "/desk/outbox/{scene.rare[dispatch]}/edit/")
at("outbox-other-way", AGENT, "/desk/outbox/{scene.rare[dispatch]}/other-way/")
at("incoming", ADMINISTRATOR, "/desk/incoming/")
at("incoming-all", ADMINISTRATOR, "/desk/incoming/all/?state=parked&act=discard")
at("arrival", ADMINISTRATOR, "/desk/incoming/{scene.rare[arrival]}/")
at("blocked", ADMINISTRATOR, "/desk/blocked/")
at("incoming-forbidden", AGENT, "/desk/incoming/", status=403)
at("board", ADMINISTRATOR, "/board/")
at("board-forbidden", AGENT, "/board/", status=403)
at("board-acts", ADMINISTRATOR, "/board/t/{scene.ticket}/")
at("follow-ups", AGENT, "/desk/follow-ups/?whose=all")
at("follow-up", AGENT, "/desk/follow-ups/{scene.rare[follow_up]}/")
at("call-list", ADMINISTRATOR, "/desk/follow-ups/calls/network/")
at("notices", AGENT, "/desk/notices/")
at("availability", AGENT, "/staff/availability/")
at("deadlines", AGENT, "/desk/t/{scene.ticket}/deadlines/")
at("extend", AGENT, "/desk/t/{scene.rare[ticket]}/deadlines/{scene.rare[limit]}/extend/?{few}")
at("follow-up-new", AGENT, "/desk/t/{scene.ticket}/follow-up/")
at("escalate", AGENT, "/desk/t/{scene.ticket}/escalate/")
at("call", AGENT, "/desk/t/{scene.ticket}/?{few}&compose=call")
at("rules", ADMINISTRATOR, "/desk/rules/")
at("ladders", ADMINISTRATOR, "/desk/rules/ladders/")
at("ladder", ADMINISTRATOR, "/desk/rules/ladders/L-A/")
at("ladder-new", ADMINISTRATOR, "/desk/rules/ladders/new/")
at("ladder-step", ADMINISTRATOR, "/desk/rules/ladders/L-A/steps/1/")
at("rule-type", ADMINISTRATOR, "/desk/rules/types/internet-mati/")
at("rule-type-new", ADMINISTRATOR, "/desk/rules/new-type/")
at("rule", ADMINISTRATOR, "/desk/rules/types/tagihan-salah/rules/{scene.rare[rule]}/")
at("rule-new", ADMINISTRATOR, "/desk/rules/types/tagihan-salah/rules/new/")
at("rules-publish", ADMINISTRATOR, "/desk/rules/publish/")
at("rules-history", ADMINISTRATOR, "/desk/rules/history/")
at("rules-publication", ADMINISTRATOR, "/desk/rules/history/1/")
at("rule-packs", ADMINISTRATOR, "/desk/rules/packs/")
at("rule-pack", ADMINISTRATOR, "/desk/rules/packs/finance/")
at("rule-legal", ADMINISTRATOR, "/desk/rules/legal/ID-BANK/")
at("calendars", ADMINISTRATOR, "/desk/calendars/")
at("calendar", ADMINISTRATOR, "/desk/calendars/B/")
at("calendar-new", ADMINISTRATOR, "/desk/calendars/new/")
at("channels", ADMINISTRATOR, "/desk/channels/")
at("channel", ADMINISTRATOR, "/desk/channels/{scene.rare[channel]}/")
at("channel-new", ADMINISTRATOR, "/desk/channels/new/")
at("recalculations", ADMINISTRATOR, "/desk/recalculations/")
at("recalculation", ADMINISTRATOR, "/desk/recalculations/{scene.rare[recalculation]}/")
at("book-story", AGENT, "/demo/story/")


@state("ticket-reply-error", AGENT, status=422)
def _(scene: Scene) -> None:
    page = goto_ticket(scene)
    page.locator("#reply-text").fill("  ")
    page.locator("#reply-form .send-button").click()
    expect(page.locator("#reply-error")).to_be_visible()


@state("ticket-undo", AGENT)
def _(scene: Scene) -> None:
    page = goto_ticket(scene)
    page.locator("#reply-text").fill("Baik, kami periksa dulu.")
    page.locator("#reply-form .send-button").click()
    expect(page.locator("#undo-button")).to_be_visible()


@state("resolve-error", AGENT, status=422)
def _(scene: Scene) -> None:
    scene.page.goto(f"/desk/t/{scene.filed.reference}/resolve/?{FEW}")
    scene.page.locator("#content form [type=submit]").click()
    expect(scene.page.locator(".field-error").first).to_be_visible()


@state("rule-error", ADMINISTRATOR, status=422)
def _(scene: Scene) -> None:
    scene.page.goto("/desk/rules/types/tagihan-salah/rules/new/")
    scene.page.locator("#id_resolution").fill("-1")
    scene.page.locator("#content form [type=submit]").first.click()
    expect(scene.page.locator(".form-error")).to_be_visible()


@state("calendar-error", ADMINISTRATOR, status=422)
def _(scene: Scene) -> None:
    scene.page.goto("/desk/calendars/new/")
    scene.page.locator("#id_day_0").fill("25:00")
    scene.page.locator("#content form [type=submit]").click()
    expect(scene.page.locator("#id_day_0-error")).to_be_visible()


@state("extend-error", AGENT, status=422)
def _(scene: Scene) -> None:
    scene.page.goto("/desk/t/{ticket}/deadlines/{limit}/extend/".format(**scene.rare))
    scene.page.locator("#content form [type=submit]").first.click()
    expect(scene.page.locator("#id_done-error")).to_be_visible()


@state("board-menu", ADMINISTRATOR, part=".lane-menu[open]")
def _(scene: Scene) -> None:
    scene.page.goto("/board/")
    scene.page.locator(".lane-menu > summary").first.click()
    expect(scene.page.locator(".lane-menu[open] select").first).to_be_visible()


@state("change-menus", AGENT, part="#pop-classify")
def _(scene: Scene) -> None:
    page = goto_ticket(scene)
    page.locator("#pop-classify > summary").click()
    expect(page.locator("#pop-classify select").first).to_be_visible()


@state("status-menu", AGENT, part="#pop-status")
def _(scene: Scene) -> None:
    page = goto_ticket(scene)
    page.locator("#pop-status > summary").click()
    expect(page.locator("#pop-status .menu-item").first).to_be_visible()


@state("filter-menu", AGENT, part="#pop-filters")
def _(scene: Scene) -> None:
    scene.page.goto(f"/desk/?{FEW}")
    scene.page.locator("#pop-filters > summary").click()
    expect(scene.page.locator("#pop-filters select").first).to_be_visible()


@state("user-menu", AGENT, part="#user-menu")
def _(scene: Scene) -> None:
    scene.page.goto(f"/desk/?{FEW}")
    scene.page.locator("#user-menu > summary").click()
    expect(scene.page.locator("#go-new")).to_be_visible()


@state("keys", AGENT, part="#keys-help")
def _(scene: Scene) -> None:
    scene.page.goto(f"/desk/?{FEW}")
    scene.page.keyboard.press("?")
    expect(scene.page.locator("#keys-help")).to_be_visible()


@state("pane-error", AGENT, status=500)
def _(scene: Scene) -> None:
    page = goto_ticket(scene)
    page.route("**/desk/t/**", refuse)
    page.locator("#tab-history").click()
    expect(page.locator("#work .pane-error")).to_be_visible()


@state("pane-loading", AGENT)
def _(scene: Scene) -> None:
    page = goto_ticket(scene)
    page.route("**/desk/t/**", lambda route: None)  # no answer comes
    page.locator("#tab-history").click()
    expect(page.locator("#work .skeleton")).to_be_visible()
    page.evaluate("() => { document.documentElement.dataset.loadsForEver = '' }")


def refuse(route: Route) -> None:
    route.fulfill(status=500, body="")


def go_on(page: Page):  # type: ignore[no-untyped-def]
    return page.locator("#questions button.btn-primary[value=next]")


def log_in(scene: Scene, email: str) -> None:
    scene.page.goto("/staff/login/")
    scene.page.locator("[name=username]").fill(email)
    scene.page.locator("[name=password]").fill("wrong")
    scene.page.locator("[name=password]").press("Enter")
    scene.page.wait_for_load_state()


def path_of(page: Page) -> str:
    return urlsplit(page.url).path
