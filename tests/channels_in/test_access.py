"""How we get into a mailbox: over TLS with a certificate that is checked, and with a provider's token (XOAUTH2)."""

import base64
import datetime
import ipaddress
import socket
import threading
from contextlib import suppress

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from channels_in.imap.connecting import connected
from channels_in.troubles import Trouble
from channels_out import oauth
from channels_out.models import Dispatch
from core.actor import SYSTEM
from policies.mailboxes import Security, Server
from tests.channels_in.conftest import imap_of
from tests.dovecot import PASSWORD, Dovecot, program
from tests.factories import ChannelFactory, UserFactory
from tests.moments import moment
from tests.tokens import TokenServer

NINE = moment("2026-11-20 09:00")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    """Of our own making, for localhost: certificate and key."""
    folder = tmp_path_factory.mktemp("certificate")
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    names = x509.SubjectAlternativeName([x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=30))
        .add_extension(names, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    paths = folder / "cert.pem", folder / "key.pem"
    paths[0].write_bytes(made.public_bytes(serialization.Encoding.PEM))
    plain = serialization.NoEncryption()
    paths[1].write_bytes(key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain))
    return paths


@pytest.fixture(scope="module")
def over_tls(certificate):
    if program() is None:
        pytest.skip("needs Dovecot (Debian: dovecot-imapd)")
    server = Dovecot("keluhan1", certificate=certificate)
    server.start()
    yield server
    server.remove()


@pytest.mark.parametrize("security", [Security.TLS, Security.STARTTLS])
def test_a_certificate_is_checked_before_the_password_is_said(over_tls, certificate, security, monkeypatch):
    port = over_tls.tls_port if security == Security.TLS else over_tls.port
    server = Server("localhost", port, security, "keluhan1", PASSWORD)

    with pytest.raises(Trouble) as refused, connected(server):
        pass
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate[0]))
    with connected(server) as client:
        assert client.folder_exists("INBOX")

    assert refused.value.code == "certificate"


class TokenMailbox:
    """An IMAP server like Microsoft's and Google's: it knows tokens only, and its folder is empty."""

    def __init__(self) -> None:
        self.accepts, self.seen = "", [""]
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.port = int(self.socket.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                ours, _ = self.socket.accept()
                threading.Thread(target=self._talk, args=(ours,), daemon=True).start()

    def _talk(self, ours: socket.socket) -> None:
        with ours, ours.makefile("rwb", buffering=0) as line:
            line.write(b"* OK ready\r\n")
            while said := line.readline().decode():
                tag, command, *_rest = said.split(None, 2)
                answer = self._authenticate(line) if command == "AUTHENTICATE" else ANSWERS.get(command, "{0} OK done")
                line.write(answer.format(tag).replace("\n", "\r\n").encode() + b"\r\n")

    def _authenticate(self, line) -> str:
        line.write(b"+ \r\n")
        said = base64.b64decode(line.readline()).decode()
        self.seen.append(said)
        ok = self.accepts and f"auth=Bearer {self.accepts}\1" in said
        return "{0} OK welcome" if ok else "{0} NO [AUTHENTICATIONFAILED] Invalid credentials"


ANSWERS = {
    "CAPABILITY": "* CAPABILITY IMAP4rev1 AUTH=XOAUTH2\n{0} OK done",
    "SELECT": "* 0 EXISTS\n* OK [UIDVALIDITY 7] ok\n* OK [UIDNEXT 1] ok\n{0} OK [READ-WRITE] done",
    "UID": "* SEARCH\n{0} OK done",
    "LOGOUT": "* BYE bye\n{0} OK done",
}


@pytest.fixture
def provider(settings):
    server = TokenServer()
    settings.PRIVATE_HOSTS_ALLOWED = [server.host]
    yield server
    server.close()


@pytest.fixture
def microsoft():
    server = TokenMailbox()
    yield server
    server.socket.close()


@pytest.fixture
def channel(db, provider, microsoft):
    own = {"client_id": "tanggap-1", "token_url": f"http://{provider.host}/token"}
    written = {"imap": imap_of(microsoft), "auth": "microsoft", "oauth": own}
    return ChannelFactory(address="keluhan@nusanet.example", settings=written, secrets={"refresh_token": "r"})


def test_a_mailbox_is_logged_in_to_with_a_token_that_was_fetched_for_it(channel, microsoft, poll):
    microsoft.accepts = "access-1"

    mailbox = poll(channel, now=NINE)

    assert (mailbox.trouble, mailbox.last_ok_at) == ("", NINE)
    assert microsoft.seen[-1] == "user=keluhan1\1auth=Bearer access-1\1\1"


def test_a_token_that_the_server_refuses_is_not_tried_again(channel, microsoft, poll):
    microsoft.accepts = "access-2"

    refused = poll(channel, now=NINE)
    works = poll(channel, now=NINE)

    assert (refused.trouble, works.trouble) == ("token_refused", "")


def test_withdrawn_access_stops_the_mailbox_with_a_sentence_and_is_told_to_administrators_once(channel, provider, poll):
    ratna = UserFactory(role="administrator")
    provider.refusing = "invalid_grant"

    moments = [moment(f"2026-11-20 09:{minutes}") for minutes in ("00", "05", "11", "20")]
    rows = [poll(channel, now=now) for now in moments]

    assert {row.trouble for row in rows} == {"no_access"}
    assert rows[-1].failing_since == NINE
    [notice] = ratna.notices.all()
    assert (notice.kind, notice.object_kind, notice.object_id, notice.created_at) == (
        "mailbox_failing",
        "channel",
        channel.pk,
        moments[2],
    )


def test_W20_a_mailbox_that_worked_is_told_at_once_asks_no_more_and_reads_again_when_connected(
    channel, provider, microsoft, poll
):
    ratna = UserFactory(role="administrator", email="ratna@nusanet.example", language="en")
    microsoft.accepts = "access-1"
    poll(channel, now=NINE)
    provider.refusing, after = "invalid_grant", NINE + datetime.timedelta(hours=1)

    rows = [poll(channel, now=after + datetime.timedelta(minutes=minutes)) for minutes in (0, 5, 10, 50)]
    assert [row.trouble for row in rows] == ["no_access"] * 4
    assert len(provider.asked) == 2  # the token that was given at nine, and once in vain
    assert [(notice.kind, notice.created_at) for notice in ratna.notices.all()] == [("mailbox_failing", after)]
    mail = Dispatch.objects.get(recipients__address="ratna@nusanet.example")
    assert (mail.channel, mail.subject) == (channel, f"{channel.name} cannot be read")
    assert "connect it anew on the channel's page" in mail.text

    provider.refusing, microsoft.accepts = "", "access-3"
    back = NINE + datetime.timedelta(hours=2)
    oauth.finish(channel, code="abc", verifier="v" * 64, redirect_uri="https://x.example/", actor=SYSTEM, now=back)
    row = poll(channel, now=back)

    assert (row.trouble, row.told_at, row.last_ok_at) == ("", None, back)
    assert [notice.kind for notice in ratna.notices.order_by("id")] == ["mailbox_failing", "mailbox_works_again"]
