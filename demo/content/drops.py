"""Raw material for the gentle stream of new complaints that keeps the demo alive."""

import random
from collections.abc import Sequence
from datetime import datetime

from demo.content.company import staff
from demo.content.people import customers
from demo.content.shapes import Person, Scenario
from demo.content.stories import scenarios
from demo.content.wording import draw_details, render

WRITTEN = ("email", "webform")
SHARE_KNOWN = 0.7


def drip(rng: random.Random, *, known: Sequence[Person] = (), now: datetime | None = None) -> tuple[Person, str, str]:
    """Who writes, the subject and the text of one new complaint.

    known: customers of the demo, from whom most senders are taken; without any everybody is new.
    now: aware; without it days are named by weekday only.
    """
    candidates = known if known and rng.random() < SHARE_KNOWN else customers(rng, 40)
    person = rng.choice([person for person in candidates if not person.key])
    fitting = [scenario for scenario in scenarios() if scenario.fits(person) and _is_written(scenario)]
    scenario = rng.choices(fitting, weights=[scenario.weight for scenario in fitting])[0]
    details = draw_details(rng, person, opened_at=now)
    agent = staff()[0]
    subject = render(rng.choice(scenario.subjects), person, agent, rng, details=details)
    return person, subject, render(rng.choice(scenario.steps[0].texts), person, agent, rng, details=details)


def _is_written(scenario: Scenario) -> bool:
    return any(kind in WRITTEN for kind in scenario.channels)
