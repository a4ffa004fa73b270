"""Access to mailboxes of Microsoft 365 and Google, against a token server of our own."""

import base64
import hashlib
from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from channels_out import oauth
from channels_out.oauth import TokenRefused
from core.actor import SYSTEM
from policies.models import ChannelHistory
from tests.factories import ChannelFactory
from tests.moments import moment
from tests.tokens import TokenServer

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")
BACK = "https://help.nusanet.example/desk/channels/connected/"


@pytest.fixture
def provider(settings):
    server = TokenServer()
    settings.PRIVATE_HOSTS_ALLOWED = [server.host]
    yield server
    server.close()


@pytest.fixture
def channel(provider):
    own = {"client_id": "tanggap-1", "tenant": "nusanet.example", "token_url": f"http://{provider.host}/token"}
    return ChannelFactory(
        address="keluhan@nusanet.example",
        settings={"auth": "microsoft", "oauth": own},
        secrets={"client_secret": "sangat-rahasia", "refresh_token": "refresh-0"},
    )


def test_the_administrator_is_sent_to_the_provider_with_state_and_challenge(channel):
    leave = oauth.begin(channel, redirect_uri=BACK)

    address, asked = urlsplit(leave.url), parse_qs(urlsplit(leave.url).query)
    assert (address.hostname, address.path) == (
        "login.microsoftonline.com",
        "/nusanet.example/oauth2/v2.0/authorize",
    )
    digest = hashlib.sha256(leave.verifier.encode()).digest()
    assert asked["code_challenge"] == [base64.urlsafe_b64encode(digest).decode().rstrip("=")]
    assert (asked["state"], asked["redirect_uri"], asked["login_hint"]) == (
        [leave.state],
        [BACK],
        ["keluhan@nusanet.example"],
    )
    assert "offline_access" in asked["scope"][0]
    assert "sangat-rahasia" not in leave.url


def test_google_is_asked_for_access_that_lasts(channel):
    channel.settings = {"auth": "google", "oauth": {"client_id": "g-1"}}

    asked = parse_qs(urlsplit(oauth.begin(channel, redirect_uri=BACK).url).query)

    assert (asked["access_type"], asked["prompt"], asked["scope"]) == (
        ["offline"],
        ["consent"],
        ["https://mail.google.com/"],
    )


def test_the_code_that_comes_back_becomes_lasting_access(channel, provider):
    oauth.finish(channel, code="abc", verifier="v" * 64, redirect_uri=BACK, actor=SYSTEM, now=NINE)

    [asked] = provider.asked
    assert (asked["code"], asked["code_verifier"], asked["client_secret"]) == ("abc", "v" * 64, "sangat-rahasia")
    channel.refresh_from_db()
    assert (channel.secrets["refresh_token"], channel.secrets["access_token"]) == ("refresh-1", "access-1")
    assert ChannelHistory.objects.get().change == "connected"
    assert oauth.access_token(channel, now=NINE) == "access-1"


def test_a_token_is_used_until_shortly_before_its_end_and_then_fetched_anew(channel, provider):
    first = oauth.access_token(channel, now=NINE)
    channel.refresh_from_db()
    again = oauth.access_token(channel, now=NINE + timedelta(minutes=50))
    later = oauth.access_token(channel, now=NINE + timedelta(minutes=56))

    assert (first, again, later) == ("access-1", "access-1", "access-2")
    assert [asked["grant_type"] for asked in provider.asked] == ["refresh_token"] * 2


def test_a_new_refresh_token_replaces_the_old_one(channel, provider):
    provider.rotates = True

    oauth.access_token(channel, now=NINE)

    channel.refresh_from_db()
    assert channel.secrets["refresh_token"] == "refresh-1"
    assert channel.secrets["client_secret"] == "sangat-rahasia"


def test_a_token_for_another_purpose_is_kept_beside_the_first(channel, provider):
    tokens = [oauth.access_token(channel, now=NINE, purpose=purpose) for purpose in (oauth.MAIL, oauth.GRAPH)]

    assert tokens == ["access-1", "access-2"]
    assert provider.asked[1]["scope"] == "offline_access https://graph.microsoft.com/Mail.Send"


def test_withdrawn_access_says_that_a_person_must_connect_again(channel, provider):
    provider.refusing = "invalid_grant"

    with pytest.raises(TokenRefused, match="connect the account again") as refused:
        oauth.access_token(channel, now=NINE)

    assert refused.value.revoked


def test_withdrawn_access_is_not_asked_for_again_within_an_hour(channel, provider):
    provider.refusing = "invalid_grant"

    for minutes in (0, 5, 59):
        with pytest.raises(TokenRefused, match="connect the account again") as refused:
            oauth.access_token(channel, now=NINE + timedelta(minutes=minutes))
        assert refused.value.revoked
    channel.refresh_from_db()

    assert len(provider.asked) == 1
    assert oauth.is_withdrawn(channel)
    provider.refusing = ""
    assert oauth.access_token(channel, now=NINE + timedelta(minutes=61)) == "access-2"
    channel.refresh_from_db()
    assert not oauth.is_withdrawn(channel)


@pytest.mark.parametrize("changed", ["connected", "client", "asked by a person"])
def test_withdrawn_access_is_asked_for_at_once_when_somebody_did_something_about_it(channel, provider, changed):
    provider.refusing = "invalid_grant"
    with pytest.raises(TokenRefused):
        oauth.access_token(channel, now=NINE)
    provider.refusing = ""

    if changed == "connected":
        oauth.finish(channel, code="abc", verifier="v" * 64, redirect_uri=BACK, actor=SYSTEM, now=NINE)
    elif changed == "client":
        channel.settings["oauth"]["client_id"] = "tanggap-2"
        channel.save(update_fields=["settings"])

    assert oauth.access_token(channel, now=NINE, ask_again=changed == "asked by a person") == "access-2"


def test_what_one_interface_refuses_does_not_close_the_other(channel, provider):
    provider.refusing = "consent_required"
    with pytest.raises(TokenRefused):
        oauth.access_token(channel, now=NINE, purpose=oauth.GRAPH)
    provider.refusing = ""

    assert oauth.access_token(channel, now=NINE, purpose=oauth.MAIL) == "access-2"


def test_a_provider_in_trouble_is_tried_again(channel, provider):
    provider.refusing = "temporarily_unavailable"

    with pytest.raises(TokenRefused, match="temporarily_unavailable") as refused:
        oauth.access_token(channel, now=NINE)

    assert not refused.value.revoked


def test_a_refused_token_is_forgotten_and_fetched_anew(channel, provider):
    oauth.access_token(channel, now=NINE)

    oauth.forget_token(channel.pk)

    channel.refresh_from_db()
    assert "access_token" not in channel.secrets
    assert oauth.access_token(channel, now=NINE) == "access-2"


def test_a_channel_nobody_connected_has_no_token(channel, provider):
    channel.secrets = {}
    channel.save()

    with pytest.raises(TokenRefused, match="No account is connected"):
        oauth.access_token(channel, now=NINE)
    assert provider.asked == []
