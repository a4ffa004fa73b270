"""When each step of a scenario happens, so that a technician promised for Thursday comes on Thursday."""

import random
from datetime import UTC, datetime, time, timedelta

from demo.content.shapes import Person, Scenario, Step
from demo.content.wording import DATE_IN, LATER_DATE_IN, Details, local

STAFF_HOURS, CALL_HOURS, CUSTOMER_HOURS = (7, 22), (8, 20), (5, 24)


def moments(scenario: Scenario, person: Person, details: Details, rng: random.Random) -> list[datetime]:
    """One moment per step, in UTC and never falling back, to be given to render() as `at`.

    Staff write by day, technicians come on the day and in the slot that was promised. details: with its opened_at.
    """
    if details.opened_at is None:
        raise ValueError("a scenario needs the moment it begins")
    at = named_at = details.opened_at
    found = []
    for place, step in enumerate(scenario.steps):
        if step.on:
            at = max(_visit(step, person, details, rng, named_at=named_at), at + timedelta(minutes=30))
        elif place:
            at = _awake(at + timedelta(minutes=rng.randint(*step.after)), step, person, rng)
        if any("{date}" in text for text in step.texts):
            named_at = at
        found.append(at.astimezone(UTC))
    return found


def _visit(step: Step, person: Person, details: Details, rng: random.Random, *, named_at: datetime) -> datetime:
    """Some time in the promised slot of the day that `step.on` stands for."""
    base, days = (named_at, DATE_IN) if step.on == "date" else (details.opened_at or named_at, LATER_DATE_IN)
    begin, end = details.slot
    here = local(base, person)
    begins = datetime.combine(here.date() + timedelta(days=days), time(begin), tzinfo=here.tzinfo)
    return begins + timedelta(minutes=rng.randint(15, (end - begin) * 60 - 10))


def _awake(at: datetime, step: Step, person: Person, rng: random.Random) -> datetime:
    """The moment itself by day, else some time in the first hour of the next."""
    first, last = CUSTOMER_HOURS if step.by == "customer" else CALL_HOURS if step.call else STAFF_HOURS
    here = local(at, person)
    if first <= here.hour < last:
        return at
    day = here.date() + timedelta(days=1 if here.hour >= last else 0)
    return datetime.combine(day, time(first), tzinfo=here.tzinfo) + timedelta(minutes=rng.randint(2, 58))
