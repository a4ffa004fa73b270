"""Who may call, and how errors are told."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import OperationalError
from django.test import Client

from api.models import Upload
from api.problems import problem_details
from tests.api.conftest import Program, refused
from tests.factories import NOW, TicketFactory, UserFactory
from tickets.models import Message


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer tgp_wrong", "Bearer tgp_wrong extra", "Basic cmluYQ=="])
def test_without_a_token_that_holds_nothing_is_told(db, header):
    answer = Client().get("/api/v1/tickets/", headers={"authorization": header} if header else {})

    assert refused(answer, 401)["status"] == 401
    assert answer["WWW-Authenticate"] == 'Bearer realm="Tanggap"'


def test_a_revoked_token_no_longer_holds(agent):
    agent.user.tokens.update(revoked_at=NOW)

    refused(agent.get("tickets/"), 401)


def test_the_token_of_somebody_who_left_no_longer_holds(agent):
    agent.user.is_active = False
    agent.user.save()

    refused(agent.get("tickets/"), 401)


def test_a_person_with_a_session_reads_too(db):
    browser = Client()
    browser.force_login(UserFactory(role="supervisor"))

    assert browser.get("/api/v1/tickets/").status_code == 200


def test_a_session_changes_nothing_without_its_csrf_token(db):
    ticket = TicketFactory()
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(UserFactory(role="supervisor"))

    answer = browser.post(f"/api/v1/tickets/{ticket.pk}/note/", {"text": "Halo"}, content_type="application/json")

    refused(answer, 403)
    assert not Message.objects.exists()


def test_a_session_acts_as_the_person_and_a_token_as_the_program(agent):
    ticket = TicketFactory(team=None)
    browser = Client()
    browser.force_login(agent.user)
    browser.post(f"/api/v1/tickets/{ticket.pk}/note/", {"text": "Satu"}, content_type="application/json")
    agent.post(f"tickets/{ticket.pk}/note/", {"text": "Dua"})

    assert list(Message.objects.order_by("id").values_list("from_name", flat=True)) == ["Rina", "Toko"]


def test_a_program_keeps_its_own_name_where_a_session_rides_along(agent):
    agent.client.force_login(UserFactory(role="administrator"))
    hidden = TicketFactory(team__restricted=True)

    refused(agent.get(f"tickets/{hidden.pk}/"), 404)


@pytest.mark.parametrize("address", ["nonsense/", "tickets/x/", "messages/", "tickets/1/vanish/"])
def test_what_is_not_built_does_not_exist(agent, address):
    assert refused(agent.get(address), 404)["code"] == "not_found"


def test_a_body_that_is_no_json_is_told_as_a_problem(agent):
    ticket = TicketFactory(team=None)
    answer = agent.client.post(
        f"/api/v1/tickets/{ticket.pk}/note/", "{", content_type="application/json", headers=agent.headers
    )

    assert refused(answer, 400)["code"] == "parse_error"


def test_a_method_that_is_not_there_is_told_as_a_problem(agent):
    refused(agent.client.delete("/api/v1/tickets/", headers=agent.headers), 405)


def test_a_body_that_is_a_list_is_told_as_a_problem(agent):
    ticket = TicketFactory(team=None)

    assert refused(agent.post(f"tickets/{ticket.pk}/note/", ["Halo"]), 400)["errors"]


def test_E06_a_zero_byte_or_half_a_character_in_a_text_is_refused(agent):
    ticket = TicketFactory(team=None)

    for text in ("Ha\x00lo", "Ha\ud800lo"):
        assert list(refused(agent.post(f"tickets/{ticket.pk}/note/", {"text": text}), 400)["errors"]) == ["text"]


def test_answers_are_not_kept_by_anybody_between(agent):
    assert agent.get("tickets/")["Cache-Control"] == "no-store"


def test_errors_are_told_in_the_language_asked_for(agent):
    headers = agent.headers | {"accept-language": "en"}
    answer = agent.client.get("/api/v1/tickets/7/", headers=headers)

    assert json.loads(answer.content)["detail"] == "It does not exist, or you may not see it."


def test_a_disk_that_takes_no_more_says_try_again(agent, settings, tmp_path):
    (tmp_path / "full").write_text("")
    broken = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path / "full"}}
    settings.STORAGES = settings.STORAGES | {"default": broken}

    answer = agent.bring("surat.txt", b"x")

    assert refused(answer, 503)["code"] == "could_not_store"
    assert answer["Retry-After"] == "5"
    assert not Upload.objects.exists()
    headers = agent.headers | {"accept-language": "id"}
    again = agent.client.post("/api/v1/files/", {"file": SimpleUploadedFile("surat.txt", b"x")}, headers=headers)
    assert again.json()["detail"].startswith("Penyimpanan berkas tidak menerima lagi: ")


def test_a_locked_database_says_try_again():
    answer = problem_details(OperationalError("database is locked"), {})

    assert answer is not None
    assert (answer.status_code, answer["Retry-After"]) == (503, "5")


def test_an_agent_without_teams_still_reads(db):
    TicketFactory()

    assert len(Program(UserFactory()).ids("tickets/")) == 1
