import re

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st

from core.secrets import random_key, read_id, sign_id
from policies.models import Channel
from tests.factories import ChannelFactory


@given(st.integers(0, 2**40 - 1))
def test_a_token_names_its_row_and_nothing_else_opens_it(number):
    token = sign_id("conversation", number)
    assert re.fullmatch("[a-z2-7]{34}", token)
    assert read_id("conversation", token) == number
    assert read_id("something else", token) is None


@given(st.integers(0, 2**40 - 1), st.integers(0, 33), st.sampled_from("abcdefghijklmnopqrstuvwxyz234567"))
def test_a_token_with_one_wrong_character_opens_nothing(number, place, wrong):
    token = sign_id("conversation", number)
    forged = token[:place] + wrong + token[place + 1 :]
    assert forged == token or read_id("conversation", forged) is None


@pytest.mark.parametrize("token", ["", "a", "äöü", "=" * 34, "7" * 34, "a" * 500, "../../etc/passwd"])
def test_nonsense_opens_nothing(token):
    assert read_id("conversation", token) is None


def test_a_token_made_before_the_key_was_changed_still_opens(settings):
    token = sign_id("conversation", 7)
    settings.SECRET_KEY_FALLBACKS = [settings.SECRET_KEY]
    settings.SECRET_KEY = "another key, just as long as the one before it was, fifty"
    assert read_id("conversation", token) == 7


@pytest.mark.django_db
def test_a_channels_credentials_are_encrypted_where_they_lie_and_whole_when_read():
    channel = ChannelFactory(secrets={"password": "rahasia"})

    with connection.cursor() as cursor:
        cursor.execute("SELECT secrets FROM policies_channel")
        raw = bytes(cursor.fetchone()[0])

    assert b"rahasia" not in raw
    assert Channel.objects.get(pk=channel.pk).secrets == {"password": "rahasia"}


def test_random_keys_have_no_look_alikes():
    assert not set(random_key(500)) & set("0o1il")
