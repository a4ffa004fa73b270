"""An apology says whose responsibility it was and what is repaired; regret alone is none (domain.md 5.5, SR-8)."""

import pytest

from tickets.apologies import check

WHOLE = {
    "id": "Kesalahan ini ada pada kami dan kami mohon maaf. Kelebihan tagihan sudah kami kembalikan pada 20 November.",
    "en": "This was our mistake and we are sorry. The double charge was refunded on 20 November.",
}


def codes(text: str, fault: str, *, blocking: bool = True) -> list[str]:
    return [finding.code for finding in check(text, fault=fault) if finding.blocks is blocking]


@pytest.mark.parametrize("language", ["id", "en"])
@pytest.mark.parametrize("fault", ["ours", "partner"])
def test_responsibility_and_repair_with_its_date_make_an_apology(language, fault):
    assert check(WHOLE[language], fault=fault) == []


@pytest.mark.parametrize("text", ["Kami mohon maaf atas ketidaknyamanannya.", "We are sorry for the inconvenience."])
def test_regret_alone_is_no_apology_where_it_was_our_fault(text):
    assert codes(text, "ours") == ["responsibility", "repair"]


def test_a_repair_without_a_date_is_only_a_hint():
    text = "Ini kesalahan kami, kami mohon maaf; tagihan Anda sudah kami perbaiki."

    assert (codes(text, "ours"), codes(text, "ours", blocking=False)) == ([], ["date"])


@pytest.mark.parametrize("fault", ["customer", "force_majeure"])
def test_nobody_takes_responsibility_for_what_was_not_theirs(fault):
    assert codes(WHOLE["id"], fault) == ["blame"]
    assert codes("Kami menyesal Anda mengalami hal ini. Gangguan selesai hari ini.", fault) == []


@pytest.mark.parametrize("text", ["Hal ini tidak akan terulang.", "It will not happen again."])
def test_to_do_better_is_promised_only_with_a_date(text):
    assert "promise" in codes(f"{WHOLE['id']} {text}", "ours", blocking=False)
