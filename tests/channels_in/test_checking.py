"""Testing a mailbox names the first thing that is wrong, in one sentence that says what to do."""

import asyncio
import logging
from email import message_from_bytes
from email.message import Message

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult

from channels_in.models import MailboxCheck
from channels_in.services import checking, ledger
from channels_in.troubles import sentence
from channels_out.models import Dispatch, Outlet
from core.actor import SYSTEM, Role
from core.errors import NotAllowed
from tests.channels_in.conftest import imap_of
from tests.dovecot import PASSWORD
from tests.factories import ChannelFactory, UserFactory
from tests.mail_providers import Provider
from tests.moments import moment
from tests.processes import free_port

pytestmark = pytest.mark.django_db
NINE = moment("2026-11-20 09:00")
ADDRESS = "keluhan1@nusanet.example"


class Deliverer(Controller):
    """A mail server that puts what it is given into the mailbox; answers maps a command to its refusal."""

    def __init__(self, dovecot) -> None:
        self.dovecot, self.delivers = dovecot, True
        self.answers: dict[str, str] = {}
        self.mails: list[Message] = []
        super().__init__(
            self,
            hostname="127.0.0.1",
            port=free_port(),
            authenticator=self.log_in,
            auth_require_tls=False,
            auth_required=False,
        )

    def log_in(self, server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == PASSWORD.encode())

    async def handle_MAIL(self, server, session, envelope, address, options):
        envelope.mail_from = address
        return self.answers.get("MAIL", "250 OK")

    async def handle_RCPT(self, server, session, envelope, address, options):
        envelope.rcpt_tos.append(address)
        return self.answers.get("RCPT", "250 OK")

    async def handle_DATA(self, server, session, envelope):
        self.mails.append(message_from_bytes(envelope.content))
        if self.delivers:
            await asyncio.to_thread(self.dovecot.append, "keluhan1", envelope.content)
        return "250 kept"


@pytest.fixture
def outgoing(dovecot):
    logging.getLogger("mail.log").setLevel(logging.WARNING)
    server = Deliverer(dovecot)
    server.start()
    yield server
    server.stop()


def smtp_of(server, **more):
    return {"host": "127.0.0.1", "port": server.port, "security": "none", "user": "keluhan1"} | more


@pytest.fixture
def tested(dovecot, outgoing):
    """Tests a mailbox set up right but for what is given; returns the row of the test."""

    def tested(*, imap=None, smtp=None, password=PASSWORD, **more):
        channel = ChannelFactory(
            address=ADDRESS,
            settings={"imap": imap_of(dovecot) | (imap or {}), "smtp": smtp_of(outgoing) | (smtp or {}), **more},
            secrets={"imap_password": password},
        )
        check = checking.ask(channel.pk, actor=SYSTEM, now=NINE)
        checking.run(check, clock=lambda: NINE, pause=lambda seconds: None)
        return MailboxCheck.objects.get(pk=check.pk)

    return tested


def test_a_mailbox_that_works_writes_to_itself_and_leaves_nothing_behind(tested, outgoing, dovecot):
    check = tested()

    assert (check.state, check.done) == ("passed", ["imap", "smtp", "send", "arrive", "remove"])
    [mail] = outgoing.mails
    to = f"keluhan1+{check.token}@nusanet.example"  # as customers' answers are addressed
    assert (mail["From"], mail["To"], mail["Auto-Submitted"]) == (ADDRESS, to, "auto-generated")
    assert dovecot.flags("keluhan1") == []


@pytest.mark.parametrize(
    ("imap", "smtp", "step", "words"),
    [
        ({"host": "imap.invalid"}, {}, "imap", "The server name imap.invalid is not known"),
        ({"port": 9}, {}, "imap", "Nothing answers on 127.0.0.1, port 9"),
        ({"security": "tls"}, {}, "imap", "does not speak TLS from the start"),
        ({"security": "starttls"}, {}, "imap", "offers no STARTTLS"),
        ({"user": "orang-lain"}, {}, "imap", "refuses the user orang-lain: check name and password"),
        ({"folder": "Pengaduan"}, {}, "imap", "The folder Pengaduan is not there"),
        ({}, {"host": "smtp.invalid"}, "smtp", "The server name smtp.invalid is not known"),
        ({}, {"port": 9}, "smtp", "Nothing answers on 127.0.0.1, port 9"),
        ({}, {"security": "tls"}, "smtp", "does not speak TLS from the start"),
        ({}, {"security": "starttls"}, "smtp", "offers no STARTTLS"),
        ({}, {"user": "orang-lain"}, "smtp", "No password is set for the user orang-lain"),
    ],
)
def test_what_is_wrong_with_a_server_is_said_in_one_sentence(tested, imap, smtp, step, words):
    check = tested(imap=imap, smtp=smtp)

    said = sentence(check.trouble, check.trouble_facts)
    assert (check.state, check.step) == ("failed", step)
    assert words in said
    assert PASSWORD not in said


def test_a_wrong_password_is_told_from_a_wrong_server(tested):
    check = tested(password="salah")

    assert sentence(check.trouble, check.trouble_facts) == (
        "127.0.0.1 refuses the user keluhan1: check name and password; many providers want an app password here."
    )


def test_servers_that_were_swapped_are_named(tested, outgoing, dovecot):
    check = tested(imap={"port": outgoing.port})
    assert (check.step, check.trouble) == ("imap", "wrong_protocol")


@pytest.mark.parametrize(
    ("command", "answer", "words"),
    [
        ("MAIL", "553 5.7.1 not owned by user", "does not let keluhan1 write as keluhan1@nusanet.example: 5.7.1"),
        ("RCPT", "550 5.1.1 unknown", "does not take mail to keluhan1@nusanet.example: 5.1.1 unknown"),
    ],
)
def test_a_server_that_refuses_sender_or_recipient_is_quoted(tested, outgoing, command, answer, words):
    outgoing.answers[command] = answer

    check = tested(plain_return_path=True)

    assert (check.state, check.step) == ("failed", "send")
    assert words in sentence(check.trouble, check.trouble_facts)


def test_a_mail_that_does_not_come_back_is_told(tested, outgoing):
    outgoing.delivers = False

    check = tested()

    assert (check.step, check.done) == ("arrive", ["imap", "smtp", "send"])
    assert "did not come back within 30 seconds" in sentence(check.trouble, check.trouble_facts)


def test_a_server_that_delivers_no_plus_addresses_is_found_out_before_customers_answer(tested, outgoing):
    outgoing.answers["RCPT"] = "550 5.1.1 unknown"

    check = tested()

    said = sentence(check.trouble, check.trouble_facts)
    assert (check.trouble, check.step) == ("plus_refused", "send")
    assert f"does not take mail to keluhan1+{check.token}@nusanet.example" in said
    assert "tick that answers come to the bare address" in said


def test_a_mail_that_the_poller_took_first_has_arrived(outgoing, dovecot):
    outgoing.delivers = False
    channel = ChannelFactory(
        address=ADDRESS,
        settings={"imap": imap_of(dovecot), "smtp": smtp_of(outgoing)},
        secrets={"imap_password": PASSWORD},
    )
    check = checking.ask(channel.pk, actor=SYSTEM, now=NINE)
    mail = f"From: {ADDRESS}\r\nMessage-ID: <{check.token}@nusanet.example>\r\n\r\nuji\r\n"
    ledger.store(channel, [mail.encode()], now=NINE)

    checking.run(check, clock=lambda: NINE, pause=lambda seconds: None)

    assert (check.state, check.done) == ("passed", ["imap", "smtp", "send", "arrive", "remove"])


@pytest.fixture
def provider(settings):
    started = Provider()
    settings.PRIVATE_HOSTS_ALLOWED = [started.host]
    yield started
    started.close()


def by_mailgun(dovecot, provider):
    written = {"imap": imap_of(dovecot), "send_by": "mailgun", "send_url": provider.url}
    kept = {"imap_password": PASSWORD, "mailgun_key": "key-123"}
    return ChannelFactory(address=ADDRESS, settings=written, secrets=kept)


def test_a_mailbox_that_sends_by_a_provider_is_tested_by_that_way_and_its_queue_may_follow(dovecot, provider):
    channel = by_mailgun(dovecot, provider)
    Outlet.objects.create(channel=channel, state="held", opened_at=NINE, alerted_at=NINE, next_probe_at=NINE)
    check = checking.ask(channel.pk, actor=SYSTEM, now=NINE)

    def arrives(seconds):
        dovecot.append("keluhan1", provider.asked[0].mail.as_bytes())

    checking.run(check, clock=lambda: NINE, pause=arrives)

    assert (check.state, check.done) == ("passed", ["imap", "send", "arrive", "remove"])
    [asked] = provider.asked
    assert (asked.field("to"), asked.mail["From"], asked.mail["Auto-Submitted"]) == (
        f"keluhan1+{check.token}@nusanet.example",
        f"{channel.name} <{ADDRESS}>",
        "auto-generated",
    )
    assert not Dispatch.objects.exists()
    assert (Outlet.objects.get().state, Outlet.objects.get().alerted_at) == ("closed", None)


def test_what_a_provider_says_no_to_is_quoted(dovecot, provider):
    provider.usual = (401, {}, {"message": "Invalid private key"})
    check = checking.ask(by_mailgun(dovecot, provider).pk, actor=SYSTEM, now=NINE)

    checking.run(check, clock=lambda: NINE, pause=lambda seconds: None)

    assert (check.state, check.step) == ("failed", "send")
    assert "Mailgun answered 401 Invalid private key" in sentence(check.trouble, check.trouble_facts)


def test_only_administrators_test_and_two_clicks_are_one_test(tested):
    channel = ChannelFactory(address="lain@nusanet.example")
    with pytest.raises(NotAllowed):
        checking.ask(channel.pk, actor=UserFactory(role=Role.SUPERVISOR).actor(), now=NINE)

    first = checking.ask(channel.pk, actor=UserFactory(role=Role.ADMINISTRATOR).actor(), now=NINE)
    second = checking.ask(channel.pk, actor=SYSTEM, now=NINE)
    much_later = checking.ask(channel.pk, actor=SYSTEM, now=moment("2026-11-20 09:10"))

    assert (first.pk == second.pk, second.pk == much_later.pk) == (True, False)
