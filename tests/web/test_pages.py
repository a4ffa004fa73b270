"""What all pages share: who asks, in which language, and what stands there when something is wrong."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import Client, RequestFactory
from django.utils import translation
from django.views.defaults import bad_request, permission_denied, server_error

from core.actor import ANONYMOUS
from tests.factories import TeamFactory, UserFactory

BACKEND = "django.contrib.auth.backends.ModelBackend"


def actor_seen_by(client, path="/staff/login/"):
    return client.get(path).wsgi_request.actor


@pytest.mark.django_db
def test_the_actor_of_a_page_is_the_person_who_logged_in_with_their_teams():
    team = TeamFactory()
    user = UserFactory(teams=[team])
    client = Client()
    client.force_login(user, backend=BACKEND)

    assert actor_seen_by(client, "/desk/") == user.actor()


@pytest.mark.django_db
def test_a_visitor_is_nobody_and_costs_no_statement(django_assert_num_queries):
    with django_assert_num_queries(0):
        assert actor_seen_by(Client()) == ANONYMOUS


@pytest.mark.django_db
def test_staff_pages_speak_the_language_of_the_user_unless_this_browser_says_otherwise():
    client = Client(headers={"accept-language": "id"})
    client.force_login(UserFactory(language="en"), backend=BACKEND)

    assert '<html lang="en">' in client.get("/desk/").content.decode()
    client.post("/i18n/setlang/", {"language": "id", "next": "/desk/"})
    assert '<html lang="id">' in client.get("/desk/").content.decode()


@pytest.mark.django_db
def test_one_answer_in_one_language_leaves_no_trace_in_the_next():
    english = Client()
    english.force_login(UserFactory(language="en"), backend=BACKEND)
    english.get("/desk/")

    assert '<html lang="id">' in Client().get("/staff/login/").content.decode()


@pytest.mark.django_db
def test_pages_load_nothing_from_elsewhere_and_carry_no_inline_code():
    client = Client()
    client.force_login(UserFactory(), backend=BACKEND)

    for path in ("/desk/", "/desk/search/", "/staff/profile/", "/staff/login/", "/nothing/"):
        page = client.get(path).content.decode()
        assert 'style="' not in page
        assert "onclick" not in page
        assert "<style" not in page
        assert not re.search(r'(?:src|href|action)="(?:https?:)?//', page)


def test_a_missing_page_says_so_with_a_way_on(client):
    response = client.get("/nothing/", headers={"accept-language": "en"})

    assert response.status_code == 404
    assert "There is nothing here" in response.content.decode()
    assert "To the start page" in response.content.decode()


def test_inside_a_pane_a_missing_thing_fills_the_pane_only(client):
    response = client.get("/nothing/", headers={"HX-Request": "true"})

    assert response.status_code == 404
    assert "<html" not in response.content.decode()


@pytest.mark.parametrize(
    ("view", "status", "sentence"),
    [
        (bad_request, 400, "We could not understand this"),
        (permission_denied, 403, "You may not do this"),
    ],
)
def test_refusals_are_pages_too(rf: RequestFactory, view, status, sentence):
    with translation.override("en"):
        response = view(rf.get("/"), Exception())

    assert response.status_code == status
    assert sentence in response.content.decode()


def test_the_page_of_a_broken_server_needs_nothing_that_could_be_broken(rf: RequestFactory):
    with translation.override("en"):
        response = server_error(rf.get("/"))

    assert response.status_code == 500
    assert "Something broke on our side" in response.content.decode()


def test_a_form_that_was_open_too_long_gets_words_and_not_a_debug_page():
    client = Client(enforce_csrf_checks=True, headers={"accept-language": "en"})

    response = client.post("/staff/login/", {"username": "x"})

    assert response.status_code == 403
    assert "This page was open for too long" in response.content.decode()


def test_the_page_for_a_full_disk_asks_to_keep_what_was_written():
    with translation.override("en"):
        assert "Nothing of what you sent was kept" in render_to_string("503.html")
