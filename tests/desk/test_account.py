import re

import pytest
from django.test import Client

from staff.models import User
from tests.desk.conftest import desk_of, words
from tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "teknisi-datang-besok"


@pytest.fixture
def maya():
    user = UserFactory(email="maya@nusanet.example", name="Maya Sari")
    user.set_password(PASSWORD)
    user.save()
    return user


def log_in(client, password, **more):
    return client.post("/staff/login/", {"username": "maya@nusanet.example", "password": password, **more})


def test_the_right_password_leads_to_the_desk_or_to_where_one_wanted(maya):
    assert log_in(Client(), PASSWORD)["Location"] == "/desk/"
    assert log_in(Client(), PASSWORD, next="/desk/search/?q=siti")["Location"] == "/desk/search/?q=siti"
    assert log_in(Client(), PASSWORD, next="https://evil.example/")["Location"] == "/desk/"


@pytest.mark.parametrize("active", [True, False])
def test_a_wrong_log_in_gets_one_sentence_that_does_not_tell_who_works_here(maya, active):
    User.objects.update(is_active=active)

    response = log_in(Client(headers={"accept-language": "en"}), "wrong" if active else PASSWORD)

    assert response.status_code == 422
    assert "E-mail address and password do not fit together." in words(response)
    assert 'value="maya@nusanet.example"' in response.content.decode()


def test_after_five_wrong_passwords_the_door_stays_shut_for_a_while_and_says_so(maya, settings):
    settings.AXES_ENABLED = True
    client = Client(headers={"accept-language": "en"})
    for _time in range(5):
        response = log_in(client, "wrong")

    assert response.status_code == 429
    assert "Too many wrong passwords" in words(response)
    assert log_in(client, PASSWORD).status_code == 429


def test_logging_out_ends_the_session_and_needs_a_form(maya):
    desk = desk_of(maya)

    assert desk.get("/staff/logout/").status_code == 405
    assert desk.post("/staff/logout/").status_code == 302
    assert desk.get("/desk/").status_code == 302


def test_who_no_longer_works_here_is_out_at_once(maya):
    desk = desk_of(maya)
    User.objects.update(is_active=False)

    assert desk.get("/desk/").status_code == 302


def test_language_and_keys_are_ones_own_choice(maya):
    desk = desk_of(maya)
    desk.cookies["django_language"] = "en"

    response = desk.post("/staff/profile/", {"language": "id"})

    maya.refresh_from_db()
    assert (maya.language, maya.single_keys) == ("id", False)
    assert response.cookies["django_language"].value == ""
    page = desk.get("/staff/profile/").content.decode()
    assert '<html lang="id">' in page
    assert "<kbd-scope data-off>" in page


def test_the_help_lists_every_key(maya):
    page = words(desk_of(maya).get("/desk/"))

    assert "Keys of this page" in page
    assert "r Write a reply" in page
    assert "g q Go to the queue" in page


def test_the_demo_offers_its_people_by_one_click():
    page = Client().get("/staff/login/").content.decode()

    assert 'action="/demo/login/"' in page
    assert re.search(r'name="who"\s+value="agent"', page)
