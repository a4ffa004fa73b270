"""Rules of the tests: whatever targets a test asks for, in force for every ticket."""

from datetime import datetime

from core.actor import SYSTEM
from policies import rules
from policies.models import Ladder, LadderStep, LegalPack, QueryType, TatRule
from policies.services import calendars, publishing
from tests.moments import moment

MARCH = moment("2026-03-01 09:00")


def in_force(
    *,
    now: datetime = MARCH,
    query_type: QueryType | None = None,
    calendar: str = "B",
    pauses: tuple[str, ...] = ("waiting_customer",),
    conditions: dict[str, list[object]] | None = None,
    ladder: Ladder | None = None,
    **targets: int,
) -> TatRule:
    """Put a rule in force: each target in minutes of the calendar's working time."""
    calendars.ship(now=now)
    rule = TatRule.objects.create(
        query_type=query_type,
        targets={goal: {"amount": target, "unit": "working"} for goal, target in targets.items()},
        conditions=conditions or {},
        calendar=calendar,
        pauses=list(pauses),
        ladder=ladder,
    )
    publish(now=now)
    return rule


def ladder(*steps: dict[str, object], code: str = "L-T") -> Ladder:
    """A ladder with these steps; each tells people unless it says otherwise."""
    made = Ladder.objects.create(code=code, name_id="Tangga", name_en="Ladder", last_number=len(steps))
    for place, step in enumerate(steps, start=1):
        said = {"position": place, "number": place, "actions": ["notify"], **step}
        LadderStep.objects.create(ladder=made, **said)
    return made


def law(*, now: datetime = MARCH, amount: int, unit: str, **fields: object) -> LegalPack:
    """A legal pack that asks for a resolution, in force for every ticket."""
    calendars.ship(now=now)
    pack = LegalPack.objects.create(
        code="HUKUM", title_id="H", title_en="Law", targets={"resolution": {"amount": amount, "unit": unit}}, **fields
    )
    publish(now=now)
    return pack


def publish(*, now: datetime = MARCH) -> None:
    rules.forget()
    publishing.publish(actor=SYSTEM, now=now, reason="test")
