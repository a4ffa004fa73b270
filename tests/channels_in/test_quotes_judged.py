"""A hundred mails of some twenty programs, in Indonesian and English: how many are read exactly as a person would.

Beside each NNN.eml lies NNN.txt: what the customer newly says in it.
"""

from collections import Counter
from pathlib import Path

import pytest

from channels_in.adapters.email import EmailAdapter
from tests.factories import ChannelFactory, UserFactory
from tests.receiving import receive, received

JUDGED = sorted((Path(__file__).parents[1] / "fixtures" / "mail" / "quotes").glob("*.eml"))
FEWEST_EXACT = 95


def without_blanks_at_line_ends(text):
    return "\n".join(line.rstrip() for line in text.strip().split("\n"))


def newly_said(path):
    return path.with_suffix(".txt").read_text(encoding="utf-8")


def read(path):
    (message,) = EmailAdapter().parse(path.read_bytes())
    return message


def test_at_least_95_of_a_hundred_mails_are_trimmed_to_exactly_what_is_new():
    inexact = [
        path.stem
        for path in JUDGED
        if without_blanks_at_line_ends(read(path).text) != without_blanks_at_line_ends(newly_said(path))
    ]

    assert len(JUDGED) == 100
    assert len(JUDGED) - len(inexact) >= FEWEST_EXACT, f"inexact: {', '.join(inexact)}"


def words_of(text):
    """Each word as often as it is said; what a phone glues to the last full stop makes no other word of it."""
    return Counter(text.replace(".", " ").split())


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_no_new_word_is_ever_lost(path):
    assert words_of(newly_said(path)) - words_of(read(path).text) == Counter()


@pytest.mark.parametrize("path", JUDGED, ids=lambda path: path.stem)
def test_the_full_text_keeps_all_that_was_trimmed(path):
    message = read(path)

    assert message.text in message.full_text


@pytest.mark.django_db
def test_what_was_trimmed_is_one_click_away_on_the_ticket(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")
    receive(ChannelFactory(), (JUDGED[0].parent / "004.eml").read_bytes())
    [message] = received()
    frame = f"/files/messages/{message.pk}/body/"

    page = client.get(f"/desk/t/{message.ticket.reference}/").content.decode()

    assert ("Foto menyusul." in page, "Pesanan Anda sudah kami kirim." in page) == (True, False)
    assert f'src="{frame}"' in page
    assert "Pesanan Anda sudah kami kirim." in client.get(frame).content.decode()
