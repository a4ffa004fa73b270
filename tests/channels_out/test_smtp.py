"""What a real mail server's answers make of a message, of each address, and of the channel."""

import socket
from datetime import timedelta

import pytest

from channels_out.ids import dispatch_of
from channels_out.models import Dispatch, Outlet
from channels_out.services import outbox, sending
from channels_out.services.outbox import Recipient
from core.models import Errand
from files.services import store
from tests.channels_out.conftest import NOW, SITI, queued, standing
from tests.factories import ChannelFactory
from tests.mail_sink import MailServer
from tests.tls import authority_and_server
from tests.tokens import TokenServer

pytestmark = pytest.mark.django_db(transaction=True)
BUDI, ADIK = Recipient("budi@mail.example"), Recipient("adik@mail.example", "Adik", "cc")


def test_of_several_addresses_those_that_are_refused_fail_and_the_others_get_it(channel, server):
    server.rcpt = {"adik@mail.example": "550 5.1.1 unknown"}
    dispatch = queued(channel, "Kabar", SITI, ADIK)

    sending.send_due(now=NOW)

    assert standing(dispatch) == ("sent", ["sent", "failed"])
    assert dispatch.error == "The mail server answered 550 5.1.1 unknown"
    assert dispatch.provider_id == "OK queued as 4711"
    assert [to for _sender, to, _content in server.taken] == [["siti@mail.example"]]
    assert server.mails[0]["Cc"] == "Adik <adik@mail.example>"
    assert list(Errand.objects.values_list("kind", "object_id")) == [("dispatch_failed", dispatch.pk)]


def test_an_address_that_is_put_off_gets_it_later_and_the_others_not_twice(channel, server):
    server.rcpt = {"budi@mail.example": "450 4.2.0 greylisted"}
    dispatch = queued(channel, "Kabar", SITI, BUDI)

    sending.send_due(now=NOW)
    assert standing(dispatch) == ("queued", ["sent", "queued"])
    server.rcpt = {}
    sending.send_due(now=dispatch.send_after)

    assert standing(dispatch) == ("sent", ["sent", "sent"])
    assert [to for _sender, to, _content in server.taken] == [["siti@mail.example"], ["budi@mail.example"]]
    first, second = server.mails
    assert first["Message-ID"] == second["Message-ID"] == f"<{dispatch.external_id}>"


def test_nobody_taken_is_a_failure_with_the_words_of_the_server(channel, server):
    server.rcpt = {"siti@mail.example": "550 5.1.1 unknown"}
    dispatch, other = queued(channel), queued(channel, "Lain", BUDI)

    sending.send_due(now=NOW)

    assert standing(dispatch) == ("failed", ["failed"])
    assert standing(other) == ("sent", ["sent"])
    assert server.connections == 1


def test_T16_bounces_come_back_to_a_path_that_names_the_dispatch(channel, server):
    dispatch = queued(channel)

    sending.send_due(now=NOW)

    [(sender, _to, _content)] = server.taken
    local, _, host = sender.partition("@")
    assert (host, dispatch_of(local.removeprefix("keluhan+"))) == ("nusanet.example", dispatch.pk)


def test_a_server_that_takes_only_our_bare_address_gets_it(channel, server):
    server.senders = ["keluhan@nusanet.example"]
    queued(channel)
    queued(channel)

    assert sending.send_due(now=NOW) == 2
    assert [sender for sender, _to, _content in server.taken] == ["keluhan@nusanet.example"] * 2


def test_a_server_that_refuses_our_address_holds_the_channel_and_fails_nothing(channel, server):
    server.senders = ["orang.lain@nusanet.example"]
    dispatch = queued(channel)

    sending.send_due(now=NOW)

    outlet = Outlet.objects.get()
    assert (outlet.state, outlet.reason) == ("held", "The mail server answered 553 5.7.1 Sender address rejected")
    assert standing(dispatch) == ("queued", ["queued"])
    assert dispatch.tries == 0


def test_a_connection_lost_before_the_message_was_handed_over_costs_no_try(channel, server):
    server.rcpt = {"siti@mail.example": "drop"}
    dispatch = queued(channel)

    sending.send_due(now=NOW)
    assert standing(dispatch) == ("queued", ["queued"])
    assert (dispatch.tries, dispatch.posting_at) == (0, None)
    assert "broke off" in dispatch.error
    server.rcpt = {}
    sending.send_due(now=NOW + timedelta(seconds=5))

    assert standing(dispatch) == ("sent", ["sent"])
    assert (len(server.taken), dispatch.error) == (1, "")


def test_a_connection_lost_after_it_leaves_a_doubt_that_only_a_person_or_a_status_ends(channel, server):
    server.data = ["drop"]
    dispatch = queued(channel)

    sending.send_due(now=NOW)
    sending.send_due(now=NOW + timedelta(days=1))

    assert standing(dispatch) == ("failed", ["failed"])
    assert dispatch.doubtful
    assert "may or may not have left" in dispatch.error
    assert Errand.objects.count() == len(server.taken) == 1
    assert outbox.retry(dispatch.pk, now=NOW + timedelta(days=1))
    sending.send_due(now=NOW + timedelta(days=1))
    assert standing(dispatch) == ("sent", ["sent"])
    assert [mail["Message-ID"] for mail in server.mails] == [f"<{dispatch.external_id}>"] * 2


def test_a_server_that_closes_down_gets_a_pause_and_then_everything(channel, server):
    server.data = ["421 4.3.2 shutting down"]
    first, second = queued(channel, "Satu"), queued(channel, "Dua")

    sending.send_due(now=NOW)
    assert (standing(first)[0], standing(second)[0], first.tries) == ("queued", "queued", 0)
    assert sending.send_due(now=NOW + timedelta(seconds=59)) == 0
    assert sending.send_due(now=NOW + timedelta(seconds=60)) == 2

    assert server.subjects == ["Satu", "Dua"]


def test_what_is_too_large_for_the_server_fails_alone(settings):
    small = MailServer(size=2000)
    channel = ChannelFactory(settings=small.settings)
    [file] = store.put([store.NewFile(b"x" * 3000)], now=NOW)
    large = queued(channel, attachments=[{"file": file.pk, "name": "foto.jpg"}])
    other = queued(channel)

    sending.send_due(now=NOW)
    small.stop()

    assert (standing(large)[0], standing(other)[0]) == ("failed", "sent")
    assert "552" in large.error


def test_a_password_that_is_wrong_holds_the_queue_until_it_is_right(channel, server):
    server.users = {"keluhan": "rahasia"}
    channel.settings["smtp"]["user"] = "keluhan"
    channel.secrets = {"smtp_password": "salah"}
    channel.save()
    dispatch = queued(channel)

    sending.send_due(now=NOW)
    assert Outlet.objects.get().state == "held"
    assert "log-in at the mail server is refused" in Outlet.objects.get().reason
    channel.secrets = {"smtp_password": "rahasia"}
    channel.save()
    Outlet.objects.update(state="closed")
    sending.send_due(now=NOW + timedelta(minutes=1))

    assert standing(dispatch)[0] == "sent"


def test_a_token_that_was_withdrawn_is_fetched_anew(server, settings):
    tokens = TokenServer()
    settings.PRIVATE_HOSTS_ALLOWED = [tokens.host]
    own = {"client_id": "t", "token_url": f"http://{tokens.host}/token"}
    smtp = server.settings["smtp"] | {"user": "keluhan@nusanet.example"}
    secrets = {"refresh_token": "r", "access_token": "old", "access_token_until": "2026-11-20T05:00:00+00:00"}
    channel = ChannelFactory(settings={"smtp": smtp, "auth": "microsoft", "oauth": own}, secrets=secrets)
    server.users = {"keluhan@nusanet.example": "access-1"}
    dispatch = queued(channel)

    sending.send_due(now=NOW)
    tokens.close()

    assert standing(dispatch)[0] == "sent"
    assert len(tokens.asked) == 1


def test_a_token_that_is_refused_for_good_holds_the_queue(server, settings):
    tokens = TokenServer()
    tokens.refusing = "invalid_grant"
    settings.PRIVATE_HOSTS_ALLOWED = [tokens.host]
    own = {"client_id": "t", "token_url": f"http://{tokens.host}/token"}
    channel = ChannelFactory(
        settings={**server.settings, "auth": "google", "oauth": own}, secrets={"refresh_token": "revoked"}
    )
    server.users = {"keluhan": "x"}
    dispatch = queued(channel)

    sending.send_due(now=NOW)
    tokens.close()

    assert (standing(dispatch)[0], Outlet.objects.get().state) == ("queued", "held")


@pytest.mark.parametrize("known", [True, False])
def test_a_server_is_spoken_to_by_tls_only_when_its_certificate_is_right(tmp_path, monkeypatch, known):
    authority, context = authority_and_server(tmp_path)
    secure = MailServer(tls=context)
    monkeypatch.setenv("SSL_CERT_FILE", str(authority if known else tmp_path / "nothing.pem"))
    smtp = secure.settings["smtp"] | {"security": "starttls", "host": "localhost"}
    dispatch = queued(ChannelFactory(settings={"smtp": smtp}))

    sending.send_due(now=NOW)
    secure.stop()

    assert standing(dispatch)[0] == ("sent" if known else "queued")
    assert len(secure.taken) == known
    assert known or "certificate" in dispatch.error.lower()


def test_a_port_that_is_closed_costs_no_try(settings):
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        smtp = {"host": "127.0.0.1", "port": probe.getsockname()[1], "security": "none"}
        dispatch = queued(ChannelFactory(settings={"smtp": smtp}))

        sending.send_due(now=NOW)

    assert standing(dispatch) == ("queued", ["queued"])
    assert dispatch.tries == 0
    assert "cannot be reached" in dispatch.error


def test_what_a_server_puts_off_is_tried_eight_times_within_a_day_and_then_told(channel, server):
    server.data = ["451 4.3.0 later"] * 20
    dispatch, tries, now = queued(channel), [], NOW

    while standing(dispatch)[0] == "queued":
        now = dispatch.send_after
        tries.append(sending.send_due(now=now))

    assert tries == [1] * 8
    assert now <= NOW + timedelta(hours=24)
    assert (dispatch.state, dispatch.tries, dispatch.error) == ("failed", 8, "The mail server answered 451 4.3.0 later")
    assert Errand.objects.get().object_id == dispatch.pk
    assert Dispatch.objects.due(now + timedelta(days=9)).count() == 0
