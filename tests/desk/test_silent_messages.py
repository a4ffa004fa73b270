"""Messages that say nothing, or that we cannot read: the desk says so, in the reader's language and not in theirs."""

import re

import pytest

from tests.desk.conftest import desk_of, words
from tests.factories import UserFactory
from tickets.models import Message, Ticket

pytestmark = pytest.mark.django_db


@pytest.fixture
def silent(ticket):
    Ticket.objects.update(preview="", subject="")
    Message.objects.update(text="", full_text="")
    return ticket


@pytest.mark.parametrize(
    ("language", "no_text", "no_subject"),
    [("en", "(no text)", "(no subject)"), ("id", "(tanpa teks)", "(tanpa perihal)")],
)
def test_a_message_without_words_says_so_in_the_queue_and_on_the_ticket(
    silent, network, at, language, no_text, no_subject
):
    desk = desk_of(UserFactory(language=language, teams=[network]))

    assert f"{no_subject} {no_text}" in words(desk.get("/desk/?view=open"))
    page = desk.get(at())
    assert f'<p class="entry-text entry-silent">{no_text}</p>' in page.content.decode()
    assert f"<title>{no_subject} · {silent.reference}" in re.sub(r">\s+", ">", page.content.decode())
    assert Message.objects.get().text == ""


@pytest.mark.parametrize(
    ("remark", "sentence"),
    [
        ("encrypted", "encrypted, we cannot read it"),
        ("unopened", "winmail.dat is damaged and attached as it came"),
    ],
)
def test_what_a_reader_must_know_of_a_mail_stands_beside_its_sender(desk, ticket, at, remark, sentence):
    Message.objects.update(remarks=[remark, "for_programs_only"])

    page = words(desk.get(at()))

    assert sentence in page
    assert "for_programs_only" not in page
