import pytest

from policies.models import Channel
from policies.wording import SIGNATURE_PLACES, fill, signature, unknown_places


def test_places_are_filled_in_once_and_what_stands_in_a_value_stays_text():
    assert fill("Salam, {{ agent }} / {{company}}", {"agent": "{{ company }}", "company": "Nusanet"}) == (
        "Salam, {{ company }} / Nusanet"
    )


@pytest.mark.parametrize("text", ["{% load static %}", "{{ agent.password }}", "{{ agent|safe }}"])
def test_what_is_no_place_stays_as_it_was_written(text):
    assert fill(text, {"agent": "Dewi"}) == text


def test_a_place_that_the_vocabulary_does_not_have_is_named_and_comes_out_empty():
    assert unknown_places("{{ agent }} {{ salary }} {{ salary }}", SIGNATURE_PLACES) == ["salary"]
    assert fill("[{{ salary }}]", {}) == "[]"


def test_a_mailbox_signs_in_the_customers_language():
    channel = Channel(
        name="Nusanet Keluhan",
        settings={"signature_id": "Salam,\n{{ agent }}\n{{ company }} · {{ reference }}"},
    )

    signed = {
        language: signature(channel, language=language, agent="Dewi", reference="KLH-2611-7F4Q2XK")
        for language in ("id", "en")
    }

    assert signed == {
        "id": "Salam,\nDewi\nNusanet Keluhan · KLH-2611-7F4Q2XK",
        "en": "Dewi\nNusanet Keluhan",
    }
