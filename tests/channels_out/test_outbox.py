import socket
import threading
from datetime import timedelta
from email import message_from_bytes, policy

import pytest
from aiosmtpd.controller import Controller

from channels_out.models import Dispatch, DispatchRecipient
from channels_out.services import outbox, sending
from channels_out.services.outbox import Outgoing, Recipient
from core.models import Errand
from files.services import store
from tests.factories import ChannelFactory
from tests.moments import moment

pytestmark = pytest.mark.django_db(transaction=True)
NOW = moment("2026-11-20 09:00")


@pytest.fixture
def channel():
    return ChannelFactory(address="keluhan@nusanet.example", name="Nusanet Keluhan")


def queued(channel, **fields):
    fields = {
        "subject": "Kabar",
        "text": "Teknisi besok.",
        "recipients": [Recipient("siti@mail.example", "Siti")],
    } | fields
    return outbox.queue([Outgoing(channel=channel, **fields)], now=NOW)[0]


@pytest.fixture
def folder(settings, tmp_path):
    settings.MAIL_DIR, settings.EMAIL_URL = tmp_path / "sent", ""
    return settings.MAIL_DIR


def only_mail(folder):
    [path] = folder.glob("*.eml")
    return message_from_bytes(path.read_bytes(), policy=policy.default)


def test_without_a_mail_server_a_mail_lands_in_the_folder_whole(channel, folder):
    [file] = store.put([store.NewFile(b"%PDF-1.4 tagihan")], now=NOW)
    dispatch = queued(
        channel, attachments=[{"file": file.pk, "name": "tagihan.pdf"}], headers={"X-Note": "a\r\nBcc: x@y.z"}
    )

    assert sending.send_due(now=NOW) == 1

    mail = only_mail(folder)
    assert mail["Message-ID"] == f"<{dispatch.external_id}>"
    assert mail["From"] == "Nusanet Keluhan <keluhan@nusanet.example>"
    assert mail["To"] == "Siti <siti@mail.example>"
    assert (mail["Bcc"], mail["X-Note"]) == (None, "a Bcc: x@y.z")
    assert mail.get_body().get_content() == "Teknisi besok.\r\n"
    assert [part.get_filename() for part in mail.iter_attachments()] == ["tagihan.pdf"]
    dispatch.refresh_from_db()
    assert (dispatch.state, dispatch.sent_at) == ("sent", NOW)


def test_nothing_leaves_before_its_time_and_what_was_withdrawn_never_does(channel, folder):
    dispatch = queued(channel, delay=timedelta(seconds=10))
    assert sending.send_due(now=NOW + timedelta(seconds=9)) == 0

    assert outbox.withdraw(dispatch.pk)
    assert not outbox.withdraw(dispatch.pk)

    assert sending.send_due(now=NOW + timedelta(hours=1)) == 0


class Sink:
    """A mail server that keeps what it gets, and answers what a test wants."""

    def __init__(self, answers=()):
        self.mails, self.answers, self.lock = [], list(answers), threading.Lock()

    async def handle_DATA(self, server, session, envelope):
        with self.lock:
            answer = self.answers.pop(0) if self.answers else "250 OK"
            if answer.startswith("250"):
                self.mails.append(envelope)
        return answer


@pytest.fixture
def sink(settings):
    handler = Sink()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    controller = Controller(handler, hostname="127.0.0.1", port=port)
    controller.start()
    settings.EMAIL_URL = "smtp://127.0.0.1"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
    settings.EMAIL_HOST_USER = ""
    yield handler
    controller.stop()


def test_a_real_mail_server_gets_each_mail_once(channel, sink):
    for _each in range(3):
        queued(channel)

    assert sending.send_due(now=NOW) == 3
    assert sending.send_due(now=NOW) == 0

    assert [envelope.rcpt_tos for envelope in sink.mails] == [["siti@mail.example"]] * 3


def test_a_busy_server_is_tried_again_later_and_a_refusal_is_final_and_told_upstairs(channel, sink):
    busy, refused = queued(channel), queued(channel)
    sink.answers = ["451 try later", "550 no such user"]

    sending.send_due(now=NOW)

    busy.refresh_from_db()
    refused.refresh_from_db()
    assert (busy.state, busy.tries) == ("queued", 1)
    assert timedelta(minutes=1) <= busy.send_after - NOW <= timedelta(minutes=1.2)
    assert refused.state == "failed"
    assert "550 no such user" in refused.error
    assert list(Errand.objects.values_list("kind", "object_id")) == [("dispatch_failed", refused.pk)]
    assert sending.send_due(now=busy.send_after) == 1
    assert len(sink.mails) == 1


def test_a_server_that_is_away_loses_nothing(channel, settings):
    settings.EMAIL_URL, settings.EMAIL_HOST, settings.EMAIL_PORT = "smtp://127.0.0.1", "127.0.0.1", 1
    settings.EMAIL_USE_SSL = settings.EMAIL_USE_TLS = False
    settings.EMAIL_HOST_USER = ""
    dispatch = queued(channel)

    sending.send_due(now=NOW)

    dispatch.refresh_from_db()
    assert dispatch.state == "queued"
    assert "cannot be reached" in dispatch.error


def test_what_a_dead_sender_had_only_claimed_is_sent_and_what_it_was_posting_never_twice(channel, folder):
    claimed, posting = queued(channel), queued(channel)
    Dispatch.objects.update(state="sending", lease_until=NOW)
    Dispatch.objects.filter(pk=posting.pk).update(posting_at=NOW)

    sending.send_due(now=NOW + timedelta(seconds=1))

    claimed.refresh_from_db()
    posting.refresh_from_db()
    assert (claimed.state, posting.state) == ("sent", "failed")
    assert "may or may not have left" in posting.error
    assert Errand.objects.get().object_id == posting.pk


def test_an_address_that_is_none_fails_alone(channel, folder):
    wrong = queued(channel, recipients=[Recipient("bukan alamat")])
    right = queued(channel)

    sending.send_due(now=NOW)

    wrong.refresh_from_db()
    right.refresh_from_db()
    assert (wrong.state, right.state) == ("failed", "sent")


def test_automatic_mail_to_one_address_stops_at_five_an_hour_and_twenty_a_day(channel):
    def sent(count, at):
        outgoing = Outgoing(channel, [Recipient("robot@mail.example")], "Re", "x", automatic=True)
        outbox.queue([outgoing] * count, now=at)

    def allowed(at):
        return outbox.within_budget({"robot@mail.example", "siti@mail.example"}, now=at)

    sent(4, NOW)
    assert allowed(NOW) == {"robot@mail.example", "siti@mail.example"}
    sent(1, NOW)
    assert allowed(NOW) == {"siti@mail.example"}
    later = NOW + timedelta(hours=2)
    assert "robot@mail.example" in allowed(later)
    sent(15, later)
    assert "robot@mail.example" not in allowed(later + timedelta(hours=2))
    assert DispatchRecipient.objects.count() == 20
