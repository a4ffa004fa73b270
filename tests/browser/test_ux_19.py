"""ux.md, point 19: a chip goes from calm to amber, orange and red by itself, in word, sign and colour."""

from datetime import UTC, datetime, timedelta

import pytest
from playwright.sync_api import Locator, expect

pytestmark = pytest.mark.browser
LITTLE = timedelta(seconds=30)
STAGES = [("warn_at", "calm", "soon"), ("urgent_at", "soon", "urgent"), ("due_at", "urgent", "late")]


def a_clock_with_time(demo):
    """An open clock of the demo with its three moments still to come."""
    for row in demo.listed("deadlines/?state=running"):
        moments = {name: datetime.fromisoformat(row[name]) for name, _before, _after in STAGES}
        if moments["warn_at"] > datetime.now(UTC) + 4 * LITTLE and len(set(moments.values())) == len(moments):
            return row, moments
    raise AssertionError("the demo has no calm clock")


def look_of(chip: Locator) -> tuple[str | None, str]:
    """Its sign and its colour."""
    colour = chip.evaluate("(chip) => getComputedStyle(chip).backgroundColor")
    return chip.locator("use").get_attribute("href"), str(colour)


def test_ux_19_a_chip_turns_amber_orange_and_red_without_a_reload(visits, demo):
    row, moments = a_clock_with_time(demo)
    reference = demo.api(f"tickets/{row['ticket']}")["reference"]
    page = visits.open("administrator", language="en")
    page.clock.install()
    page.goto(f"/desk/t/{reference}/deadlines/")
    chip = page.locator(f"#clock-{row['id']} due-chip")
    passed, looks = datetime.now(UTC), [look_of(chip)]

    for name, before, after in STAGES:
        for at, look in ((moments[name] - LITTLE, before), (moments[name] + LITTLE, after)):
            page.clock.fast_forward(int((at - passed).total_seconds() * 1000))
            passed = at
            page.clock.run_for(16_000)
            passed += timedelta(seconds=16)
            expect(chip).to_contain_class(f"due-{look}")
        expect(chip).not_to_have_css("background-color", looks[-1][1])  # a busy browser paints it a moment later
        looks.append(look_of(chip))

    expect(chip).to_contain_text("late")
    for told in zip(*looks, strict=True):
        assert len(set(told)) == len(STAGES) + 1, told
    page.clock.run_for(60 * 60 * 1000)
    expect(chip).to_contain_text("late 1 h 0 m")
    assert visits.watch_of(page).problems == []
