"""A program with its token, speaking JSON over the wire."""

import json
from dataclasses import dataclass, field
from typing import Any

import pytest
from django.test import Client

from core.actor import SYSTEM
from staff.models import User
from staff.services import people
from tests.factories import NOW, TeamFactory, UserFactory

ROOT = "/api/v1/"


@dataclass
class Program:
    """Calls the API as a program of one user; answers are Django's test responses."""

    user: User
    token: str = ""
    client: Client = field(default_factory=Client)

    def __post_init__(self):
        self.token = self.token or people.issue_token(self.user, name="Toko", actor=SYSTEM, now=NOW)

    @property
    def headers(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.token}", "accept-language": "en"}

    def get(self, path: str, **query):
        address = path if path.startswith("http") else ROOT + path
        return self.client.get(address, query or None, headers=self.headers)

    def post(self, path: str, body: object = None, *, key: str = ""):
        headers = self.headers | ({"idempotency-key": key} if key else {})
        text = json.dumps({} if body is None else body)
        return self.client.post(ROOT + path, text, content_type="application/json", headers=headers)

    def patch(self, path: str, body: object):
        return self.client.patch(ROOT + path, json.dumps(body), content_type="application/json", headers=self.headers)

    def delete(self, path: str):
        return self.client.delete(ROOT + path, headers=self.headers)

    def bring(self, name: str, content: bytes, *, key: str = ""):
        """Upload a file as multipart/form-data."""
        from django.core.files.uploadedfile import SimpleUploadedFile

        headers = self.headers | ({"idempotency-key": key} if key else {})
        file = SimpleUploadedFile(name, content, content_type="text/plain")
        return self.client.post(f"{ROOT}files/", {"file": file}, headers=headers)

    def ids(self, path: str, **query) -> list[int]:
        answer = self.get(path, **query)
        assert answer.status_code == 200, answer.content
        return [row["id"] for row in answer.json()["results"]]


@pytest.fixture
def network(db):
    return TeamFactory(slug="jaringan")


@pytest.fixture
def billing(db):
    return TeamFactory(slug="tagihan")


@pytest.fixture
def agent(network):
    """A program with the rights of an agent of the network team."""
    return Program(UserFactory(name="Rina", teams=[network]))


@pytest.fixture
def supervisor(db):
    return Program(UserFactory(name="Bagus", role="supervisor"))


def refused(answer, status: int) -> dict[str, Any]:
    """The problem details of an answer that must have this status."""
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json"), answer.content
    return dict(answer.json())
