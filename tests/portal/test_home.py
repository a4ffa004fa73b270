"""The first page: three doors for visitors, the desk for the staff."""

import pytest
from django.test import Client

from policies.models import Channel
from tests.factories import UserFactory


def test_a_visitor_finds_the_three_doors_the_staff_log_in_and_how_to_reach_us(client):
    page = client.get("/").text

    for address in ("/complain/", "/c/", "#contact", "/staff/login/", "tel:+622155512345"):
        assert f'href="{address}"' in page


def test_the_staff_goes_on_to_the_desk(client):
    client.force_login(UserFactory(), backend="django.contrib.auth.backends.ModelBackend")

    assert client.get("/").headers["Location"] == "/desk/"


def test_only_the_demo_offers_log_ins_by_one_click(client, settings):
    offered = client.get("/").text
    settings.DEMO = False

    assert "/demo/login/" in offered
    assert "/demo/login/" not in client.get("/").text


@pytest.mark.parametrize("language", ["id", "en"])
def test_the_language_is_chosen_by_a_link_and_stays(language):
    browser = Client()

    there = browser.get(f"/complain/?language={language}", follow=True)

    assert there.redirect_chain[-1][0] == "/complain/"
    assert f'<html lang="{language}">' in there.text
    assert browser.cookies["django_language"]["httponly"]


def test_a_language_that_we_do_not_speak_changes_nothing(client):
    assert "django_language" not in client.get("/?language=xx").cookies


def test_customers_get_no_cookie_that_they_did_not_ask_for(client):
    client.get("/complain/")

    assert not client.cookies


def test_what_a_paused_channel_says_is_not_shown(client):
    Channel.objects.filter(kind=Channel.Kind.PHONE).update(state=Channel.State.PAUSED)

    assert "tel:" not in client.get("/").text
