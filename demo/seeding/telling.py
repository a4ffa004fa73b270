"""Telling the stories: who complains when about what, and what was said, in memory, before any row is written."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from demo.content import Scenario, Step, draw_details, moments, render, scenarios, staff
from demo.seeding.company import Company
from demo.seeding.customers import Known
from policies.models import Channel
from tickets.references import new_reference

DAYS = 90
STILL_WAITING_DAYS, SHARE_STILL_WAITING = 5, 0.75
WAITING_AFTER = timedelta(hours=1)
SHARE_TAKEN = 0.6
WAKING_HOURS, MORNING = (6, 22), time(9)
MEMBERS = {member.key: member for member in staff()}


@dataclass(slots=True)
class Said:
    """One utterance, with what the ticket is from then on. agent: key of the member of staff who said or wrote it."""

    step: Step
    at: datetime
    text: str
    agent: str
    team: str
    channel: Channel


@dataclass(slots=True)
class Story:
    """One ticket as it went, up to now. taken: somebody has it although nobody has answered yet."""

    known: Known
    scenario: Scenario
    reference: str
    subject: str
    taken: bool
    said: list[Said] = field(default_factory=list)

    @property
    def channel(self) -> Channel:
        return self.said[0].channel


def tell(company: Company, people: Sequence[Known], rng: random.Random, *, count: int, now: datetime) -> list[Story]:
    """`count` stories over the last 90 days, in the order they began; those written for one person come first."""
    once = [_told_once(company, scenario, known, rng, now=now) for scenario, known in _once(people)]
    told = {story.reference: story for story in once}
    while len(told) < count:
        opened_at = _some_moment(rng, now=now)
        known = _somebody(people, rng)
        fitting = [scenario for scenario in scenarios() if scenario.fits(known.person)]
        scenario = rng.choices(fitting, weights=[each.weight for each in fitting])[0]
        story = _story(company, scenario, known, rng, opened_at=opened_at, now=now)
        told.setdefault(story.reference, story)
    return sorted(told.values(), key=lambda story: story.said[0].at)


def _once(people: Sequence[Known]) -> Iterator[tuple[Scenario, Known]]:
    by_key = {known.person.key: known for known in people if known.person.key}
    return ((scenario, by_key[scenario.customer]) for scenario in scenarios() if scenario.customer in by_key)


def _told_once(company: Company, scenario: Scenario, known: Known, rng: random.Random, *, now: datetime) -> Story:
    """On its day, at its hour; a day earlier where that hour is still to come."""
    zone = ZoneInfo(known.person.time_zone)
    day = now.astimezone(zone).date() - timedelta(days=scenario.days_ago)
    opened_at = datetime.combine(day, scenario.opens or MORNING, tzinfo=zone)
    if opened_at > now:
        opened_at -= timedelta(days=1)
    return _story(company, scenario, known, rng, opened_at=opened_at, now=now)


def _some_moment(rng: random.Random, *, now: datetime) -> datetime:
    """By day in Jakarta, a little more of it lately."""
    day = now - timedelta(days=DAYS * rng.random() ** 1.15)
    local = day.astimezone(ZoneInfo("Asia/Jakarta"))
    awake = local.replace(hour=rng.randint(*WAKING_HOURS), minute=rng.randint(0, 59), second=rng.randint(0, 59))
    return min(awake, now - timedelta(minutes=rng.randint(2, 240)))


def _somebody(people: Sequence[Known], rng: random.Random) -> Known:
    """Some complain more than others; those with a story of their own keep to it."""
    while True:
        known = people[int(len(people) * rng.random() ** 1.6)]
        if not known.person.key:
            return known


def _story(
    company: Company, scenario: Scenario, known: Known, rng: random.Random, *, opened_at: datetime, now: datetime
) -> Story:
    person, reference = known.person, new_reference(opened_at)
    details = draw_details(rng, person, ticket=reference, opened_at=opened_at)
    type_team = company.query_types[scenario.query_type].team
    team = type_team.slug if type_team else "care"
    kind = rng.choices(list(scenario.channels), weights=list(scenario.channels.values()))[0]
    agent = MEMBERS[rng.choice(company.agents_of(team))]
    subject = render(rng.choice(scenario.subjects), person, agent, rng, details=details)
    story = Story(known, scenario, reference, subject, taken=rng.random() < SHARE_TAKEN)
    for step, at in zip(scenario.steps, moments(scenario, person, details, rng), strict=True):
        if at > now:
            break
        if step.team and step.team != team:
            team, agent = step.team, MEMBERS[rng.choice(company.agents_of(step.team))]
        kind = step.channel or kind
        agent = MEMBERS[step.staff] if step.staff else agent
        text = render(rng.choice(step.texts), person, agent, rng, details=details, at=at)
        story.said.append(Said(step, at, text, agent.key, team, company.channel_for(kind, team)))
    _leave_waiting(story, rng, now=now)
    return story


def _leave_waiting(story: Story, rng: random.Random, *, now: datetime) -> None:
    """Lately begun stories are often not told to the end, so that there is work in the queue.

    They stop within an hour and before somebody has to ask again, when not every clock has run out yet.
    """
    begun, ended = story.said[0].at, story.said[-1].step.outcome
    young = now - begun < timedelta(days=STILL_WAITING_DAYS)
    if story.scenario.customer or not young or (rng.random() > SHARE_STILL_WAITING and ended):
        return
    soon = [said.step.by for said in story.said if said.at - begun <= WAITING_AFTER]
    asked_again = [place for place in range(1, len(soon)) if soon[place] == soon[place - 1] == "customer"]
    until = rng.randint(1, min([len(soon), *asked_again]))
    story.said = [
        said for place, said in enumerate(story.said) if place < until and (not place or not said.step.outcome)
    ]
