import pytest

from tickets.thanks import is_just_thanks


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih banyak, Mbak Dewi!",
        "Makasih kak, sudah normal.",
        "Ok thanks",
        "Thank you so much, it works now.",
        "Baik, trims infonya 🙏",
    ],
)
def test_short_thanks_are_proposed_as_just_thanks(text):
    assert is_just_thanks(text)


@pytest.mark.parametrize(
    "text",
    [
        "Terima kasih, tapi masih mati.",
        "Thanks, but it still does not work.",
        "Terima kasih, kapan uangnya kembali?",
        "Makasih. Belum ada perubahan.",
        "Thanks, it isn't working",
        "Oke",
        "Terima kasih. " + "Saya ceritakan dari awal. " * 10,
    ],
)
def test_whatever_still_asks_for_something_is_not(text):
    assert not is_just_thanks(text)
