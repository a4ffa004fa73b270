"""The API's description of itself."""

import pytest
from django.test import Client
from drf_spectacular.drainage import GENERATOR_STATS
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

PATHS = [
    "arrivals/",
    "arrivals/{id}/",
    "arrivals/{id}/discard/",
    "arrivals/{id}/retry/",
    "attachments/{id}/",
    "blocked-senders/",
    "blocked-senders/{id}/",
    "blocked-senders/{id}/lift/",
    "calendars/",
    "calendars/{id}/",
    "calendars/{id}/change/",
    "channels/",
    "channels/{id}/",
    "customers/",
    "customers/{id}/",
    "customers/{id}/timeline/",
    "deadlines/",
    "deadlines/{id}/",
    "deadlines/{id}/explain/",
    "deadlines/{id}/extend/",
    "dispatches/",
    "dispatches/{id}/",
    "dispatches/{id}/cancel/",
    "dispatches/{id}/edit/",
    "dispatches/{id}/other_channel/",
    "dispatches/{id}/retry/",
    "escalations/",
    "escalations/{id}/",
    "escalations/{id}/acknowledge/",
    "escalations/{id}/return/",
    "escalations/{id}/take/",
    "files/",
    "follow-ups/",
    "follow-ups/{id}/",
    "follow-ups/{id}/hand_over/",
    "follow-ups/{id}/move/",
    "follow-ups/{id}/not_reached/",
    "follow-ups/{id}/reached/",
    "messages/{id}/",
    "messages/{id}/let_in/",
    "notices/",
    "notices/{id}/",
    "notices/{id}/read/",
    "participants/{id}/",
    "participants/{id}/confirm/",
    "participants/{id}/remove/",
    "query-types/",
    "query-types/{id}/",
    "recalculations/",
    "recalculations/{id}/",
    "recalculations/{id}/confirm/",
    "recalculations/{id}/lines/",
    "simulate/",
    "tat-rules/",
    "tat-rules/publish/",
    "tat-rules/{id}/",
    "teams/",
    "teams/{id}/",
    "tickets/",
    "tickets/{id}/",
    "tickets/{id}/assign/",
    "tickets/{id}/close/",
    "tickets/{id}/documents/",
    "tickets/{id}/escalate/",
    "tickets/{id}/facts/",
    "tickets/{id}/forward/",
    "tickets/{id}/history/",
    "tickets/{id}/messages/",
    "tickets/{id}/not_spam/",
    "tickets/{id}/note/",
    "tickets/{id}/participants/",
    "tickets/{id}/put_in_writing/",
    "tickets/{id}/reclassify/",
    "tickets/{id}/refuse/",
    "tickets/{id}/reopen/",
    "tickets/{id}/reply/",
    "tickets/{id}/resolve/",
    "tickets/{id}/spam/",
    "tickets/{id}/wait/",
]


@pytest.fixture(scope="module")
def schema():
    GENERATOR_STATS.reset()
    return SchemaGenerator().get_schema(request=None, public=True)


def test_it_is_valid_and_complete_without_a_warning(schema):
    validate_schema(schema)

    assert not GENERATOR_STATS


def test_it_tells_these_addresses_and_no_others(schema):
    assert sorted(schema["paths"]) == [f"/api/v1/{path}" for path in PATHS]


def test_every_operation_tells_its_problems_and_every_change_its_key(schema):
    for path, operations in schema["paths"].items():
        for method, operation in operations.items():
            expected = {"401", "503"} | ({"400", "409", "422"} if method == "post" else set())
            assert expected <= operation["responses"].keys(), path
            for status in expected:
                assert list(operation["responses"][status]["content"]) == ["application/problem+json"]
            names = [parameter["name"] for parameter in operation.get("parameters", [])]
            assert ("Idempotency-Key" in names) == (method == "post"), path


def test_it_can_be_read_without_a_token(db):
    answer = Client().get("/api/v1/schema/", headers={"accept": "application/json"})

    assert answer.status_code == 200
    assert answer.json()["info"]["title"] == "Tanggap"
