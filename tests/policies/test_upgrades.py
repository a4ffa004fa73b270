"""What a company published with an older version holds as it did."""

from importlib import import_module

import pytest
from django.apps import apps

from policies import rules
from policies.models import Publication
from policies.services import packs, publishing
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

    rules.forget()
    assert [step["at_percent"] for step in rules.current(NINE).ladders["L-A"]] == [50, 75, 100, 150]
    assert Publication.objects.get().document["ladders"] == held
    assert publishing.differences() == []
