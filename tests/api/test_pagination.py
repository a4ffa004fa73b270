"""Pages that neither repeat nor skip a row."""

import base64
import json

import pytest

from api.pagination import Cursor, read_cursor
from tests.api.conftest import refused
from tests.factories import MessageFactory, TicketFactory
from tests.moments import moment

FIRST = "http://testserver/api/v1/tickets/?page_size=2"


def pages(agent, address: str, *, step: str = "next") -> list[list[int]]:
    found = []
    while address:
        page = agent.get(address).json()
        found.append([row["id"] for row in page["results"]])
        address = page[step]
    return found


def last_page(agent, address: str) -> str:
    while following := agent.get(address).json()["next"]:
        address = following
    return str(address)


def test_pages_lead_through_the_whole_list_and_back(agent):
    ids = [TicketFactory().pk for _ in range(5)][::-1]

    assert pages(agent, FIRST) == [ids[:2], ids[2:4], ids[4:]]
    assert pages(agent, last_page(agent, FIRST), step="previous") == [ids[4:], ids[2:4], ids[:2]]


def test_new_rows_neither_repeat_nor_skip_any(agent):
    ids = [TicketFactory().pk for _ in range(4)][::-1]
    first = agent.get(FIRST).json()
    TicketFactory()

    second = agent.get(first["next"]).json()

    assert [row["id"] for row in first["results"] + second["results"]] == ids


def test_rows_that_came_since_are_on_the_page_before(agent):
    ids = [TicketFactory().pk for _ in range(4)][::-1]
    second = agent.get(agent.get(FIRST).json()["next"]).json()
    newest = TicketFactory()

    first_again = agent.get(second["previous"]).json()

    assert [row["id"] for row in first_again["results"]] == ids[:2]
    assert pages(agent, first_again["previous"], step="previous") == [[newest.pk]]


def test_rows_of_the_same_moment_are_told_apart(agent):
    ticket = TicketFactory()
    ids = [MessageFactory(ticket=ticket, received_at=moment("2026-11-20 09:00")).pk for _ in range(5)]

    found = pages(agent, f"http://testserver/api/v1/tickets/{ticket.pk}/messages/?page_size=2")

    assert found == [ids[:2], ids[2:4], ids[4:]]


def test_the_next_page_is_asked_for_the_same(agent):
    spam = [TicketFactory(status="spam").pk for _ in range(3)][::-1]
    TicketFactory()

    assert pages(agent, FIRST + "&status=spam&order=updated") == [spam[:2], spam[2:]]


@pytest.mark.parametrize("size", ["0", "-1", "ten", "1.5", ""])
def test_a_page_size_that_is_no_number_of_rows_is_refused(agent, size):
    assert list(refused(agent.get("tickets/", page_size=size), 400)["errors"]) == ["page_size"]


def test_a_page_has_at_most_200_rows(agent):
    ticket = TicketFactory()
    MessageFactory.create_batch(201, ticket=ticket)

    assert len(agent.ids(f"tickets/{ticket.pk}/messages/", page_size=10**9)) == 200
    assert len(agent.ids(f"tickets/{ticket.pk}/messages/")) == 50


def encoded(value: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(value).encode()).decode()


@pytest.mark.parametrize(
    "cursor",
    [
        "x",
        "é",
        encoded({}),
        encoded([["-id"], [], False]),
        encoded([["-id"], ["2026-11-20T09:00:00+07:00"], False]),
        encoded([["-id"], [None], False]),
        encoded([["-id"], [1], 2]),
        encoded([["password"], [1], False]),
        encoded([["-last_message_at", "-id"], [1, 1], False]),
        encoded([["-last_message_at", "-id"], ["2026-11-20T09:00:00", 1], False]),
    ],
)
@pytest.mark.parametrize("order", ["newest", "updated"])
def test_a_cursor_that_was_made_up_is_refused(agent, cursor, order):
    assert list(refused(agent.get("tickets/", cursor=cursor, order=order), 400)["errors"]) == ["cursor"]


def test_a_cursor_beyond_all_numbers_finds_nothing(agent):
    TicketFactory()

    assert agent.ids("tickets/", cursor=encoded([["-id"], [-(10**30)], False])) == []


def test_a_cursor_reads_back_as_it_was_written(rf):
    from rest_framework.request import Request

    from tickets.models import Message

    cursor = Cursor(("received_at", "id"), (moment("2026-11-20 09:00"), 7), backwards=True)
    request = Request(rf.get("/", {"cursor": cursor.write()}))

    assert read_cursor(request, cursor.key, Message) == cursor
