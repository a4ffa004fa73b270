"""What a company published with an older version holds as it did."""

from importlib import import_module

import pytest
from django.apps import apps

from policies import rules
from policies.models import Ladder, LadderStep, LoadedPack, Publication
from policies.services import ladders, packs, publishing
from policies.services.ladders import StepValues
from tests.factories import UserFactory
from tests.moments import moment

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")


def test_ladders_that_held_before_they_were_published_go_on_holding():
    packs.load("isp", now=NINE)
    published = Publication.objects.get()
    held = published.document.pop("ladders")
    for pack in published.document["legal"]:
        del pack["extension_reasons"], pack["documents_days"], pack["converts_to"]
    published.save()
    rules.forget()
    assert dict(rules.current(NINE).ladders) == {}

    import_module("policies.migrations.0009_published_ladders").keep_ladders(apps, None)
    import_module("policies.migrations.0010_step_numbers").number_steps(apps, None)

    rules.forget()
    assert [step["at_percent"] for step in rules.current(NINE).ladders["L-A"]] == [50, 75, 100, 150]
    assert Publication.objects.get().document["ladders"] == held
    assert publishing.differences() == []


def test_steps_get_the_number_of_the_place_at_which_they_were_published():
    packs.load("isp", now=NINE)
    published = Publication.objects.get()
    for step in [step for each in published.document["ladders"] for step in each["steps"]]:
        del step["number"]
    published.save()
    admin = UserFactory(role="administrator").actor()
    ladders.move("L-A", 4, up=True, actor=admin, now=NINE)
    ladders.change("L-A", 1, StepValues(at_percent=40, level=1, actions=["notify"]), actor=admin, now=NINE)
    ladders.add("L-A", StepValues(at_percent=200, level=5, actions=["notify"]), actor=admin, now=NINE)
    for step in LadderStep.objects.all():
        LadderStep.objects.filter(pk=step.pk).update(number=100 + step.pk)  # none that is to be found

    import_module("policies.migrations.0010_step_numbers").number_steps(apps, None)

    steps = Ladder.objects.get(code="L-A").steps.values_list("number", "at_percent")
    assert list(steps) == [(1, 40), (2, 75), (4, 150), (3, 100), (5, 200)]
    assert Ladder.objects.get(code="L-A").last_number == 5
    [held] = [each for each in Publication.objects.get().document["ladders"] if each["code"] == "L-A"]
    assert [(step["number"], step["at_percent"]) for step in held["steps"]] == [(1, 50), (2, 75), (3, 100), (4, 150)]


def test_a_pack_that_was_loaded_with_its_sources_in_one_language_is_not_taken_for_edited():
    packs.load("ID-ISP", now=NINE)
    loaded = LoadedPack.objects.get()
    words = loaded.entries["legal:ID-ISP"]
    words["source"] = words.pop("source_en")
    loaded.save()

    import_module("policies.migrations.0011_sources").rename_loaded(apps, None)

    assert LoadedPack.objects.get().entries["legal:ID-ISP"]["source_en"].startswith("Voluntary.")
