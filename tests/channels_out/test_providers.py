"""Mail that leaves by the HTTP interface of a provider: what is said on the wire, and what the answers mean."""

import base64
from datetime import timedelta

import pytest

from channels_out.models import Outlet
from channels_out.services import sending
from channels_out.services.outbox import Recipient
from files.services import store
from tests.channels_out.conftest import ADDRESS, NOW, SITI, by, queued, standing

pytestmark = pytest.mark.django_db(transaction=True)
BUDI, ADIK = Recipient("budi@mail.example"), Recipient("adik@mail.example", "Adik", "cc")


def test_graph_gets_the_whole_message_as_base64_of_its_mime(provider, tokens):
    provider.usual = (202, {"request-id": "7d1f"}, None)
    dispatch = queued(by("graph", provider, tokens), "Kabar", SITI, ADIK)

    assert sending.send_due(now=NOW) == 1

    [asked] = provider.asked
    assert asked.path == f"/users/{ADDRESS}/sendMail"
    assert (asked.headers["authorization"], asked.headers["content-type"]) == ("Bearer access-1", "text/plain")
    assert (asked.mail["Message-ID"], asked.mail["Cc"]) == (f"<{dispatch.external_id}>", "Adik <adik@mail.example>")
    assert standing(dispatch) == ("sent", ["sent", "sent"])
    assert dispatch.provider_id == "7d1f"


def test_graph_takes_no_large_message_and_says_what_to_do(provider, tokens):
    [file] = store.put([store.NewFile(b"x" * 2_500_000)], now=NOW)
    dispatch = queued(by("graph", provider, tokens), attachments=[{"file": file.pk, "name": "foto.jpg"}])

    sending.send_due(now=NOW)

    assert standing(dispatch)[0] == "failed"
    assert "set the channel to SMTP" in dispatch.error
    assert provider.asked == []


def test_gmail_gets_the_raw_message_and_gives_its_own_id(provider, tokens):
    provider.usual = (200, {}, {"id": "18c2f", "threadId": "18c2f", "labelIds": ["SENT"]})
    dispatch = queued(by("gmail", provider, tokens))

    sending.send_due(now=NOW)

    [asked] = provider.asked
    assert asked.path == "/upload/gmail/v1/users/me/messages/send?uploadType=media"
    assert (asked.headers["authorization"], asked.headers["content-type"]) == ("Bearer access-1", "message/rfc822")
    assert asked.mail["Subject"] == "Kabar"
    assert (standing(dispatch)[0], dispatch.provider_id) == ("sent", "18c2f")


def test_mailgun_gets_the_envelope_as_a_field_of_its_own(provider, tokens):
    dispatch = queued(by("mailgun", provider, tokens), "Kabar", SITI, ADIK)

    sending.send_due(now=NOW)

    [asked] = provider.asked
    assert asked.path == "/v3/nusanet.example/messages.mime"
    assert base64.b64decode(asked.headers["authorization"].removeprefix("Basic ")) == b"api:key-123"
    assert asked.field("to") == "siti@mail.example,adik@mail.example"
    assert asked.mail["To"] == "Siti <siti@mail.example>"
    assert (standing(dispatch)[0], dispatch.provider_id) == ("sent", "20261120.1@mg.nusanet.example")


def test_w18_a_provider_that_wants_a_pause_gets_it_for_the_whole_channel_and_the_order_stays(provider, tokens):
    provider.answers = [(429, {"Retry-After": "90"}, {"error": {"message": "Too many requests"}})]
    channel = by("mailgun", provider, tokens)
    first, second = queued(channel, "Satu"), queued(channel, "Dua")

    sending.send_due(now=NOW)
    assert (standing(first)[0], first.tries, standing(second)[0]) == ("queued", 0, "queued")
    assert first.error == "Mailgun answered 429 Too many requests"
    assert sending.send_due(now=NOW + timedelta(seconds=89)) == 0
    assert sending.send_due(now=NOW + timedelta(seconds=90)) == 2

    assert [asked.mail["Subject"] for asked in provider.asked] == ["Satu", "Satu", "Dua"]
    assert Outlet.objects.get().state == "closed"


def test_google_says_403_for_a_limit_and_that_is_a_pause_too(provider, tokens):
    limit = {"error": {"message": "Rate Limit Exceeded", "errors": [{"reason": "userRateLimitExceeded"}]}}
    provider.answers = [(403, {}, limit)]
    dispatch = queued(by("gmail", provider, tokens))

    sending.send_due(now=NOW)

    outlet = Outlet.objects.get()
    assert (outlet.state, outlet.rest_until) == ("closed", NOW + timedelta(minutes=1))
    assert standing(dispatch)[0] == "queued"


@pytest.mark.parametrize(
    ("status", "state", "tries"), [(500, "queued", 1), (503, "queued", 1), (400, "failed", 1), (413, "failed", 1)]
)
def test_w18_w19_what_may_pass_is_tried_again_and_what_may_not_is_told(provider, tokens, status, state, tries):
    provider.answers = [(status, {}, {"message": "to parameter is not a valid address"})]
    dispatch = queued(by("mailgun", provider, tokens))

    sending.send_due(now=NOW)

    assert (standing(dispatch)[0], dispatch.tries) == (state, tries)
    assert dispatch.error == f"Mailgun answered {status} to parameter is not a valid address"


def test_w18_a_request_that_was_taken_without_an_answer_is_never_repeated_by_itself(provider, tokens):
    provider.answers = [(0, {}, None)]
    dispatch = queued(by("mailgun", provider, tokens))

    sending.send_due(now=NOW)
    sending.send_due(now=NOW + timedelta(days=1))

    assert (standing(dispatch)[0], dispatch.doubtful, len(provider.asked)) == ("failed", True, 1)


def test_w20_a_key_that_is_refused_holds_the_channel(provider, tokens):
    provider.answers = [(401, {}, {"message": "Invalid private key"})]
    dispatch = queued(by("mailgun", provider, tokens))

    sending.send_due(now=NOW)

    outlet = Outlet.objects.get()
    assert (outlet.state, outlet.reason) == ("held", "Mailgun answered 401 Invalid private key")
    assert (standing(dispatch)[0], dispatch.tries) == ("queued", 0)


def test_a_token_that_was_withdrawn_before_its_time_is_fetched_anew_at_once(provider, tokens):
    provider.answers = [(401, {}, {"error": {"message": "Invalid Credentials"}})]
    dispatch = queued(by("gmail", provider, tokens))

    sending.send_due(now=NOW)

    assert [asked.headers["authorization"] for asked in provider.asked] == ["Bearer access-1", "Bearer access-2"]
    assert standing(dispatch)[0] == "sent"


def test_a_provider_that_is_away_costs_no_try(provider, tokens):
    provider.close()
    dispatch = queued(by("mailgun", provider, tokens))

    sending.send_due(now=NOW)

    assert (standing(dispatch)[0], dispatch.tries, dispatch.doubtful) == ("queued", 0, False)
    assert Outlet.objects.get().failures == 1


def test_who_got_it_before_is_not_named_again_where_the_message_is_the_envelope(provider, tokens):
    dispatch = queued(by("gmail", provider, tokens), "Kabar", SITI, BUDI)
    dispatch.recipients.filter(address=SITI.address).update(state="sent")

    sending.send_due(now=NOW)

    assert provider.asked[0].mail["To"] == "budi@mail.example"
    assert standing(dispatch) == ("sent", ["sent", "sent"])
