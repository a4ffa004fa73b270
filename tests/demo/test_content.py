"""The demo's story: what is written holds together, what is drawn is believable and comes out the same twice."""

import random
import re
import tomllib
from collections import Counter
from datetime import UTC, datetime
from itertools import pairwise
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from demo.content import channels, customers, draw_details, drip, moments, render, scenarios, staff, teams
from demo.content.people import areas
from demo.content.wording import PLACEHOLDER, WORDS
from policies.models import Channel, Priority, QueryType
from policies.targets import GOALS
from staff.models import User
from tickets.models import Ticket

PACK = tomllib.loads((Path(__file__).parents[2] / "policies/packs/isp.toml").read_text(encoding="utf-8"))["query_type"]
REMEDIES = {"repair", "refund", "replacement", "explanation", "apology", "other"}
ONLY_STAFF_KNOWS = {
    "ticket",
    "date",
    "just_now",
    "lead",
    "agent",
    "odp",
    "credit",
    "slot",
    "greeting",
    "pak",
}
TEN_IN_THE_MORNING = datetime(2026, 11, 17, 3, 0, tzinfo=UTC)  # a Tuesday, by the clock of Jakarta


@pytest.fixture
def rng():
    return random.Random(20261117)


@pytest.fixture(scope="module")
def people():
    return customers(random.Random(7), 300)


def texts_of(scenario):
    return [*scenario.subjects, *(text for step in scenario.steps for text in step.texts)]


def somebody_for(scenario, people):
    if scenario.customer:
        return next(person for person in people if person.key == scenario.customer)
    return next(person for person in people if scenario.fits(person))


def test_there_are_seventy_scenarios_in_indonesian_and_twenty_in_english():
    languages = Counter(scenario.language for scenario in scenarios())

    assert languages["id"] >= 70
    assert languages["en"] >= 20
    assert len({scenario.slug for scenario in scenarios()}) == len(scenarios())


def test_every_query_type_of_the_pack_but_unsorted_happens_in_both_languages():
    types = {row["slug"] for row in PACK} - {"belum-dipilah"}

    assert len(types) == 18
    for language in ("id", "en"):
        assert {scenario.query_type for scenario in scenarios() if scenario.language == language} == types


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.slug)
def test_a_scenario_opens_with_the_customer_and_uses_known_words_only(scenario):
    known_staff, known_teams = {member.key for member in staff()}, {team.slug for team in teams()}

    assert scenario.steps[0].by == "customer"
    assert scenario.subjects
    assert scenario.audience in ("home", "firm", "new", "any")
    assert scenario.remedy in REMEDIES
    assert scenario.fault in {"", *Ticket.Fault.values}
    assert set(scenario.channels) <= {channel.kind for channel in channels()}
    assert sum(scenario.channels.values()) > 0
    assert set(scenario.areas) <= set(areas())
    assert (scenario.weight == 0) == bool(scenario.customer) == bool(scenario.days_ago)
    for step in scenario.steps:
        assert step.by in ("customer", "agent", "note")
        assert step.status in {"", *Ticket.Status.values}
        assert step.outcome in {"", *Ticket.Outcome.values}
        assert bool(step.outcome) <= (step.status == "resolved")
        assert step.team in {"", *known_teams}
        assert step.staff in {"", *known_staff}
        assert step.after[0] <= step.after[1]


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.slug)
def test_every_placeholder_is_known_and_a_customer_names_nothing_only_we_can_know(scenario):
    used = {name for text in texts_of(scenario) for name in PLACEHOLDER.findall(text)}
    said_first = {name for text in scenario.steps[0].texts for name in PLACEHOLDER.findall(text)}

    assert used <= set(WORDS)
    if not scenario.steps[0].call:  # a call is written down by the staff
        assert not said_first & ONLY_STAFF_KNOWS


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.slug)
def test_a_rendered_text_has_no_braces_and_no_alternatives_left(scenario, people, rng):
    person, agent = somebody_for(scenario, people), staff()[0]
    details = draw_details(rng, person, opened_at=TEN_IN_THE_MORNING)

    said = [render(text, person, agent, rng, details=details) for text in texts_of(scenario)]
    said += [render(text, person, agent, rng) for text in texts_of(scenario)]

    for text in said:
        assert not re.search(r"[{}\[\]|]", text)
        assert text == text.strip()
        assert "  " not in text


@pytest.mark.parametrize("scenario", scenarios(), ids=lambda scenario: scenario.slug)
def test_steps_follow_each_other_and_the_staff_writes_by_day(scenario, people, rng):
    person = somebody_for(scenario, people)
    details = draw_details(rng, person, opened_at=TEN_IN_THE_MORNING)

    found = moments(scenario, person, details, rng)

    assert len(found) == len(scenario.steps)
    assert all(earlier < later for earlier, later in pairwise(found))
    hours = [at.astimezone(ZoneInfo(person.time_zone)).hour for at in found]
    assert all(7 <= hour < 22 for hour, step in zip(hours, scenario.steps, strict=True) if step.by != "customer")


def test_a_technician_comes_on_the_day_and_in_the_slot_that_was_promised(people, rng):
    scenario = next(scenario for scenario in scenarios() if scenario.slug == "janji-besok-tidak-datang")
    person = next(person for person in people if scenario.fits(person) and person.time_zone == "Asia/Jakarta")
    details = draw_details(rng, person, opened_at=TEN_IN_THE_MORNING)
    found = moments(scenario, person, details, rng)
    promise, visit = 2, next(place for place, step in enumerate(scenario.steps) if step.on == "date")

    said = render(scenario.steps[promise].texts[0], person, staff()[0], rng, details=details, at=found[promise])

    come = found[visit].astimezone(ZoneInfo(person.time_zone))
    assert come.day == 18
    assert "Rabu, 18 November" in said
    assert f"pukul {details.slot[0]:02}.00" in said
    assert details.slot[0] <= come.hour < details.slot[1]


def test_question_and_answer_of_one_ticket_name_the_same_amount(people, rng):
    person = next(person for person in people if person.kind == "home" and person.language == "id")
    details = draw_details(rng, person)

    asked = render("Tagihan saya {wrong_amount}?", person, staff()[2], rng, details=details)
    answered = render("Benar, {wrong_amount}.", person, staff()[2], rng, details=details)

    amount = f"{person.package.monthly + details.extra:,}".replace(",", ".")
    assert (asked, answered) == (f"Tagihan saya Rp{amount}?", f"Benar, Rp{amount}.")


def test_an_unknown_placeholder_is_refused(people, rng):
    with pytest.raises(KeyError):
        render("Halo {nobody}", people[0], staff()[0], rng)


def test_frequent_scenarios_open_in_several_wordings():
    for scenario in scenarios():
        if scenario.weight >= 5:
            assert len(scenario.steps[0].texts) >= 2, scenario.slug


def test_two_thousand_openings_hardly_repeat_themselves(people, rng):
    openings: Counter[str] = Counter()
    for _ in range(2000):
        person = rng.choice(people)
        fitting = [scenario for scenario in scenarios() if scenario.fits(person)]
        scenario = rng.choices(fitting, weights=[scenario.weight for scenario in fitting])[0]
        openings[render(rng.choice(scenario.steps[0].texts), person, staff()[0], rng)] += 1

    assert len(openings) > 1400
    assert openings.most_common(1)[0][1] <= 20


def test_our_staff_never_writes_familiarly_in_indonesian():
    familiar = re.compile(r"\b(kamu|gan|sis|bro|elo|lu|gue)\b", re.IGNORECASE)

    for scenario in scenarios():
        written = [text for step in scenario.steps if step.by == "agent" for text in step.texts]
        assert not [text for text in written if familiar.search(text)], scenario.slug


def test_nothing_written_leads_out_of_the_demo(people):
    everything = [text for scenario in scenarios() for text in texts_of(scenario)]

    assert not [text for text in everything if "http" in text or "www." in text]
    assert all(person.email.endswith(".example") for person in people)
    assert all(re.fullmatch(r"\+62 812-5550-\d{4}", person.phone) for person in people)
    assert all(member.email.endswith("@nusanet.example") for member in staff())


def test_the_people_differ_and_one_in_eight_writes_english(people):
    assert len(people) == 300
    for name in ("name", "email", "phone"):
        assert len({getattr(person, name) for person in people}) == 300
    assert sum(person.language == "en" for person in people) == 36
    kinds = Counter(person.kind for person in people)
    assert (kinds["firm"], kinds["new"]) == (33, 48)
    assert {person.since.year for person in people} == set(range(2016, 2027))
    assert all(person.service_number or person.kind == "new" for person in people)


@pytest.mark.parametrize("count", [1, 40, 300, 1500])
def test_as_many_customers_as_asked_for(count):
    assert len({person.email for person in customers(random.Random(1), count)}) == count


def test_every_written_story_has_its_customer_in_the_same_language(people):
    cast = {person.key: person for person in people if person.key}

    for scenario in scenarios():
        if scenario.customer:
            assert cast[scenario.customer].language == scenario.language
            assert scenario.opens is not None
            assert not scenario.fits(cast[scenario.customer])


def test_the_same_trouble_came_three_times_by_three_channels_and_two_teams():
    told = [scenario for scenario in scenarios() if scenario.slug.startswith(("siti-1", "siti-2", "siti-3"))]

    assert {kind for scenario in told for kind in scenario.channels} == {"whatsapp", "phone", "email"}
    assert {scenario.query_type for scenario in told} == {"putus-nyambung"}
    assert {"billing", "network"} <= {step.team for scenario in told for step in scenario.steps}
    assert sorted(scenario.days_ago for scenario in told) == [2, 4, 12]


def test_the_same_seed_tells_the_same_story():
    def told(seed):
        rng = random.Random(seed)
        people = customers(rng, 60)
        return people, drip(rng, known=people), drip(rng)

    assert told(3) == told(3)
    assert told(3) != told(4)


def test_the_drip_brings_ready_texts_from_people_without_a_story_of_their_own(people, rng):
    for _ in range(200):
        person, subject, text = drip(rng, known=people, now=TEN_IN_THE_MORNING)

        assert person.key == ""
        assert subject
        assert text
        assert not re.search(r"[{}\[\]|]", subject + text)


def test_the_company_has_three_teams_and_eight_people():
    roles = Counter(member.role for member in staff())

    assert [team.slug for team in teams()] == ["network", "billing", "care"]
    assert roles == {User.Role.AGENT: 5, User.Role.SUPERVISOR: 2, User.Role.ADMINISTRATOR: 1}
    assert {team for member in staff() for team in member.teams} == {team.slug for team in teams()}
    assert {channel.kind for channel in channels()} <= set(Channel.Kind.values)
    assert {channel.team for channel in channels()} <= {"", *(team.slug for team in teams())}


def test_the_pack_fits_its_table_and_offers_at_most_eight_choices():
    lengths = {"name_id": 120, "name_en": 120, "hint_id": 200, "hint_en": 200}
    fields = {field.name for field in QueryType._meta.get_fields()}

    for row in PACK:
        assert set(row) - {"ladder", *GOALS} <= fields
        assert row["kind"] in QueryType.Kind.values
        assert row["priority"] in Priority.values
        assert row["team"] in {team.slug for team in teams()}
        assert all(0 < len(row[name]) <= length for name, length in lengths.items())
    assert len({row["slug"] for row in PACK}) == len(PACK) == 18
    assert 0 < sum(row["customer_choice"] for row in PACK) <= 8
