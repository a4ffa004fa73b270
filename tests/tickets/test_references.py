import secrets

import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests import factories
from tests.moments import moment
from tickets.references import ALPHABET, PATTERN, check_character, new_reference, references_in
from tickets.services.inward.numbering import unused_references

CODES = st.text(ALPHABET, min_size=6, max_size=6)


def test_a_reference_names_the_month_in_local_time_and_checks_itself():
    reference = new_reference(moment("2026-12-01 00:30"))
    assert reference.startswith("KLH-2612-")
    assert PATTERN.fullmatch(reference)
    assert references_in(f"Re: soal {reference.lower()} kemarin") == [reference]


@given(CODES, st.integers(0, 5), st.sampled_from(ALPHABET))
def test_one_wrong_character_is_always_found(code, place, wrong):
    mistyped = code[:place] + wrong + code[place + 1 :]
    assert (check_character(mistyped) == check_character(code)) == (mistyped == code)


@given(CODES, st.integers(0, 4))
def test_two_swapped_neighbours_are_always_found(code, place):
    swapped = code[:place] + code[place + 1] + code[place] + code[place + 2 :]
    assert (check_character(swapped) == check_character(code)) == (swapped == code)


@pytest.mark.django_db
def test_a_reference_that_a_ticket_has_is_not_given_out_again(monkeypatch):
    factories.TicketFactory(reference="KLH-2611-222222" + check_character("222222"))
    draws = iter("222222333333444444")
    monkeypatch.setattr(secrets, "choice", lambda _: next(draws))

    given_out = unused_references(2, now=moment("2026-11-24 10:00"))

    assert [each[9:15] for each in sorted(given_out)] == ["333333", "444444"]
